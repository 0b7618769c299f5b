"""The words of a paragraph: from the page's inline HTML to Word's runs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from docx.oxml.ns import qn

from evalkit.report.docx_dress import is_language, make
from evalkit.report.docx_styles import BOLD

MARKS = {
    "strong": "●",
    "moderate": "◐",
    "limited": "◔",
    "single source": "◉",
    "contested": "◆",
    "open question": "?",
}
BREAK, TAB = "\n", "\t"
LEFT_OUT = frozenset("script style template head noscript button input select".split())
_INLINE = frozenset(
    "a abbr b bdi bdo br cite code del dfn em i ins kbd mark q s samp small span strong"
    " sub sup time u var wbr img".split()
)
_QUOTES = {"de": "„“", "fr": "«»", "es": "«»", "it": "«»", "pt": "«»", "ru": "«»"}
# What XML 1.0 cannot hold, lone surrogates among it.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = re.compile("[ \t\n\r\f\v]+")
_WEB = re.compile(
    r"https?://[\w.-]+(:\d{1,5})?([/?#][\w.~:/?#@!$&'()*+,;=%-]*)?", re.ASCII
)
_POST = re.compile(r"mailto:[\w.+-]+@[\w.-]+", re.ASCII)
_LONGEST_ADDRESS = 2000
_MUTED = frozenset({"how", "ctx"})
_OPEN = {"b": "strong", "strong": "strong", "i": "emphasis", "em": "emphasis"}
_OPEN |= {"cite": "emphasis", "code": "code", "kbd": "code", "samp": "code"}
_OPEN |= {"sup": "raised", "sub": "lowered"}


@dataclass(frozen=True)
class Look:
    """How a piece of text looks and reads."""

    strong: bool = False
    emphasis: bool = False
    code: bool = False
    muted: bool = False
    raised: bool = False
    lowered: bool = False
    mark: bool = False
    kept: bool = False
    language: str = ""
    rtl: bool = False


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one look, and where it leads."""

    text: str
    look: Look = field(default_factory=Look)
    href: str = ""


def clean(text: str) -> str:
    """Strip the characters that no XML file may hold.

    >>> clean("a\\x0bb")
    'ab'
    """
    return _FORBIDDEN.sub("", text)


def classes(element: Any) -> set[str]:
    """Return the classes of an HTML element."""
    return set((element.get("class") or "").split())


def is_left_out(element: Any) -> bool:
    """Tell whether an element holds nothing for a reader of the document."""
    if not isinstance(element.tag, str) or element.tag in LEFT_OUT:
        return True
    if "data-mark" in element.attrib:
        return False
    if element.tag == "a" and "skip" in classes(element):
        return True
    return element.get("aria-hidden") == "true" or "hidden" in element.attrib


def words_of(element: Any) -> str:
    """Return the text of an element as one line, without what is left out."""
    return "".join(p.text for p in join_spaces(list(collect(element, Look()))))


def reads_rtl(element: Any, rtl: bool) -> bool:
    """Tell whether an element reads from right to left, given how its parent does."""
    direction = (element.get("dir") or "").lower()
    if direction == "auto":
        for character in element.text_content():
            kind = unicodedata.bidirectional(character)
            if kind in {"L", "R", "AL"}:
                return kind != "L"
    return direction == "rtl" if direction in {"rtl", "ltr"} else rtl


def language_of(element: Any, language: str) -> str:
    """Return the language an element is in, given its parent's."""
    own = element.get("lang") or ""
    return own if is_language(own) else language


def is_inline(element: Any) -> bool:
    """Tell whether an element is part of a line, as all that it holds is."""
    if element.tag == "svg":
        return bool(element.get("role") != "img")
    if element.tag not in _INLINE:
        return False
    return all(is_inline(child) for child in element if isinstance(child.tag, str))


def all_inline(element: Any) -> bool:
    """Tell whether an element holds nothing but parts of a line."""
    return all(is_inline(child) for child in element if not is_left_out(child))


def collect(element: Any, look: Look, href: str = "") -> Iterator[Piece]:
    """Give the pieces inside an element, spaces as the page has them."""
    if element.text:
        yield spaced(element.text, look, href)
    for child in element:
        yield from collect_one(child, look, href)
        if child.tail:
            yield spaced(child.tail, look, href)


def collect_one(element: Any, look: Look, href: str = "") -> Iterator[Piece]:
    """Give the pieces of an inline element itself."""
    if is_left_out(element):
        return
    look = replace(
        look,
        rtl=reads_rtl(element, look.rtl),
        language=language_of(element, look.language),
    )
    kind, named = element.tag, classes(element)
    if _starts_a_line(element, named):
        yield Piece(BREAK, look, href)
    if named & _MUTED:
        look = replace(look, muted=True)
    if kind == "svg":
        mark = MARKS.get((element.get("data-mark") or "").replace("-", " "))
        if mark:
            yield Piece(mark, replace(look, mark=True), href)
            yield Piece(" ", look, href)
    elif kind == "br":
        yield Piece(BREAK, look, href)
    elif kind == "img":
        yield spaced(element.get("alt") or "", look, href)
    elif kind == "q":
        marks = _QUOTES.get(look.language[:2].lower(), "“”")
        yield Piece(marks[0], look, href)
        yield from collect(element, look, href)
        yield Piece(marks[1], look, href)
    elif kind == "a":
        yield from collect(element, look, element.get("href") or href)
    elif "id" in named:
        yield from collect(element, replace(look, muted=True), href)
        yield Piece(" ", look, href)
    elif kind in _OPEN:
        changed: Any = {_OPEN[kind]: True}
        yield from collect(element, replace(look, **changed), href)
    else:
        yield from collect(element, look, href)


