"""The Word document: its structure, what it says, and that nothing breaks it."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.report.docx import render_docx
from evalkit.report.docx_styles import STYLES, TEXT_WIDTH

PAGE = """<!doctype html><html lang="en"><head><title>In the head</title>
<style>p{color:red}</style></head><body><a class="skip" href="#main">Skip</a>
<header class="title"><p class="kicker">Evaluation report</p><h1>What the
 advocates brought</h1><p class="standfirst">Most credit them.</p>
<dl class="facts"><div><dt>Interviews</dt><dd>14 people</dd></div></dl></header>
<nav class="toc"><h2>Contents</h2><ol><li><a href="#claims">Short name</a></li></ol></nav>
<main id="main"><div class="notice"><p><strong>Illustrative.</strong> Invented.</p></div>
<section id="summary"><h2>Summary</h2><p class="lead">We asked fourteen people, see
<a href="#K05">the text</a>, <a href="#nowhere">nowhere</a> and
<a href="https://example.org/a?b=c">elsewhere</a>.</p>
<table><caption>Six are strong <span>People, each once.</span></caption>
<thead><tr><th>Statement</th><th class="bar">Drawn</th><th class="n">For</th></tr></thead>
<tbody><tr><th scope="rowgroup" colspan="3"><svg class="mark" data-mark="strong"
 aria-hidden="true"><circle/></svg>Strong <span>· 2 claims</span></th></tr>
<tr><th scope="row"><span class="id">K02</span>Argument</th><td class="bar"><svg
 aria-hidden="true"><text>no</text></svg></td><td class="n">8</td></tr>
<tr><th scope="row"><span class="id">K05</span>Text</th><td class="bar"><svg
 aria-hidden="true"></svg></td><td class="n">6</td></tr></tbody></table></section>
<section id="claims"><h2>Claims</h2><article class="claim" id="K05"><header>
<p class="id">K05</p><h3>The text became stronger</h3><p class="strength"><svg class="mark"
 data-mark="open question" aria-hidden="true"></svg>Open <span>not a finding</span></p></header>
<ul class="rulebox"><li><span aria-hidden="true">✓</span><span><span class="vh">Met: </span>
Support: <b>6</b> people</span></li></ul>
<figure><figcaption>Every group has a supporter<span>People by group</span></figcaption>
<svg role="img" viewBox="0 0 400 200"><title id="t1">Bar chart. One contradicts.</title>
<text>1</text></svg></figure>
<h4>Passages behind the numbers</h4><details><summary><b>2</b> support</summary>
<ul class="passages"><li class="again"><q>We changed one paragraph.</q><small>One
 advocate<span>I01, characters 3–9</span></small></li><li><q>It is in the text.</q><small>One
 diplomat</small></li><li>loose <b>words</b></li></ul></details>
