from __future__ import annotations

import io
import zipfile

import pytest

from evalkit.errors import UnreadableError
from evalkit.transcripts.read import parse_sources
from tests.transcripts.test_formats import W, make_docx, make_zip, run, text_of

CHANGE = 'w:id="1" w:author="x" w:date="2026-01-01T00:00:00Z"'
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
CHOICES = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
SHAPE = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'


def p(*inside: str, deleted_mark: bool = False) -> str:
    mark = f"<w:del {CHANGE}/>" if deleted_mark else ""
    properties = f"<w:pPr><w:rPr>{mark}</w:rPr></w:pPr>" if mark else ""
    return f"<w:p>{properties}{''.join(inside)}</w:p>"


def table(*rows: list[str]) -> str:
    cells = ["".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def with_parts(content: bytes, **parts: str) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as package:
        for name, part in parts.items():
            package.writestr(f"word/{name}.xml", part)
    return out.getvalue()


def words_of(body: str) -> str:
    return text_of(make_docx(body), ".docx")


@pytest.mark.parametrize(
    "inside",
    [
        f'<w:fldSimple w:instr="REF x">{run("not ")}</w:fldSimple>',
        f'<w:dir w:val="rtl">{run("not ")}</w:dir>',
        f'<w:bdo w:val="rtl">{run("not ")}</w:bdo>',
        f"<w:smartTag>{run('not ')}</w:smartTag>",
        f"<w:customXml>{run('not ')}</w:customXml>",
        f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('gloss')}</w:rt>"
        f"<w:rubyBase>{run('not ')}</w:rubyBase></w:ruby></w:r>",
        f"<m:oMathPara {MATH}><m:oMath><m:f><m:num><m:r><m:rPr/><m:t>not </m:t>"
        "</m:r></m:num></m:f></m:oMath></m:oMathPara>",
    ],
)
def test_words_inside_fields_directions_rubies_and_formulas_are_kept(inside: str):
    assert words_of(p(run("They do "), inside, run("trust."))) == "They do not trust."


def test_the_strict_namespace_is_read_as_the_other():
    inside = f"<w:bdo>{run('not ')}</w:bdo><w:r><w:cr/></w:r>{run('trust')}"
    document = (
        f'<w:document xmlns:w="{STRICT}"><w:body>{p(inside)}</w:body></w:document>'
    )
    content = make_zip({"word/document.xml": document}, packed=False)
    assert text_of(content, ".docx") == "not \ntrust"


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("<w:cr/>", "one\ntwo"),
        ("<w:ptab/>", "one\ttwo"),
        ('<w:br w:type="page"/>', "one\ntwo"),
        ('<w:br w:type="column"/>', "one\ntwo"),
        ("<w:lastRenderedPageBreak/>", "onetwo"),
    ],
)
def test_breaks_do_not_join_words(mark: str, expected: str):
    assert words_of(p(run("one"), f"<w:r>{mark}</w:r>", run("two"))) == expected


def test_a_page_break_before_a_bold_label_leaves_it_at_the_start_of_its_line():
    label = '<w:r><w:rPr><w:b/></w:rPr><w:br w:type="page"/><w:t>Anna</w:t></w:r>'
    source = parse_sources(make_docx(p(run("So.")) + p(label)), suffix=".docx")[0]
    assert source.text == "So.\nAnna"
    assert source.bold == ((4, 8),)


def box(fallback: str = "") -> str:
    content = f"<w:txbxContent>{p(run('In a box.'))}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent {CHOICES} {SHAPE}><mc:Choice Requires="wps">'
        f"<w:drawing><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></w:drawing>"
        f"</mc:Choice>{fallback}</mc:AlternateContent></w:r>"
    )


def test_a_text_box_without_a_fallback_is_read_once():
    paragraph = p(run("Before "), box(), run("after."))
    assert words_of(paragraph) == "Before after.\nIn a box."
    words = f"<w:pict><w:txbxContent>{p(run('In a box.'))}</w:txbxContent></w:pict>"
    for fallback, expected in [("", "In a box."), (words, "In a box.")]:
        paragraph = p(box(f"<mc:Fallback>{fallback}</mc:Fallback>"))
        assert words_of(paragraph) == expected


def test_a_text_box_of_any_shape_or_outside_of_a_choice_is_read():
    content = f"<w:txbxContent>{p(run('In a box.'))}</w:txbxContent>"
    oval = f'<w:r><w:pict><v:oval xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>{content}</v:textbox></v:oval></w:pict></w:r>'
    drawing = f"<w:r><w:drawing><x>{content}</x></w:drawing></w:r>"
    assert words_of(p(oval)) == words_of(p(drawing)) == "In a box."


