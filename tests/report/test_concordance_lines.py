from __future__ import annotations

import pandas as pd
from lxml import html
from nbformat.v4 import new_output

from evalkit.analysis.concordance import find_concordance
from evalkit.report.concordance_lines import show_concordance
from evalkit.report.opened import Report
from evalkit.report.page import Block
from tests.report.planted import assert_stopped, refuse


def make_hits(
    text: str, phrase: str = "trust*", *, respondent_id: str = "P1"
) -> pd.DataFrame:
    turn = {"document_id": "A", "turn": 7, "respondent_id": respondent_id}
    turn |= {"role": "respondent" if respondent_id else "interviewer"}
    return find_concordance(pd.DataFrame([turn | {"start": 0, "text": text}]), phrase)


def read_lines(hits: pd.DataFrame) -> list[list[str]]:
    page = html.fromstring(f"<div>{show_concordance(hits)._repr_html_()}</div>")
    return [[c.text_content() for c in row] for row in page.iterfind(".//tbody/tr")]


def test_a_line_has_its_context_and_says_whose_words_it_is():
    assert read_lines(make_hits("We\n do  trust, and\nmore")) == [
        ["We do ", "trust", ", and more", "A", "7", "P1"]
    ]
    (line,) = read_lines(make_hits("Trust?", respondent_id=""))
    assert line[3:] == ["A", "7", "interviewer"]


def test_what_was_said_is_text_and_no_markup():
    hits = make_hits("<script>x</script> trust & <img src=x>", respondent_id="<b>P</b>")
    shown = show_concordance(hits.assign(document_id="<i>"))._repr_html_()
    for markup in ("<script", "<img", "<i>", "<b>P"):
        assert markup not in shown
    assert read_lines(hits)[0][2] == " & <img src=x>"


def test_lines_keep_their_order_and_more_than_fit_are_told():
    hits = make_hits("trust trusts trusted")[::-1]
    assert [line[1] for line in read_lines(hits)] == ["trusted", "trusts", "trust"]
    shown = show_concordance(hits, n_lines=2)
    assert shown.html.count("<tr>") == 3
    assert "3 hits in 1 document, by 1 respondent; the first 2 are shown" in shown.html
    assert repr(shown) == "<concordance: 3 hits>"


def test_nothing_found_is_said():
    assert show_concordance(make_hits("hope")).html == "<p>No hits.</p>"


def test_what_is_read_from_the_right_begins_there():
    shown = show_concordance(make_hits("وقال الثقة مهمة", "الثقة")).html
    assert 'dir="rtl"' in shown
    assert shown.index("gradient(to right") < shown.index("gradient(to left")
    assert 'dir="ltr"' in show_concordance(make_hits("we trust")).html


def test_colours_are_the_notebooks_own():
    shown = show_concordance(make_hits("we trust")).html
    assert "background" not in shown
    assert ";color:" not in shown


def test_a_report_for_a_funder_refuses_it(opened: Report):
    shown = show_concordance(make_hits("We trust the water now."))
    assert not isinstance(shown, Block)
    output = new_output("execute_result", {"text/html": shown._repr_html_()})
    assert_stopped(refuse(opened, output), "it prints what no block made", place=1)
