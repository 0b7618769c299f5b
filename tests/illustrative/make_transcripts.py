"""Make the illustrative study's .docx and .odt from their texts: same text, same bytes.

Run it from the repository's top: python tests/illustrative/make_transcripts.py
"""

from __future__ import annotations

import re
import sys
import zipfile
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
LABEL = re.compile(r"(I|R|Interviewer|Respondent|Interpreter): ")

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


def make_docx(text: str) -> dict[str, str]:
    """A Word file as a transcriber leaves it: a table on top, one tracked change."""
    paragraphs = [line for line in text.split("\n") if line]
    body = [
        _paragraph(paragraphs[0]),
        _table([("Interview", "I04"), ("Mode", "in person")]),
    ]
    for line in paragraphs[1:]:
        label = LABEL.match(line)
        start = label.end() if label else 0
        runs = _run(line[:start], bold=True) + _runs(line[start:])
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


def _runs(words: str) -> str:
    """In one sentence the transcriber took a word out and put two in."""
    before, mark, after = words.partition("the price of herring")
    if not mark:
        return _run(words)
    when = 'w:author="transcriber" w:date="2026-05-04T09:00:00Z"'
    deleted = f'<w:del w:id="1" {when}><w:r><w:delText xml:space="preserve">cost</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" {when}>{_run("price")}</w:ins>'
    return f"{_run(before + 'the ')}{deleted}{inserted}{_run(' of herring' + after)}"


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


def write_package(path: Path, members: dict[str, str]) -> None:
    """Store the members unpacked, at one fixed time: compressors differ in bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for name, content in members.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 5, 4, 9, 0, 0)), content)


def make_all(folder: Path) -> None:
    """Write both files into `folder`."""
    write_package(folder / "I04.docx", make_docx((HERE / "I04.txt").read_text("utf-8")))
    write_package(folder / "I03.odt", make_odt((HERE / "I03.txt").read_text("utf-8")))


if __name__ == "__main__":
    make_all(Path(sys.argv[1] if len(sys.argv) > 1 else "corpus/advocates/transcripts"))
