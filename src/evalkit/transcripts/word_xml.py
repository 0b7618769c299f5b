"""A .docx's XML, its words put where mammoth reads them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError, tostring

from evalkit.errors import UnreadableError
from evalkit.transcripts.package import parse_xml

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_PREFIXES = {
    _WORD: "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    _CHOICES: "mc",
}
_REWRITTEN = re.compile(r"word/(?:document|footnotes|endnotes)\d*\.xml")
# mammoth reads through a smart tag to what it holds.
_READ_AS = {
    **dict.fromkeys("w:fldSimple w:dir w:bdo w:ruby w:rubyBase".split(), "smartTag"),
    "w:cr": "br",
    "w:ptab": "tab",
    "m:r": "r",
    "m:t": "t",
}
_HOLDERS = frozenset(
    "w:body w:tc w:txbxContent w:sdtContent w:customXml w:footnote w:endnote".split()
)


def rewrite_words(package: zipfile.ZipFile) -> io.BytesIO:
    """Copy a .docx's package, its words put where mammoth reads them."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as rewritten:
        for name in dict.fromkeys(package.namelist()):
            part = package.read(name)
            if _REWRITTEN.fullmatch(name):
                try:
                    part = _mend(parse_xml(part))
                except ParseError as error:
                    raise UnreadableError(
                        f"the file is damaged ({name} is not well-formed XML)",
                        mend="open it in the program that made it, and save it anew",
                    ) from error
            rewritten.writestr(name, part)
    return copy


def _mend(root: Element) -> bytes:
    # ElementTree renames the prefixes that this attribute would name.
    root.attrib.pop(f"{{{_CHOICES}}}Ignorable", None)
    for element in list(root.iter()):
        name = _name(element.tag)
        if name in _READ_AS or name.startswith("m:"):
            _rename(element, _READ_AS.get(name, "smartTag"))
        elif name == "w:br":
            element.attrib.clear()  # a page's or a column's end parts words too
        elif name == "w:sdtPr":
            element.clear()  # mammoth puts a checkbox in its text's place
        elif name == "mc:AlternateContent":
            _choose(element)
        elif name in ("w:drawing", "w:pict"):
            boxes = list(_find_boxes(element))
            if boxes:
                _rename(element, "pict")
                element[:] = boxes
        elif name in _HOLDERS:
            _keep_last_marks(element)
            if name == "w:tc" and element.find("{*}tcPr/{*}cellDel") is not None:
                _rename(element, "del")
    rewritten: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return rewritten


@lru_cache(maxsize=1000)
def _name(tag: str) -> str:
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return f"{_PREFIXES.get(namespace, '')}:{name}"


def _rename(element: Element, name: str) -> None:
    element.tag = f"{{{_WORD}}}{name}"


def _choose(element: Element) -> None:
    """Put the choice in, where no fallback has words: mammoth reads only those."""
    choice, fallback = element.find("{*}Choice"), element.find("{*}Fallback")
    if choice is not None and _has_words(choice) and not _has_words(fallback):
        _rename(element, "smartTag")
        element[:] = list(choice)


def _has_words(element: Element | None) -> bool:
    inside = () if element is None else element.iter()
    return any(_name(inner.tag) in ("w:t", "m:t") for inner in inside)


def _find_boxes(element: Element) -> Iterator[Element]:
    for child in element:
        if _name(child.tag) == "w:txbxContent":
            yield child
        else:
            yield from _find_boxes(child)


def _keep_last_marks(holder: Element) -> None:
    """Keep a deleted paragraph mark where no paragraph follows to be joined."""
    following = ""
    for child in reversed(holder):
        name = _name(child.tag)
        if name.endswith(("Start", "End", "proofErr")):
            continue
        if name == "w:p" and following != "w:p":
            mark = child.find("{*}pPr/{*}rPr/{*}del")
            if mark is not None:
                _rename(mark, "ins")
        following = name
