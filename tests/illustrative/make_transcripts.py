"""Make the illustrative study's binary transcripts from their texts: same bytes.

Run it from the repository's top: python tests/illustrative/make_transcripts.py
"""

from __future__ import annotations

import re
import sys
import zipfile
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
LABEL = re.compile(
    r"(I|R|Q|A|Interviewer|Respondent|Interpreter|Manager|Adviser|Donor): "
)

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"


def make_docx(
    text: str,
    *,
    head: list[tuple[str, ...]],
    change: tuple[str, str, str] = ("", "", ""),
) -> dict[str, str]:
    """A Word file as a transcriber leaves it: a table on top, bold labels.

    `change` is (a passage, its word as it is, the word that stood there): that word
    was changed with Word's record of changes switched on.
    """
    paragraphs = [line for line in text.split("\n") if line]
    body = [_paragraph(paragraphs[0]), _table(head)]
    for line in paragraphs[1:]:
        label = LABEL.match(line)
        start = label.end() if label else 0
        runs = _run(line[:start], bold=True) + _runs(line[start:], change)
        body.append(f"<w:p>{runs}</w:p>")
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(body)}</w:body></w:document>'
    )
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": document,
    }


def _runs(words: str, change: tuple[str, str, str]) -> str:
    passage, now, was = change
    if not passage or passage not in words:
        return _run(words)
    before, after = words.split(passage)
    start, end = passage.split(now)
    when = 'w:author="transcriber" w:date="2026-05-04T09:00:00Z"'
    deleted = f'<w:del w:id="1" {when}><w:r><w:delText xml:space="preserve">{was}</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" {when}>{_run(now)}</w:ins>'
    return f"{_run(before + start)}{deleted}{inserted}{_run(end + after)}"


def _run(words: str, *, bold: bool = False) -> str:
    if not words:
        return ""
    style = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{style}<w:t xml:space="preserve">{escape(words, quote=False)}</w:t></w:r>'


def _paragraph(words: str) -> str:
    return f"<w:p>{_run(words)}</w:p>"


def _table(rows: list[tuple[str, ...]]) -> str:
    cells = "".join(
        "<w:tr>"
        + "".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row)
        + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


def make_odt(text: str) -> dict[str, str]:
    """An OpenDocument text; the interviewer's label is set in bold."""
    paragraphs = []
    for line in text.split("\n"):
        if not line:
            continue
        label = LABEL.match(line)
        start = label.end() if label else 0
        bold = (
            f'<text:span text:style-name="T1">{line[:start]}</text:span>'
            if start
            else ""
        )
        paragraphs.append(f"<text:p>{bold}{escape(line[start:], quote=False)}</text:p>")
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<office:document-content xmlns:office="{_NAMES}:office:1.0"'
        f' xmlns:text="{_NAMES}:text:1.0" xmlns:style="{_NAMES}:style:1.0"'
        f' xmlns:fo="{_NAMES}:xsl-fo-compatible:1.0" office:version="1.3">'
        '<office:automatic-styles><style:style style:name="T1" style:family="text">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        "</office:automatic-styles>"
        f"<office:body><office:text>{''.join(paragraphs)}</office:text></office:body>"
        "</office:document-content>"
    )
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
        "META-INF/manifest.xml": _MANIFEST,
    }


def make_rtf(text: str) -> bytes:
    """Rich text in Windows-1252, accents as \\'xx, labels in bold."""
    paragraphs = []
    for line in text.split("\n"):
        label = LABEL.match(line)
        start = label.end() if label else 0
        bold = f"{{\\b {_rich(line[:start])}}}" if start else ""
        paragraphs.append(f"{bold}{_rich(line[start:])}\\par")
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman Times;}}\f0\fs24"
    return "\r\n".join([head, *paragraphs, "}", ""]).encode("ascii")


def _rich(words: str) -> str:
    plain = re.sub(r"([\\{}])", r"\\\1", words)
    return "".join(
        c if c < "\x80" else f"\\'{c.encode('windows-1252').hex()}" for c in plain
    )


# Where the typewriter breaks a word at the end of a line.
_BREAKS = (
    *("conven-tion", "dele-gation", "assis-tance", "para-graph", "reser-vation"),
    *("commu-nities", "every-body", "some-thing", "advo-cates", "differ-ent"),
)
_WIDTH, _LINES = 72, 54


def make_pdf(text: str) -> bytes:
    """A PDF from a typewriter: 72 columns, long words broken at the line's end."""
    lines = [line for each in text.split("\n") for line in _type(each)]
    pages = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    n_pages = len(pages)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(n_pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {n_pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier"
        b" /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        shown = b"".join(b"(" + _escape(line) + b") Tj T*\n" for line in page)
        stream = b"BT /F1 10 Tf 13 TL 72 770 Td\n" + shown + b"ET"
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (5 + 2 * at),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%s"
        b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )


def _type(paragraph: str) -> list[str]:
    """Cut a paragraph into lines, at spaces that break, or inside a long word."""
    lines, line = [], ""
    for word in paragraph.split(" "):
        room = _WIDTH - len(line) - 1
        if len(word) > room and line:
            head, _, tail = next(
                (each for x in _BREAKS if (each := _break(word, x))[0]), ("", "", word)
            )
            if head and len(head) < room:
                lines.append(f"{line} {head}-")
                line = tail
                continue
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _break(word: str, broken: str) -> tuple[str, str, str]:
    whole = broken.replace("-", "")
    before, found, after = word.partition(whole)
    head, _, tail = broken.partition("-")
    return (before + head, "-", tail + after) if found else ("", "", word)


def _escape(line: str) -> bytes:
    shown = re.sub(r"([\\()])", r"\\\1", line).encode("windows-1252")
    return b"".join(b"\\%o" % c if c > 126 else bytes([c]) for c in shown)


def write_package(path: Path, members: dict[str, str]) -> None:
    """Store the members unpacked, at one fixed time: compressors differ in bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for name, content in members.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 5, 4, 9, 0, 0)), content)


def make_all(folder: Path) -> None:
    """Write all of them into `folder`."""
    texts = {path.stem: path.read_text("utf-8") for path in HERE.glob("*.txt")}
    write_package(folder / "I03.odt", make_odt(texts["I03"]))
    write_package(
        folder / "I04.docx",
        make_docx(
            texts["I04"],
            head=[("Interview", "I04"), ("Mode", "in person")],
            change=("the price of herring", "price", "cost"),
        ),
    )
    (folder / "I05.pdf").write_bytes(make_pdf(texts["I05"]))
    (folder / "I07.rtf").write_bytes(make_rtf(texts["I07"]))
    for name, mode in (("I09", "in person"), ("I10", "in person")):
        head = [("Interview", name), ("Mode", mode)]
        write_package(folder / f"{name}.docx", make_docx(texts[name], head=head))
    as_notepad_does = "\ufeff" + texts["I12"].replace("\n", "\r\n")
    (folder / "I12.txt").write_bytes(as_notepad_does.encode("utf-16-le"))


if __name__ == "__main__":
    make_all(Path(sys.argv[1] if len(sys.argv) > 1 else "corpus/advocates/transcripts"))