<div class="quotes"><figure class="s"><blockquote><p>“We changed one paragraph.”</p>
</blockquote><figcaption>One advocate · supports</figcaption></figure></div>
<dl class="weigh"><div><dt>Who says so</dt><dd>People with a stake.</dd></div></dl></article>
</section><section id="rec"><h2>Recommendations</h2><ol class="recs"><li><div>
<p class="do">Prepare together.</p><dl><dt>For</dt><dd>the project</dd></dl></div></li>
<li><div><p class="do">Agree on costs.</p></div></li></ol>
<ol><li>first</li><li>second<ul><li>within</li></ul></li></ol></section></main>
<footer class="stamp"><h2>How to build this again</h2><dl><dt>Command</dt>
<dd><code>evalkit report</code></dd></dl></footer></body></html>"""

# The order that the schema asks for; Word refuses what LibreOffice forgives.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore numPr pBdr shd tabs bidi spacing"
    " ind jc outlineLvl",
    "rPr": "rStyle rFonts b bCs i iCs color sz szCs u vertAlign rtl lang",
    "tblPr": "tblStyle bidiVisual tblW tblInd tblBorders tblLayout tblCellMar tblLook"
    " tblCaption",
    "tcPr": "tcW gridSpan vMerge tcBorders vAlign",
    "sectPr": "footerReference pgSz pgMar cols titlePg bidi",
    "style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr tblStylePr",
    "lvl": "start numFmt pStyle lvlText lvlJc pPr",
    "numbering": "abstractNum num",
    "pBdr": "top left bottom right between",
    "settings": "zoom defaultTabStop characterSpacingControl compat themeFontLang"
    " decimalSymbol listSeparator",
    "trPr": "cantSplit tblHeader",
    "tbl": "tblPr tblGrid tr",
}


def png(width: int = 40, height: int = 20) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x90" * width) * height)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def render(page: str, **changes) -> bytes:
    options = {
        "pictures": {"t1": png()},
        "title": "What they brought",
        "language": "en",
    }
    return render_docx(page, **{**options, **changes})


def opened(page: str, **changes):
    return Document(io.BytesIO(render(page, **changes)))


def body_of(page: str, **changes):
    return opened(page, **changes).element.body


def lines(page: str, **changes) -> list[tuple[str, str]]:
    """The style and text of every paragraph, those in tables and contents too."""
    found = []
    for paragraph in body_of(page, **changes).iter(qn("w:p")):
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        parts = (qn("w:t"), qn("w:tab"), qn("w:br"))
        text = "".join(part.text or "|" for part in paragraph.iter(*parts))
        name = "Normal" if style is None else style.get(qn("w:val"))
        found.append((name, text.replace("\u00a0", " ")))
    return found


def texts(page: str, style: str, **changes) -> list[str]:
    return [text for named, text in lines(page, **changes) if named == style]


def cells(page: str) -> list[list[str]]:
    table = opened(page).tables[0]
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_same_page_gives_the_same_bytes():
    assert render(PAGE) == render(PAGE)


def test_the_archive_and_the_properties_hold_no_time_and_no_name():
    with zipfile.ZipFile(io.BytesIO(render(PAGE))) as parts:
        assert {entry.date_time[:3] for entry in parts.infolist()} == {(1980, 1, 1)}
        names = parts.namelist()
    assert not [name for name in names if "thumbnail" in name or "customXml" in name]
    about = opened(PAGE).core_properties
    assert (about.author, about.last_modified_by) == ("evalkit", "evalkit")
    assert (about.title, about.language) == ("What they brought", "en")
    assert about.created == about.modified


def test_headings_are_real_styles():
    assert texts(PAGE, "Title") == ["What the advocates brought"]
    assert texts(PAGE, "Subtitle") == ["Most credit them."]
    assert texts(PAGE, "Heading1") == ["Summary", "Claims", "Recommendations"]
    assert texts(PAGE, "Heading2") == ["The text became stronger"]
    assert texts(PAGE, "Heading3") == ["Passages behind the numbers"]
    names = [p.style.name for p in opened(PAGE).paragraphs]
    assert {"Title", "Heading 1", "Heading 2", "Quote", "Caption"} <= set(names)


def test_every_style_that_is_used_is_defined():
    document = opened(PAGE)
    defined = {style.style_id for style in document.styles}
    kinds = [qn(f"w:{kind}") for kind in ("pStyle", "rStyle", "tblStyle")]
    used = {e.get(qn("w:val")) for e in document.element.body.iter(*kinds)}
    assert used <= defined
    roots = {style.based.replace(" ", "") for style in STYLES if style.based}
    assert roots <= defined


def test_what_is_not_for_a_reader_is_left_out():
    words = " ".join(text for _, text in lines(PAGE))
    for unwanted in ("Skip", "In the head", "color:red", "✓", "Short name", "Drawn"):
        assert unwanted not in words


def test_a_word_in_the_page_is_never_lost():
    words = re.sub(r"\s+", " ", " ".join(text for _, text in lines(PAGE)))
    for wanted in (
        "Evaluation report",
        "14 people",
        "Invented.",
        "Met: Support: 6 people",
        "People with a stake.",
        "evalkit report",
        "How to build this again",
    ):
        assert wanted in words


def test_the_contents_read_before_they_are_updated():
    assert texts(PAGE, "TOCHeading") == ["Contents"]
    assert texts(PAGE, "TOC1") == ["Summary|", "Claims|", "Recommendations|"]
    assert texts(PAGE, "TOC2") == ["The text became stronger|"]
    body = body_of(PAGE)
    codes = [code.text.strip() for code in body.iter(qn("w:instrText"))]
    assert codes[0] == 'TOC \\o "1-2" \\h \\z \\u'
    order = [name for name, _ in lines(PAGE)]
    assert order.index("Fact") < order.index("TOCHeading") < order.index("Notice")


def test_opening_the_document_asks_nothing():
    document = opened(PAGE)
    assert document.settings.element.find(qn("w:updateFields")) is None
    for part in (document.element.body, document.settings.element):
        assert not [e for e in part.iter() if e.get(qn("w:dirty"))]


def test_fields_open_and_close_in_turn():
    kinds = [
        part.get(qn("w:fldCharType")) for part in body_of(PAGE).iter(qn("w:fldChar"))
    ]
    depth = 0
    for kind in kinds:
        depth += {"begin": 1, "separate": 0, "end": -1}[kind]
        assert depth in {0, 1, 2}
    assert depth == 0


def test_links_lead_to_bookmarks_that_exist():
    body = body_of(PAGE)
    names = [start.get(qn("w:name")) for start in body.iter(qn("w:bookmarkStart"))]
    ids = [start.get(qn("w:id")) for start in body.iter(qn("w:bookmarkStart"))]
    anchors = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    assert {anchor for anchor in anchors if anchor} <= set(names)
    assert "to_K05" in anchors
    assert len(set(names)) == len(names)
    assert len(set(ids)) == len(ids)


def test_a_link_to_nothing_is_text():
    linked = [
        "".join(t.text for t in link.iter(qn("w:t")))
        for link in body_of(PAGE).iter(qn("w:hyperlink"))
    ]
    assert "the text" in linked
    assert "elsewhere" in linked
    assert "nowhere" not in linked


def test_a_link_to_what_is_left_out_is_text():
    page = '<p>see <a href="#x">there</a></p><p aria-hidden="true" id="x">hidden</p>'
    body = body_of(page)
    assert not list(body.iter(qn("w:hyperlink")))
    assert "Hyperlink" not in {e.get(qn("w:val")) for e in body.iter(qn("w:rStyle"))}


def test_names_that_differ_in_capitals_get_bookmarks_that_differ_in_more():
    page = '<a href="#ab">1</a><a href="#AB">2</a><p id="ab">x</p><p id="AB">y</p>'
    starts = body_of(page).iter(qn("w:bookmarkStart"))
    assert len({start.get(qn("w:name")).lower() for start in starts}) == 2


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://",
        "https://a b",
        "http://[x",
    ],
)
def test_an_address_that_word_cannot_open_is_text(address):
    page = f'<p><a href="{address}">here</a></p>'
    assert not list(body_of(page).iter(qn("w:hyperlink")))
    assert ("Normal", "here") in lines(page)


def test_a_caption_is_numbered_by_a_field_and_its_unit_stands_below():
    assert texts(PAGE, "Caption") == [
        "Table 1. Six are strong",
        "Figure 1. Every group has a supporter",
    ]
    assert texts(PAGE, "CaptionUnit") == ["People, each once.", "People by group"]
    codes = [code.text.strip() for code in body_of(PAGE).iter(qn("w:instrText"))]
    assert "SEQ Figure \\* ARABIC" in codes
    assert "SEQ Table \\* ARABIC" in codes


def test_captions_speak_the_language_of_the_document():
    captions = texts(PAGE, "Caption", language="de")
    assert [caption.split(".")[0] for caption in captions] == [
        "Tabelle 1",
        "Abbildung 1",
    ]


def test_a_drawing_is_twelve_centimetres_wide_and_told_in_words():
    document = opened(PAGE)
    [shape] = document.inline_shapes
    assert (round(shape.width.cm, 1), round(shape.height.cm, 1)) == (12, 6)
    [told] = document.element.body.iter(qn("wp:docPr"))
    assert told.get("descr") == "Bar chart. One contradicts."


def test_a_tall_drawing_fits_the_page():
    [shape] = opened(PAGE, pictures={"t1": png(10, 100)}).inline_shapes
    assert shape.height.cm <= 19.01
    assert shape.width.cm < 2


def test_a_drawing_without_a_picture_is_told_in_words():
    assert texts(PAGE, "AlternativeText", pictures={}) == [
        "Bar chart. One contradicts."
    ]
    assert texts(PAGE, "AlternativeText") == []


def test_two_drawings_in_cells_have_names_of_their_own():
    drawing = '<svg role="img"><title id="t1">x</title></svg>'
    page = f"<table><tr><td>{drawing}</td><td>{drawing}</td></tr></table>"
    ids = [told.get("id") for told in body_of(page).iter(qn("wp:docPr"))]
    assert len(ids) == 2
    assert len(set(ids)) == 2


def test_a_column_of_drawings_without_words_is_left_out():
    assert cells(PAGE) == [
        ["Statement", "For"],
        ["● Strong · 2 claims", "● Strong · 2 claims"],
        ["K02 Argument", "8"],
        ["K05 Text", "6"],
    ]


def test_heads_repeat_and_rows_do_not_split():
    [table] = opened(PAGE).tables
    rows = list(table._tbl.iter(qn("w:tr")))
    assert [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows] == [
        True,
        False,
        False,
        False,
    ]
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    assert table.style.name == "Report Table"


def test_numbers_stand_right_and_groups_span_all_columns():
    named = {text: style for style, text in lines(PAGE) if style.startswith("Table")}
    assert named["8"] == "TableNumber"
    assert named["For"] == "TableHeadNumber"
    assert named["K02 Argument"] == "TableRow"
    assert named["● Strong · 2 claims"] == "TableGroup"
    spans = [e.get(qn("w:val")) for e in body_of(PAGE).iter(qn("w:gridSpan"))]
    assert spans == ["2"]


def test_a_column_of_numbers_needs_no_class():
    page = (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td>1,204</td></tr></table>"
    )
    assert texts(page, "TableNumber") == ["1,204"]
    assert texts(page, "TableHeadNumber") == ["B"]


@pytest.mark.parametrize("n_columns", [1, 4, 12, 40])
def test_a_table_fits_the_page(n_columns):
    cell = "<td>several words of evidence and averyveryverylongword</td>"
    page = f"<table><tr>{cell * n_columns}</tr></table>"
    columns = [int(c.get(qn("w:w"))) for c in body_of(page).iter(qn("w:gridCol"))]
    assert len(columns) == n_columns
    assert min(columns) > 0
    assert sum(columns) <= TEXT_WIDTH


def test_word_opens_no_table_of_more_than_63_columns():
    page = f"<table><tr>{''.join(f'<td>c{n}</td>' for n in range(80))}</tr></table>"
    body = body_of(page)
    assert len(list(body.iter(qn("w:gridCol")))) == 63
    assert "c79" in " ".join(text for _, text in lines(page))


def test_a_cell_over_two_rows_goes_on_below():
    page = (
        "<table><tr><td rowspan='2'>a</td><td>b</td></tr><tr><td>c</td></tr>"
        "<tr><td>d</td><td>e</td></tr></table>"
    )
    assert cells(page) == [["a", "b"], ["a", "c"], ["d", "e"]]


def test_every_row_fills_the_grid():
    page = (
        "<table><tr><td colspan='2' rowspan='3'>a</td><td>b</td></tr><tr></tr>"
        "<tr><td>c</td></tr><tr><td>d</td></tr><tr><td colspan='9'>e</td></tr></table>"
    )
    body = body_of(page)
    n_columns = len(list(body.iter(qn("w:gridCol"))))
    for row in body.iter(qn("w:tr")):
        spans = [cell.find(f".//{qn('w:gridSpan')}") for cell in row.iter(qn("w:tc"))]
        taken = sum(1 if s is None else int(s.get(qn("w:val"))) for s in spans)
        assert taken == n_columns


def test_every_cell_ends_with_a_paragraph_and_no_two_tables_touch():
    inner = "<table><tr><td>in</td></tr></table>"
    page = f"<table><tr><td>{inner}</td><td></td></tr></table>{inner}"
    body = body_of(page)
    assert all(cell[-1].tag == qn("w:p") for cell in body.iter(qn("w:tc")))
    for table in body.iter(qn("w:tbl")):
        assert table.getnext().tag == qn("w:p")


def test_a_quotation_has_a_style_and_its_speaker_another():
    assert texts(PAGE, "Quote") == ["“We changed one paragraph.”"]
    assert texts(PAGE, "Attribution") == ["One advocate · supports"]


def test_details_are_open_and_what_is_quoted_below_is_not_said_twice():
    assert texts(PAGE, "Passages") == ["2 support"]
    assert texts(PAGE, "Passage") == ["“It is in the text.”", "loose words"]
    assert texts(PAGE, "PassageSource") == [
        "One advocate: quoted below|I01, characters 3–9",
        "One diplomat",
    ]


@pytest.mark.parametrize(
    ("mark", "character"),
    [
        ("strong", "●"),
        ("moderate", "◐"),
        ("limited", "◔"),
        ("contested", "◆"),
        ("single source", "◉"),
        ("single-source", "◉"),
        ("open question", "?"),
    ],
)
def test_a_mark_stands_before_its_word(mark, character):
    page = f'<p><svg data-mark="{mark}" aria-hidden="true"></svg>Word</p>'
    assert ("Normal", f"{character} Word") in lines(page)


def test_a_mark_that_is_not_named_is_left_out():
    page = '<p><svg class="mark" aria-hidden="true"></svg>Word <svg data-mark="x"/></p>'
    assert ("Normal", "Word") in lines(page)


def test_a_note_is_not_set_as_a_quotation():
    page = """<ul class="passages"><li><span class="said">Says so.</span> <span
        class="ctx">And more.</span><small>One</small></li><li><span class="ctx">Then</span>
        <q class="said">yes</q><small>Two</small></li></ul>"""
    assert texts(page, "PassageParaphrase") == ["Says so. And more."]
    assert texts(page, "Passage") == ["Then", "“yes”"]
    assert texts(page, "PassageSource") == ["One", "Two"]


def test_an_answer_stands_below_its_claim():
    page = '<ul class="told"><li><a>Claim</a> <span class="how">Most say so.</span></li></ul>'
    assert texts(page, "ListPlain") == ["Claim|Most say so."]


def test_every_numbered_list_begins_at_one():
    body = body_of(PAGE)
    used = [
        p.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}").get(qn("w:val"))
        for p in body.iter(qn("w:p"))
        if p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    ]
    assert len(used) == 4
    assert used[0] == used[1] != used[2] == used[3]
    assert texts(PAGE, "ListNumber") == [
        "Prepare together.",
        "Agree on costs.",
        "first",
        "second",
    ]
    assert texts(PAGE, "ListBullet2") == ["within"]
    assert texts(PAGE, "ListDetail") == ["For|the project"]


def test_only_the_first_paragraph_of_an_item_has_a_mark():
    page = "<ul><li><p>one</p><p>two</p></li><li></li></ul>"
    assert texts(page, "ListBullet") == ["one", ""]
    assert texts(page, "ListContinue") == ["two"]


def test_bold_is_not_said_twice_where_word_would_take_it_back():
    page = (
        "<figure><figcaption><strong>Finding</strong></figcaption>"
        '<svg role="img"><title id="t9">x</title></svg></figure><p><b>b</b></p>'
    )
    runs = {
        "".join(t.text for t in run.iter(qn("w:t"))): run.find(f".//{qn('w:rStyle')}")
        for run in body_of(page).iter(qn("w:r"))
    }
    assert runs["Finding"] is None
    assert runs["b"].get(qn("w:val")) == "Strong"


def test_white_space_is_what_the_page_shows():
    page = "<p>  one\n two<b> three </b> four<br> five\t</p><pre>a\n  b</pre>"
    assert ("Normal", "one two three four|five") in lines(page)
    assert ("CodeBlock", "a|  b") in lines(page)


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "=cmd|' /C calc'!A0",
        "x" * 10_000,
        '" w:val="',
        "]]>",
        "&amp;",
        "\u202eabc",
        "e\u0301 👩‍🌾",
    ],
)
def test_whatever_people_say_comes_out_as_text(words):
    page = f"<table><tr><td>{_escaped(words)}</td></tr></table><p>{_escaped(words)}</p>"
    assert [text for _, text in lines(page)].count(words) == 2


@pytest.mark.parametrize(
    "page", ["", " ", "no element", "<p>", "<html><body></body></html>", "<h1></h1>"]
)
def test_a_page_with_next_to_nothing_is_a_document(page):
    assert texts(page, "Title") == ["What they brought"]


def test_characters_that_xml_forbids_are_dropped_everywhere():
    bad = "a\x00\x0b\x1f\ufffe\ud800b"
    page = (
        f'<h2 id="{bad}" lang="{bad}">{bad}</h2><p lang="&#1;">&#1;&#11;c</p>'
        f'<svg role="img"><title id="t1">{bad}&#2;</title></svg>'
    )
    document = opened(page, title=bad, language=bad)
    assert document.core_properties.title == "ab"
    assert texts(page, "Heading1") == ["ab"]


def test_a_long_title_does_not_break_the_properties():
    document = opened("<p>x</p>", title="t" * 5000)
    assert document.core_properties.title == "t" * 255


def test_elements_within_elements_without_end_are_read_as_text():
    for kind in ("div", "span", "ul", "b"):
        page = f"<body>{f'<{kind}>' * 400}deep{f'</{kind}>' * 400}</body>"
        assert "deep" in " ".join(text for _, text in lines(page))


@settings(max_examples=40, deadline=None)
@given(words=st.text(min_size=1, max_size=60))
def test_any_text_gives_a_document_with_its_letters(words):
    page = (
        f"<body><h2>x</h2><p>{_escaped(words)}</p><ul><li>{_escaped(words)}</li></ul>"
    )
    said = "".join(text for _, text in lines(page))
    letters = [letter for letter in words if letter.isalnum()]
    assert set(letters) <= set(said)


def test_text_from_right_to_left_is_marked_so():
    page = (
        '<p dir="rtl">שלום</p><p dir="auto">مرحبا</p><p dir="auto">hello</p>'
        '<ul dir="rtl"><li>א</li></ul>'
        '<table dir="rtl"><tr><td>א</td></tr></table>'
    )
    body = body_of(page)
    marked = {
        "".join(t.text for t in p.iter(qn("w:t")))
        for p in body.iter(qn("w:p"))
        if p.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None
    }
    assert {"שלום", "مرحبا", "א"} <= marked
    assert "hello" not in marked
    assert body.find(f".//{qn('w:bidiVisual')}") is not None
    assert body.find(f".//{qn('w:rtl')}") is not None


def test_words_in_another_language_say_so():
    page = '<html lang="en"><p>He said <span lang="es">gracias</span>.</p></html>'
    body = body_of(page)
    said = [
        (lang.get(qn("w:val")), lang.getparent().getparent().find(qn("w:t")).text)
        for lang in body.iter(qn("w:lang"))
    ]
    assert said == [("es", "gracias")]
    default = opened(page, language="de-CH").styles.element.find(f".//{qn('w:lang')}")
    assert default.get(qn("w:val")) == "de-CH"


def test_the_foot_says_the_title_and_the_page():
    section = opened(PAGE).sections[0]
    [foot] = section.footer.paragraphs
    assert foot.text == "What they brought\tPage 1 of 1"
    assert section.first_page_footer.paragraphs[0].text == "\tPage 1 of 1"
    codes = [code.text.strip() for code in foot._p.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert round(section.left_margin.mm) == 20


def test_elements_stand_in_the_order_that_word_wants():
    rtl = '<div dir="rtl"><ol><li><b><i>x</i></b></li></ol><h3>y</h3></div>'
    page = PAGE.replace("</main>", f"{rtl}</main>")
    document = opened(page)
    parts = [document.element, document.styles.element, document.settings.element]
    parts.append(document.part.numbering_part.element)
    n_seen = 0
    for name, order in ORDERS.items():
        places = {qn(f"w:{child}"): at for at, child in enumerate(order.split())}
        for part in parts:
            for element in part.iter(qn(f"w:{name}")):
                found = [places[child.tag] for child in element]
                assert found == sorted(found), (name, [c.tag for c in element])
                n_seen += len(found) > 1
    assert n_seen > 100


@pytest.mark.skipif(shutil.which("soffice") is None, reason="soffice is absent")
def test_libreoffice_makes_pages_of_it(tmp_path: Path):
    from pypdf import PdfReader

    (tmp_path / "report.docx").write_bytes(render(PAGE))
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    made = subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "pdf", "report.docx"],
        cwd=tmp_path,
        capture_output=True,
        timeout=180,
        check=True,
    )
    assert (tmp_path / "report.pdf").exists(), made.stderr
    pages = PdfReader(tmp_path / "report.pdf").pages
    words = " ".join(page.extract_text() for page in pages)
    assert "What the advocates brought" in words
    assert f"of {len(pages)}" in words


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