def test_a_checkbox_does_not_swallow_its_text():
    checkbox = '<w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"/>'
    control = (
        f"<w:sdt><w:sdtPr>{checkbox}</w:sdtPr><w:sdtContent>{{}}</w:sdtContent></w:sdt>"
    )
    inline = p(control.format(run("☒ I agree")), run(" to it."))
    assert words_of(inline) == "☒ I agree to it."
    assert words_of(control.format(p(run("☐ Yes")))) == "☐ Yes"


def test_a_deleted_paragraph_mark_joins_only_paragraphs_that_follow_one_another():
    first, last = p(run("I "), deleted_mark=True), p(run("left."), deleted_mark=True)
    bookmark = '<w:bookmarkStart w:id="0" w:name="b"/>'
    assert words_of(first + bookmark + last) == "I left."
    assert words_of(first + table([p(run("a"))]) + p(run("b"))) == "I \na\nb"
    assert words_of(table([first + last, p(run("x"))]) + p(run("b"))) == "I left.\tx\nb"


def test_a_cell_whose_deletion_is_tracked_is_left_out():
    gone = f"<w:tcPr><w:cellDel {CHANGE}/></w:tcPr>" + p(run("gone"))
    assert words_of(table([p(run("a")), gone, p(run("b"))], [gone])) == "a\tb"


def test_notes_stand_at_the_end_without_their_marks():
    note = (
        '<w:{0}s xmlns:w="' + W + '"><w:{0} w:id="2">'
        "<w:p><w:r><w:{0}Ref/></w:r>{1}</w:p></w:{0}></w:{0}s>"
    )
    said = p(
        run("Said"),
        '<w:r><w:footnoteReference w:id="2"/></w:r>',
        run(" [1] twice ↑"),
        '<w:r><w:endnoteReference w:id="2"/></w:r>',
        run("."),
    )
    field = f"<w:fldSimple>{run('note.')}</w:fldSimple>"
    content = with_parts(
        make_docx(said),
        footnotes=note.format("footnote", run(" A foot") + field),
        endnotes=note.format("endnote", run("An endnote.")),
    )
    assert text_of(content, ".docx") == "Said [1] twice ↑.\nA footnote.\nAn endnote."


def test_a_link_keeps_its_words():
    link = f'<w:hyperlink w:anchor="x">{run("the site")}</w:hyperlink>'
    mark = '<w:bookmarkStart w:id="0" w:name="x"/>'
    assert words_of(p(run("See "), mark, link, run("."))) == "See the site."


def test_a_table_inside_a_cell_stays_on_its_row():
    inner = table([p(run("two")), p(run("too"))], [p(run("three"))])
    row = [p(run("one")) + inner + p(), p(run("third"))]
    body = p(run("Before.")) + table(row) + p(run("After."))
    assert words_of(body) == "Before.\none\ntwo\ttoo\nthree\tthird\nAfter."
    row[0] += p(run("four"))
    assert words_of(table(row)) == "one\ntwo\ttoo\nthree\nfour\tthird"


def test_list_items_inside_a_cell_do_not_run_together():
    item = '<w:p><w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr></w:pPr>{}</w:p>'
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="bullet"/></w:lvl>' for n in (0, 1)
    )
    numbering = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{levels}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    cell = item.format(0, run("one")) + item.format(1, run("two"))
    content = with_parts(make_docx(table([cell])), numbering=numbering)
    assert text_of(content, ".docx") == "one\ntwo"


def test_malformed_xml_is_refused_wherever_it_stands():
    with pytest.raises(UnreadableError, match=r"word/document\.xml is not well-formed"):
        words_of("<w:p>")
    for name in ("styles", "footnotes", "numbering"):
        with pytest.raises(UnreadableError, match="damaged"):
            text_of(with_parts(make_docx(p(run("a"))), **{name: "<w:x"}), ".docx")


def test_prefixes_that_the_document_says_to_ignore_do_no_harm():
    names = f'xmlns:w="{W}" {CHOICES} xmlns:w14="urn:x" mc:Ignorable="w14"'
    body = f'<w:body><w:p w14:paraId="1">{run("So.")}</w:p></w:body>'
    document = f"<w:document {names}>{body}</w:document>"
    content = make_zip({"word/document.xml": document}, packed=False)
    assert text_of(content, ".docx") == "So."


def test_a_long_document_is_read_whole():
    content = make_docx(p(run("Interviewer: and some more words")) * 20_000)
    assert len(text_of(content, ".docx").split("\n")) == 20_000
