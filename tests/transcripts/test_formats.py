from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from evalkit.transcripts.read import find_speakers, parse_sources

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"""


def make_zip(members: dict[str, str], *, packed: bool = True) -> bytes:
    out = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", kind) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def make_docx(body: str) -> bytes:
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    members = {"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS}
    return make_zip({**members, "word/document.xml": document}, packed=False)


def run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def text_of(content: bytes, suffix: str) -> str:
    return parse_sources(content, suffix=suffix)[0].text


def voices_of(content: bytes, suffix: str) -> list[tuple[str, str, float | None]]:
    source = parse_sources(content, suffix=suffix)[0]
    return [
        (v.speaker, source.text[v.start : v.end], v.started_at) for v in source.voices
    ]


def test_docx_keeps_what_was_inserted_and_leaves_out_what_was_deleted():
    change = 'w:id="1" w:author="x" w:date="2026-01-01T00:00:00Z"'
    body = (
        f"<w:p>{run('They ')}<w:ins {change}>{run('do not ')}</w:ins>"
        f"<w:del {change}><w:r><w:delText>really </w:delText></w:r></w:del>"
        f"{run('trust it.')}</w:p>"
    )
    assert text_of(make_docx(body), ".docx") == "They do not trust it."


def test_docx_reads_content_controls_and_tables():
    body = (
        f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p><w:sdt><w:sdtContent>{run('Inline.')}</w:sdtContent></w:sdt></w:p>"
        f"<w:tbl><w:tr><w:tc><w:p>{run('I')}</w:p></w:tc>"
        f"<w:tc><w:p>{run('Why?')}</w:p></w:tc></w:tr></w:tbl>"
    )
    assert text_of(make_docx(body), ".docx") == "In a control.\nInline.\nI\tWhy?"


def test_docx_keeps_typography_tabs_breaks_and_hyphens():
    said = run("« Oui\u00a0! », dit-elle\u202f; l’aube…")
    body = (
        f"<w:p>{said}<w:r><w:tab/></w:r>"
        f"{run('co')}<w:r><w:noBreakHyphen/></w:r>{run('op')}<w:r><w:br/></w:r>"
        f"{run('fin')}</w:p>"
    )
    expected = "« Oui\u00a0! », dit-elle\u202f; l’aube…\tco\u2011op\nfin"
    assert text_of(make_docx(body), ".docx") == expected


def test_docx_bold_counts_only_from_end_to_end():
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>Why?</w:t></w:r>"
    source = parse_sources(
        make_docx(f"<w:p>{bold}</w:p><w:p>{bold}{run(' I ask')}</w:p>"), suffix=".docx"
    )[0]
    assert [source.text[s:e] for s, e in source.bold] == ["Why?"]


def test_a_two_column_table_is_a_dialogue():
    row = "<w:tr><w:tc><w:p>{}</w:p></w:tc><w:tc><w:p>{}</w:p></w:tc></w:tr>"
    rows = [
        ("Interviewer", "Why?"),
        ("Anna", "So."),
        ("Interviewer", "And?"),
        ("Anna", "Yes."),
    ]
    body = "<w:tbl>" + "".join(row.format(run(a), run(b)) for a, b in rows) + "</w:tbl>"
    transcript = find_speakers(
        parse_sources(make_docx(body), suffix=".docx")[0], sha256=""
    )
    said = [(t.speaker, transcript.text[t.start : t.end]) for t in transcript.turns]
    assert said == rows


def make_odt(body: str) -> bytes:
    names = " ".join(
        f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{p}:1.0"'
        for p in ("office", "text", "table")
    )
    content = (
        f"<office:document-content {names}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    return make_zip({"content.xml": content}, packed=False)


def test_odt_keeps_spaces_tabs_and_breaks_and_drops_deletions_and_comments():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        "<text:p>gone</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>"
        '<text:p>One<text:s text:c="2"/>two<text:tab/>three<text:line-break/>four'
        "<office:annotation><text:p>a comment</text:p></office:annotation>\n  five</text:p>"
        "<text:list><text:list-item><text:p>six</text:p></text:list-item></text:list>"
    )
    assert text_of(make_odt(body), ".odt") == "One  two\tthree\nfour five\nsix"


def test_odt_puts_footnotes_at_the_end():
    body = (
        "<text:p>Said<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>A note.</text:p></text:note-body></text:note>.</text:p>"
    )
    assert text_of(make_odt(body), ".odt") == "Said.\nA note."


def test_rtf_reads_code_pages_and_unicode():
    assert text_of(
        rb"{\rtf1\ansi\ansicpg1252 I: \'e9t\'e9 \u8364 ?\par R: oui}", ".rtf"
    ) == ("I: été €\nR: oui")


def test_vtt_voices_times_and_two_speakers_in_a_cue():
    content = (
        b"WEBVTT\n\nNOTE a comment\n\n00:01.500 --> 00:04.000 align:start\n"
        b"<v.loud Ana>One <i>two</i></v><v Bo>Three &amp; four\n\n"
        b"1:00:05.000 --> 1:00:06.000\nNobody says this"
    )
    assert voices_of(content, ".vtt") == [
        ("Ana", "One two", 1.5),
        ("Bo", "Three & four", 1.5),
        ("", "Nobody says this", 3605.0),
    ]


def test_srt_and_sbv_and_ttml_times():
    srt = b"1\n00:00:00,500 --> 00:00:07,000\n<i>Hi</i> {\\an8}there\n"
    assert voices_of(srt, ".srt") == [("", "Hi there", 0.5)]
    sbv = b"0:00:01.500,0:00:02.000\nHi\nthere\n"
    assert voices_of(sbv, ".sbv") == [("", "Hi\nthere", 1.5)]
    ttml = (
        b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
        b'<p begin="1.5s">Hi<br/>there</p></div></body></tt>'
    )
    assert voices_of(ttml, ".ttml") == [("", "Hi\nthere", 1.5)]


def test_labels_inside_cues_are_found_with_their_times():
    content = (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nInterviewer: Why?\n\n"
        b"00:03.000 --> 00:04.000\nMaria: So.\n\n00:05.000 --> 00:06.000\nMaria: Yes.\n"
    )
    transcript = find_speakers(parse_sources(content, suffix=".vtt")[0], sha256="")
    assert [(t.speaker, t.started_at) for t in transcript.turns] == [
        ("Interviewer", 1.0),
        ("Maria", 3.0),
        ("Maria", 5.0),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_speakers_and_times(delimiter: str):
    lines = ["speaker,time,text", "I,0:05,Why?", 'R,0:09,"So, we\r\nleft"']
    content = "\r\n".join(line.replace(",", delimiter, 2) for line in lines)
    assert voices_of(content.encode("utf-8-sig"), ".csv") == [
        ("I", "Why?", 5.0),
        ("R", "So, we\nleft", 9.0),
    ]


def test_csv_with_a_document_in_each_cell():
    content = b'transcript_id,text\na,"I: Why?\nR: So."\nb,"I: Ja?\nR: Nein."\n'
    sources = parse_sources(content, suffix=".csv")
    assert [(s.part, s.text) for s in sources] == [
        ("a", "I: Why?\nR: So."),
        ("b", "I: Ja?\nR: Nein."),
    ]


def test_xlsx_reads_as_csv_does():
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["Speaker", "Time", "Text"],
        ["I", dt.time(0, 1, 5), "Why?"],
        ["R", None, 7],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert voices_of(out.getvalue(), ".xlsx") == [("I", "Why?", 65.0), ("R", "7", None)]


def test_a_line_with_a_space_ends_no_cue_and_a_transcribers_word_is_no_tag():
    content = (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n \nthere<00:01.500><c> you</c>"
        b" <laughs> <u>so</u>\n"
    )
    assert text_of(content, ".vtt") == "hello\nthere you <laughs> so"


def test_text_is_the_same_whatever_the_encoding_says_it_is():
    text = "I: Où ?\nR: À l’école, 北京.\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        assert text_of(text.encode(encoding), ".txt") == text
    assert text_of(text.replace("\n", "\r\n").encode(), ".txt") == text
    assert text_of(text.replace("\n", "\r").encode(), ".txt") == text


def test_a_guessed_encoding_is_named():
    content = "I: Où étiez-vous né ?\nR: À côté de l'école, bien sûr.\n".encode(
        "cp1252"
    )
    source = parse_sources(content * 20, suffix=".txt")[0]
    assert "guessed" in source.warnings[0]
    assert "école" in source.text


def test_no_unicode_is_normalised():
    text = "I: e\u0301 ﬁ Å \u00a0\u202f\nR: 𝄞 👩‍👧 שלום\n"
    assert text_of(text.encode(), ".txt") == text


def test_pdf_text_has_no_page_marks_and_no_margin_numbers():
    from evalkit.transcripts.pdf import drop_printed_marks

    page = "2/5\nDan: In 2019\n7\nwe left\n1\n2\n3\n4\n5\n6\nPage 2 of 5"
    assert drop_printed_marks(page) == ("Dan: In 2019\n7\nwe left", 6)
    assert drop_printed_marks("Yes.\n7\n8", last=6) == ("Yes.", 8)
    assert drop_printed_marks("Yes.\n7\n8", last=4) == ("Yes.\n7\n8", 4)


def test_the_same_bytes_give_the_same_text(top: Path):
    for path in sorted((top / "corpus/advocates/transcripts").iterdir()):
        content = path.read_bytes()
        once = parse_sources(content, suffix=path.suffix)
        assert parse_sources(content, suffix=path.suffix.upper()) == once
