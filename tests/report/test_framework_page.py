from __future__ import annotations

import re

import pandas as pd
from lxml import html

from evalkit.analysis.framework import NOT_ASKED, SILENT, build_framework
from evalkit.report.framework_page import show_framework

LONG = "It was raining that day, and we went on all the same, " + "and on, " * 20
PEOPLE = pd.DataFrame({"respondent_id": ["P1", "P2"]})
CODES = pd.DataFrame({"code_id": ["a", "b"], "name": ["Hope & <more>", "Bread"]})
CODED = pd.DataFrame(
    {
        "document_id": "A",
        "unit": [1, 2, 3],
        "respondent_id": "P1",
        "coding_id": ["x", "y", "z"],
        "code_id": ["a", "a", "b"],
        "quotation": [LONG, "Yes & <i>no</i>.", '<b>Bread</b> "now"'],
    }
)
ASKED = pd.DataFrame({"code_id": ["a"], "respondent_id": ["P2"]})


def show(asked: pd.DataFrame | None = ASKED) -> html.HtmlElement:
    matrix = build_framework(CODED, people=PEOPLE, codes=CODES, asked=asked)
    return html.fromstring(f"<div>{show_framework(matrix)._repr_html_()}</div>")


def read_cell(page: html.HtmlElement, row: int, column: int) -> html.HtmlElement:
    return page.xpath(f"//tbody/tr[{row}]/td[{column}]")[0]


def test_people_stand_down_and_themes_across_with_heads_that_are_heads():
    page = show()
    assert page.xpath("//tbody/tr/th[@scope='row']/text()") == ["P1", "P2"]
    heads = [each.text_content() for each in page.xpath("//thead//th[@scope='col']")]
    assert heads == ["Person", "Hope & <more> 1 of 2 people", "Bread 1 of 2 people"]
    assert page.xpath("//table/caption")
    assert page.xpath("//div[@role='region'][@tabindex='0']/@aria-label")


def test_a_cell_shows_the_number_and_the_first_passage_shortened_and_opens_to_all():
    cell = read_cell(show(), 1, 1)
    closed = cell.xpath("./details/summary")[0].text_content()
    assert closed.startswith("2 passages “It was raining")
    assert closed.endswith("…”") and len(closed) < 95
    passages = [each.text_content() for each in cell.xpath(".//ol/li")]
    assert passages == [f"“{LONG.strip()}”", "“Yes & <i>no</i>.”"]


def test_one_short_passage_needs_no_opening():
    cell = read_cell(show(), 1, 2)
    assert not cell.xpath(".//details")
    assert cell.text_content().startswith("1 passage “")


def test_words_of_a_transcript_are_text():
    cell = read_cell(show(), 1, 2)
    assert "“<b>Bread</b> ‘now’”" in cell.text_content()
    assert [each.tag for each in cell.iter()].count("b") == 1


def test_both_silences_can_be_told_apart_without_colour():
    page = show()
    assert read_cell(page, 2, 1).text_content() == f"–{SILENT}"
    assert read_cell(page, 2, 1).xpath("./span[@class='vh']/text()") == [SILENT]
    assert read_cell(page, 2, 2).text_content() == NOT_ASKED


def test_silence_of_which_nobody_knows_is_no_plain_silence():
    cell = read_cell(show(asked=None), 2, 1)
    assert cell.text_content() == "– ?nothing said; not known if asked"


def test_the_signs_that_are_there_are_explained():
    told = show().xpath("//caption")[0].text_content()
    assert "asked, and nothing said" in told
    assert "for the team only" in told
    assert "nobody recorded" not in told
    assert "nobody recorded" in show(None).xpath("//caption")[0].text_content()


def test_words_without_spaces_are_not_cut_to_nothing():
    matrix = build_framework(
        CODED.assign(quotation="我们没有人说过" * 30), people=PEOPLE, codes=CODES
    )
    shown = show_framework(matrix).html
    assert "“" + ("我们没有人说过" * 10) + "…”" in shown


def test_it_takes_the_colours_of_where_it_stands_and_fetches_nothing():
    shown = show_framework(build_framework(CODED, people=PEOPLE, codes=CODES)).html
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|https?:|<script", shown)


def test_it_is_no_block_of_a_report():
    matrix = build_framework(CODED, people=PEOPLE, codes=CODES)
    assert not hasattr(show_framework(matrix), "_repr_mimebundle_")


def test_nobody_heard_makes_an_empty_table():
    matrix = build_framework(CODED.iloc[:0], people=PEOPLE.iloc[:0], codes=CODES)
    assert "<tbody></tbody>" in show_framework(matrix).html
