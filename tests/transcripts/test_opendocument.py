from __future__ import annotations

import io
import zipfile

import pytest

from evalkit.errors import UnreadableError
from evalkit.transcripts.read import parse_sources
from tests.transcripts.test_formats import make_odt, make_zip, text_of

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [
        ("office", "office"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    ]
)
DRAW = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
NOTE = (
    "<text:note><text:note-citation>1</text:note-citation>"
    "<text:note-body><text:p>A note.</text:p></text:note-body></text:note>"
)
COMMENT = "<office:annotation><text:p>a comment</text:p></office:annotation>"


def p(inside: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{inside}</text:p>'


def span(inside: str, style: str) -> str:
    return f'<text:span text:style-name="{style}">{inside}</text:span>'


def box(*paragraphs: str) -> str:
    inside = "".join(paragraphs)
    return f"<draw:frame {DRAW}><draw:text-box>{inside}</draw:text-box></draw:frame>"


def table(*rows: list[str]) -> str:
    cells = [
        "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row)
        for row in rows
    ]
    inside = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return f"<table:table>{inside}</table:table>"


def words_of(body: str) -> str:
    return text_of(make_odt(body), ".odt")


def test_a_deleted_footnote_is_not_read():
    deleted = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{p('gone' + NOTE.replace('A note', 'A lie'))}"
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    assert words_of(deleted + p(f"Said{NOTE}.")) == "Said.\nA note."


def test_a_cell_is_read_as_a_page_is():
    first = p(f"one{COMMENT}{NOTE}") + p("") + p("two" + box(p("in"), p("box")))
    inner = table([p("a"), p("b")], [p("c"), p("d")])
    body = table([first, p("three") + inner], [p("four"), ""])
    expected = "one\ntwo\nin\nbox\tthree\na\tb\nc\td\nfour\t\nA note."
    assert words_of(body) == expected


def test_paragraphs_of_a_text_box_have_lines_of_their_own():
    inside = box(p("One."), p("Two." + box(p("Three."))))
    shape = f"<draw:custom-shape {DRAW}>{p('Four.')}</draw:custom-shape>"
    body = p(f"Before {inside}{shape}after.") + p("Last.")
    expected = "Before after.\nOne.\nTwo.\nThree.\nFour.\nLast."
    assert words_of(body) == expected


@pytest.mark.parametrize(
    "unsaid",
    [
        '<text:hidden-text text:is-hidden="true">gone</text:hidden-text>',
        "<text:hidden-paragraph>gone</text:hidden-paragraph>",
        "<text:script>gone()</text:script>",
        "<text:ruby><text:ruby-base/><text:ruby-text>gone</text:ruby-text></text:ruby>",
    ],
)
def test_what_is_hidden_or_glossed_is_left_out(unsaid: str):
    assert words_of(p(f"We {unsaid}left.")) == "We left."


def test_a_hidden_paragraph_is_left_out_and_its_neighbours_are_not():
    hidden = '<text:hidden-paragraph text:is-hidden="{}"/>'
    body = p(f"gone{NOTE}" + span(hidden.format("true"), "")) + p("Kept.")
    assert words_of(body + p(hidden.format("false") + "Shown.")) == "Kept.\nShown."


def test_forms_are_left_out_and_a_ruby_keeps_its_base():
    forms = f"<office:forms><x>{p('gone')}</x></office:forms>"
    ruby = "<text:ruby><text:ruby-base>北京</text:ruby-base></text:ruby>"
    assert words_of(forms + p(ruby)) == "北京"


@pytest.mark.parametrize(
    ("count", "n"), [("500000000", 1000), ("9" * 5000, 1000), ("x", 1), ("-2", 1)]
)
def test_spaces_are_counted_with_care(count: str, n: int):
    assert words_of(p(f'a<text:s text:c="{count}"/>b')) == f"a{' ' * n}b"


def style(
    name: str, weight: str = "", parent: str = "", kind: str = "paragraph"
) -> str:
    properties = f'<style:text-properties fo:font-weight="{weight}"/>' if weight else ""
    return (
        f'<style:style style:name="{name}" style:family="{kind}"'
        f' style:parent-style-name="{parent}">{properties}</style:style>'
    )


def bold_of(body: str, styles: str, common: str | None = None) -> list[str]:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    members = {"content.xml": content}
    if common is not None:
        members["styles.xml"] = (
            f"<office:document-styles {NAMES}><office:styles>{common}</office:styles>"
            f"<office:automatic-styles>{style('MP', 'bold')}</office:automatic-styles>"
            "</office:document-styles>"
        )
    source = parse_sources(make_zip(members, packed=False), suffix=".odt")[0]
    return [source.text[start:end] for start, end in source.bold]


def test_bold_is_inherited_from_parent_styles():
    styles = style("P1", parent="P2") + style("P2", parent="P3") + style("P3", "bold")
    assert bold_of(p("Why?", "P1") + p("So.", "P4"), styles) == ["Why?"]
    common = style("Ask", "bold") + style("Ring", parent="Ring") + style("R", "700")
    styles = style("P1", parent="Ask") + style("P2", "normal", parent="Ask")
    body = "".join(p(name, name) for name in ("P1", "P2", "Ask", "Ring", "MP", "R"))
    assert bold_of(body, styles, common) == ["P1", "Ask", "R"]


def test_a_normal_weight_inside_a_bold_paragraph_overrides_it():
    styles = style("P1", "bold") + style("T1", "normal", kind="text")
    styles += style("T2", "bold", kind="text") + style("T2", "normal")
    body = p(f"Why, {span('he said', 'T1')}", "P1") + p("Why?", "P1")
    assert bold_of(body + p(span("And?", "T2"), "T2"), styles) == ["Why?", "And?"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_encrypted_file_is_refused_whatever_its_manifest_is_written_in(
    encoding: str,
):
    manifest = '<?xml version="1.0"?><m:x xmlns:m="m"><m:encryption-data/></m:x>'
    out = io.BytesIO(make_odt(p("So.")))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("META-INF/manifest.xml", manifest.encode(encoding))
    with pytest.raises(UnreadableError, match="encrypted"):
        text_of(out.getvalue(), ".odt")


def test_a_long_document_is_read_in_time_that_grows_with_its_length():
    content = make_odt(p("Interviewer: and some more words") * 20_000)
    styles = "".join(style(f"P{n}", parent=f"P{n + 1}") for n in range(20_000))
    assert len(text_of(content, ".odt").split("\n")) == 20_000
    assert bold_of(p("So.", "P0"), styles + style("P20000", "bold")) == ["So."]