def _starts_a_line(element: Any, named: set[str]) -> bool:
    """Tell whether the page sets an inline element on a line of its own."""
    parent = element.getparent()
    adds = parent is not None and parent.tag in {"small", "figcaption"}
    return "how" in named or (adds and element.tag == "span")


def spaced(text: str | None, look: Look, href: str = "") -> Piece:
    """Make a piece of the page's text, where any white space is one space."""
    if look.kept:
        return Piece(clean((text or "").expandtabs(4).replace("\r", "")), look, href)
    return Piece(clean(_SPACE.sub(" ", text or "")), look, href)


def join_spaces(pieces: list[Piece]) -> list[Piece]:
    """Keep one space where the page shows one, and none at either end of a line."""
    kept: list[Piece] = []
    for piece in pieces:
        text = piece.text
        after = kept[-1].text[-1:] if kept else BREAK
        if not piece.look.kept and after in {" ", BREAK, TAB}:
            text = text.lstrip(" ")
        if piece.text in {BREAK, TAB} and kept:
            kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
        if text:
            kept.append(replace(piece, text=text))
    while kept and kept[0].text == BREAK:
        kept.pop(0)
    while kept and not kept[-1].text.strip(" \n"):
        kept.pop()
    if kept and not kept[-1].look.kept:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
    return _joined(piece for piece in kept if piece.text)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbours that look the same: what reads as one is found as one."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and (last.look, last.href) == (piece.look, piece.href):
            joined[-1] = replace(last, text=last.text + piece.text)
        else:
            joined.append(piece)
    return joined


def outside(href: str) -> bool:
    """Tell whether an address may leave the document; Word opens no malformed one.

    >>> [outside(href) for href in ("https://example.org/a?b=c", "javascript:x()")]
    [True, False]
    """
    if len(href) > _LONGEST_ADDRESS:
        return False
    if _POST.fullmatch(href):
        return True
    return bool(_WEB.fullmatch(href)) and bool(urlsplit(href).hostname)


def run(piece: Piece, *, style: str) -> Any:
    """Make one `w:r`; bold is not said again where the paragraph's style is bold."""
    made = make("r", _properties(piece, style))
    for part in re.split("([\n\t])", piece.text):
        if part == BREAK:
            made.append(make("br"))
        elif part == TAB:
            made.append(make("tab"))
        elif part:
            words = make("t")
            words.text = part
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            made.append(words)
    return made


def _properties(piece: Piece, style: str) -> Any:
    look = piece.look
    strong = look.strong and style not in BOLD
    # A run has one character style; what else it is, is said directly.
    named = [
        name
        for name, holds in (
            ("Mark", look.mark),
            ("Hyperlink", bool(piece.href)),
            ("InlineCode", look.code),
            ("Strong", strong),
            ("Muted", look.muted),
            ("Emphasis", look.emphasis),
        )
        if holds
    ]
    properties = make("rPr", make("rStyle", val=named[0]) if named else None)
    if strong and "Strong" in named[1:]:
        properties.extend([make("b"), make("bCs")])
    if look.emphasis and "Emphasis" in named[1:]:
        properties.extend([make("i"), make("iCs")])
    if look.raised or look.lowered:
        side = "superscript" if look.raised else "subscript"
        properties.append(make("vertAlign", val=side))
    if look.rtl:
        properties.append(make("rtl"))
    if look.language:
        side = "bidi" if look.rtl else "val"
        properties.append(make("lang", **{side: look.language}))
    return properties if len(properties) else None


def field_runs(instruction: str, shown: str, *, style: str = "") -> list[Any]:
    """Make the runs of a field that shows `shown` until it is updated."""
    code = make("instrText")
    code.text = f" {instruction} "
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    runs = [
        make("r", make("fldChar", fldCharType="begin")),
        make("r", code),
        make("r", make("fldChar", fldCharType="separate")),
    ]
    if shown:
        runs.append(run(Piece(shown), style=style))
    return [*runs, make("r", make("fldChar", fldCharType="end"))]


def fill(paragraph: Any, pieces: list[Piece], *, style: str, link: Any) -> None:
    """Append pieces as runs; `link(href)` gives an empty `w:hyperlink` or None."""
    for piece in join_spaces(pieces):
        frame = link(piece.href) if piece.href else None
        if frame is None:
            paragraph.append(run(replace(piece, href=""), style=style))
            continue
        last = paragraph[-1] if len(paragraph) else None
        if last is not None and last.tag == qn("w:hyperlink"):
            same = dict(last.attrib) == dict(frame.attrib)
            frame = last if same else frame
        frame.append(run(piece, style=style))
        paragraph.append(frame)
