"""The blocks of the page, one after the other, as paragraphs of the document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import lxml.html
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Cm

from evalkit.report.docx_dress import add_numbering, make
from evalkit.report.docx_links import Links
from evalkit.report.docx_runs import (
    BREAK,
    TAB,
    Look,
    Piece,
    all_inline,
    classes,
    collect,
    collect_one,
    field_runs,
    fill,
    is_inline,
    is_left_out,
    join_spaces,
    language_of,
    reads_rtl,
    run,
    spaced,
    words_of,
)
from evalkit.report.docx_styles import DEPTH, TEXT_WIDTH
from evalkit.report.docx_tables import lay_table
from evalkit.report.docx_words import words_in

_PICTURE, _TALLEST = Cm(12), Cm(19)
_STYLES = {
    "lead": "Lead",
    "standfirst": "Subtitle",
    "kicker": "Kicker",
    "id": "Identifier",
    "strength": "Strength",
    "small": "Small",
    "xs": "Small",
    "nil": "Passages",
}
_STYLES_OF_ELEMENTS = {
    "summary": "Passages",
    "pre": "CodeBlock",
    "blockquote": "Quote",
    "footer": "Basis",
}
_BREAKS_PAGE = frozenset({"summary", "answers", "claims", "annex-a"})
_PLAIN_LISTS = frozenset({"says", "rulebox", "pipe", "told"})
_NOTICES = frozenset({"notice", "banner"})
# Where the first words are what counts, and a span adds to them in grey.
_STRONG_THEN_MUTED = frozenset({"Strength", "TableGroup"})


@dataclass(frozen=True)
class Flow:
    """Where blocks go, and how they stand there."""

    parent: Any
    style: str = "Normal"
    width: int = TEXT_WIDTH
    look: Look = field(default_factory=Look)
    level: int = 0


@dataclass(frozen=True)
class Heading:
    """A heading of the first or second level, and its bookmark."""

    level: int
    words: str
    bookmark: str


class Blocks:
    """A document being written: what is counted, linked and listed as it goes."""

    def __init__(
        self,
        document: WordDocument,
        links: Links,
        pictures: Mapping[str, bytes],
        language: str,
    ) -> None:
        self.links, self.words = links, words_in(language)
        self.headings: list[Heading] = []
        self.contents_title, self.contents_after = self.words.contents, None
        self.titled = False
        self._document, self._pictures, self._language = document, pictures, language
        self._counts = {"Figure": 0, "Table": 0}
        self._breaks_page, self._n_pictures = False, 0

    # Any element

    def write(self, element: Any, flow: Flow) -> None:
        """Write what an element holds: blocks, and loose words as paragraphs."""
        flow = self._enter(element, flow)
        loose = [spaced(element.text, flow.look)]
        for child in element:
            if not is_left_out(child):
                if is_inline(child):
                    self._meet_all(child)
                    loose.extend(collect_one(child, flow.look))
                else:
                    self._write_loose(loose, flow)
                    loose = []
                    self._block(child, flow)
            loose.append(spaced(child.tail, flow.look))
        self._write_loose(loose, flow)

    def _write_loose(self, loose: list[Piece], flow: Flow) -> None:
        if join_spaces(loose):
            self.paragraph(flow, flow.style, loose)

    def _enter(self, element: Any, flow: Flow) -> Flow:
        """Note an element's anchor and take over its language and direction."""
        self.links.meet(element)
        if element.tag == "section" and element.get("id") in _BREAKS_PAGE:
            self._breaks_page = True
        language = language_of(element, flow.look.language)
        rtl = reads_rtl(element, flow.look.rtl)
        look = replace(flow.look, rtl=rtl, language=language)
        return replace(flow, look=look)

    def _meet_all(self, element: Any) -> None:
        for one in element.iter("*"):
            self.links.meet(one)

    def _block(self, element: Any, flow: Flow) -> None:
        kind, named = element.tag, classes(element)
        if kind == "nav" and "toc" in named:
            self._mark_contents(element, flow)
        elif re.fullmatch("h[1-6]", kind):
            self._heading(element, flow)
        elif kind in {"p", "summary", "pre"}:
            self._one_paragraph(element, flow)
        elif kind in {"ul", "ol", "menu"}:
            self._list(element, flow)
        elif kind == "dl":
            self._terms(element, flow)
        elif kind == "table":
            self._table(element, flow)
        elif kind == "figure":
            self._figure(element, flow)
        elif kind == "svg":
            self._drawing(element, flow)
        else:
            self._division(element, flow, named)

    def _division(self, element: Any, flow: Flow, named: set[str]) -> None:
        style = _STYLES_OF_ELEMENTS.get(element.tag, flow.style)
        if named & _NOTICES:
            style = "Notice"
        elif "stamp" in named:
            style = "Stamp"
        self.write(element, replace(flow, style=style))
        if element.tag == "header" and "title" in named:
            self._contents_here(flow)

    def _one_paragraph(self, element: Any, flow: Flow) -> None:
        named = classes(element)
        style = _STYLES_OF_ELEMENTS.get(element.tag, flow.style)
        style = next((_STYLES[name] for name in _STYLES if name in named), style)
        if not all_inline(element):
            self.write(element, replace(flow, style=style))
            return
        flow = self._enter(element, flow)
        self._meet_all(element)
        look = replace(flow.look, kept=element.tag == "pre")
        action = "do" in named
        pieces = self._said(element, style, replace(look, strong=action))
        if join_spaces(pieces):
            made = self.paragraph(flow, style, pieces)
            if action:
                _insert(made, make("keepNext"))

    def _said(self, element: Any, style: str, look: Look) -> list[Piece]:
        if style not in _STRONG_THEN_MUTED:
            return list(collect(element, look))
        strong, muted = replace(look, strong=True), replace(look, muted=True)
        pieces = [spaced(element.text, strong)]
        for child in element:
            added = child.tag == "span" and not child.get("class")
            pieces.extend(collect_one(child, muted if added else strong))
            pieces.append(spaced(child.tail, strong))
        return pieces

    # Headings and contents

    def _heading(self, element: Any, flow: Flow) -> None:
        level = int(element.tag[1]) - 1
        flow = self._enter(element, flow)
        self._meet_all(element)
        pieces = list(collect(element, flow.look))
        if not join_spaces(pieces):
            return
        if level == 0 and not self.titled:
            self.title(flow, pieces)
        elif flow.style == "Stamp":
            self.paragraph(flow, "StampHeading", pieces)
        elif level > 3:
            self.paragraph(flow, "SmallHeading", pieces)
        else:
            self._listed_heading(max(level, 1), pieces, flow)

    def title(self, flow: Flow, pieces: list[Piece]) -> None:
        """Write the document's title; there is one."""
        self.titled = True
        self.paragraph(flow, "Title", pieces)
        self._contents_here(flow)

    def _listed_heading(self, level: int, pieces: list[Piece], flow: Flow) -> None:
        tops = self._breaks_page
        follows = len(flow.parent) and _style_of(flow.parent[-1]) == "Identifier"
        made = self.paragraph(flow, f"Heading{level}", pieces)
        if follows:
            _insert(made, make("spacing", before=40))
        elif tops:
            _insert(made, make("pageBreakBefore"))
            _insert(made, make("spacing", before=0))
            self._breaks_page = False
        if level < 3:
            name = f"_Toc{len(self.headings) + 1:09d}"
            self.links.bookmark(made, name)
            words = "".join(piece.text for piece in join_spaces(pieces))
            self.headings.append(Heading(level, words.replace("\n", " "), name))

    def _mark_contents(self, element: Any, flow: Flow) -> None:
        named = element.find(".//h2")
        if named is not None:
            self.contents_title = words_of(named) or self.contents_title
        self._contents_here(flow)

    def _contents_here(self, flow: Flow) -> None:
        if flow.parent.tag == qn("w:body") and len(flow.parent):
            self.contents_after = flow.parent[-1]

    # Lists and terms

    def _list(self, element: Any, flow: Flow) -> None:
        named = classes(element)
        flow = self._enter(element, flow)
        if "chips" in named:
            self._chips(element, flow)
            return
        style, number = self._list_style(element, named, flow)
        for item in element:
            if is_left_out(item):
                continue
            if item.tag in {"ul", "ol"}:
                self._list(item, replace(flow, level=flow.level + 1))
            elif "passages" in named and item.tag == "li":
                self._passage(item, flow)
            else:
                self._item(item, replace(flow, style=style), number)

    def _list_style(
        self, element: Any, named: set[str], flow: Flow
    ) -> tuple[str, int | None]:
        level = min(flow.level, DEPTH - 1)
        suffix = str(level + 1) if level else ""
        if named & _PLAIN_LISTS:
            return "ListPlain", None
        if element.tag != "ol":
            return f"ListBullet{suffix}", None
        start = element.get("start") or "1"
        first = int(start) if re.fullmatch("[0-9]{1,4}", start) else 1
        number = add_numbering(self._document, level=level, start=first)
        return f"ListNumber{suffix}", number

    def _item(self, item: Any, flow: Flow, number: int | None) -> None:
        """Write an item: its first paragraph has the mark, the others go on below."""
        parent, style, before = flow.parent, flow.style, len(flow.parent)
        if style == "ListPlain" and len(item) and item[0].tag == "strong":
            item[0].append(lxml.html.Element("br"))
        self.write(item, replace(flow, level=flow.level + 1))
        own = [made for made in parent[before:] if _style_of(made) == style]
        if not own:
            own = [self.paragraph(flow, style, [])]
        if number is not None:
            level = min(flow.level, DEPTH - 1)
            place = make("ilvl", val=level)
            _insert(own[0], make("numPr", place, make("numId", val=number)))
        for made in own[1:] if style != "ListPlain" else []:
            named = re.sub("Bullet|Number", "Continue", style)
            made.pPr.find(qn("w:pStyle")).set(qn("w:val"), named)

    def _chips(self, element: Any, flow: Flow) -> None:
        pieces: list[Piece] = []
        for item in element.iterchildren("li"):
            self._meet_all(item)
            pieces.extend([Piece("\u2003", flow.look)] if pieces else [])
            pieces.extend(join_spaces(list(collect(item, flow.look))))
        self._write_loose(pieces, replace(flow, style="Claims"))

    def _passage(self, item: Any, flow: Flow) -> None:
        """Write what one person said, and who it was; said again below, only who."""
        style = "PassageParaphrase" if item.find_class("said") else "Passage"
        style = "Passage" if item.find("q") is not None else style
        flow = replace(self._enter(item, flow), style=style)
        again = "again" in classes(item) and item.find("small") is not None
        loose = [spaced(item.text, flow.look)]
        for child in item:
            if again and child.tag != "small":
                continue
            if is_inline(child) and not _has_own_line(child):
                loose.extend(collect_one(child, flow.look))
            elif not is_left_out(child):
                self._write_loose(loose, flow)
                loose = []
                self._part_of_passage(child, flow, again)
            loose.append(spaced(child.tail, flow.look))
        self._write_loose(loose, flow)

    def _part_of_passage(self, element: Any, flow: Flow, again: bool) -> None:
        if not is_inline(element):
            self._block(element, flow)
            return
        flow = self._enter(element, flow)
        self._meet_all(element)
        pieces = list(collect_one(element, flow.look))
        if element.tag == "small":
            flow = replace(flow, style="PassageSource")
            lines = [at for at, piece in enumerate(pieces) if piece.text == BREAK]
            below = Piece(f": {self.words.below}" if again else "", flow.look)
            pieces.insert(lines[0] if lines else len(pieces), below)
        elif "para" in classes(element):
            flow = replace(flow, style="PassageParaphrase")
        self._write_loose(pieces, flow)

    def _terms(self, element: Any, flow: Flow) -> None:
        flow = self._enter(element, flow)
        style = "Stamp" if flow.style == "Stamp" else ""
        if "facts" in classes(element):
            style = "Fact"
        elif flow.style.startswith("List"):
            style = "ListDetail"
        term: list[Piece] = []
        for part in _parts_of(element):
            inner = self._enter(part, flow)
            if not style or not all_inline(part):
                of_part = "Term" if part.tag == "dt" else "Definition"
                self.write(part, replace(flow, style=of_part))
            elif part.tag == "dt":
                muted = replace(inner.look, muted=True)
                term = join_spaces(list(collect(part, muted)))
            else:
                said = [*term, Piece(TAB, inner.look), *collect(part, inner.look)]
                self.paragraph(inner, style, said)
                term = []

    # Figures and tables

    def _figure(self, element: Any, flow: Flow) -> None:
        flow = self._enter(element, flow)
        caption = element.find(".//figcaption")
        if caption is not None:
            caption.drop_tree()
        if "paraphrase" in classes(element):
            flow = replace(flow, style="Paraphrase")
        quoted = element.find(".//blockquote") is not None
        quoted = quoted or flow.style == "Paraphrase"
        if caption is not None and not quoted:
            drawn = element.find(".//svg") is not None
            self._caption(caption, "Figure" if drawn else "Table", flow)
        self.write(element, flow)
        if caption is not None and quoted:
            self.write(caption, replace(flow, style="Attribution"))

    def _caption(self, element: Any, kind: str, flow: Flow) -> str:
        """Write a caption: its number and finding, then its unit in grey."""
        flow = self._enter(element, flow)
        finding, unit = [spaced(element.text, flow.look)], list[Piece]()
        for child in element:
            said = unit if child.tag == "span" else finding
            said.extend(collect_one(child, flow.look))
            said.append(spaced(child.tail, flow.look))
        if not join_spaces(finding):
            finding, unit = unit, []
        finding = join_spaces(finding)
        if not finding:
            return ""
        self._counts[kind] += 1
        counted, style = str(self._counts[kind]), "Caption"
        name = self.words.figure if kind == "Figure" else self.words.table
        made = self.paragraph(flow, style, [])
        made.append(run(Piece(f"{name}\u00a0"), style=style))
        made.extend(field_runs(f"SEQ {kind} \\* ARABIC", counted, style=style))
        made.append(run(Piece(". "), style=style))
        fill(made, self._in_language(finding, flow), style=style, link=self.links.frame)
        self._write_loose(unit, replace(flow, style="CaptionUnit"))
        return "".join(piece.text for piece in finding)

    def _drawing(self, element: Any, flow: Flow) -> None:
        named = element.find("title")
        if named is None:
            return
        alternative = words_of(named)
        picture = self._pictures.get(named.get("id") or "")
        if picture is not None:
            made = self.paragraph(flow, "Figure", [])
            made.append(make("r", make("drawing", self._inline(picture, alternative))))
        elif alternative:
            self.paragraph(flow, "AlternativeText", [Piece(alternative, flow.look)])

    def _inline(self, picture: bytes, alternative: str) -> Any:
        part = self._document.part
        _, image = part.get_or_add_image(io.BytesIO(picture))
        width = int(_PICTURE)
        height = round(width * image.px_height / max(1, image.px_width))
        if height > _TALLEST:
            width, height = round(width * _TALLEST / height), int(_TALLEST)
        inline: Any = part.new_pic_inline(io.BytesIO(picture), width, height)
        # python-docx numbers what stands in the document; a cell does not stand yet.
        self._n_pictures += 1
        inline.docPr.set("id", str(self._n_pictures))
        inline.docPr.set("name", f"Picture {self._n_pictures}")
        inline.docPr.set("descr", alternative)
        return inline

    def _table(self, element: Any, flow: Flow) -> None:
        flow = self._enter(element, flow)
        caption = element.find("caption")
        title = "" if caption is None else self._caption(caption, "Table", flow)

        def fill_cell(cell: Any, source: Any, style: str, width: int) -> None:
            inner = replace(flow, parent=cell, style=style, width=width, level=0)
            if style == "TableGroup" and all_inline(source):
                inner = self._enter(source, inner)
                self.paragraph(inner, style, self._said(source, style, inner.look))
            else:
                self.write(source, inner)
            if cell[-1].tag != qn("w:p"):
                self.paragraph(inner, style, [])

        rtl = flow.look.rtl
        made = lay_table(
            element, width=flow.width, fill=fill_cell, rtl=rtl, title=title
        )
        if made is not None:
            flow.parent.append(made)
            self.paragraph(flow, "TableEnd", [])

    # One paragraph

    def paragraph(self, flow: Flow, style: str, pieces: list[Piece]) -> Any:
        """Append a paragraph in a style; return its `w:p`."""
        look = make("pPr", make("pStyle", val=style) if style != "Normal" else None)
        if flow.look.rtl:
            look.append(make("bidi"))
        made = make("p", look if len(look) else None)
        flow.parent.append(made)
        self.links.settle(made)
        said = self._in_language(pieces, flow)
        fill(made, said, style=style, link=self.links.frame)
        return made

    def _in_language(self, pieces: list[Piece], flow: Flow) -> list[Piece]:
        """Say the language only of what is not in the document's."""
        return [
            replace(piece, look=replace(piece.look, language=""))
            if piece.look.language == self._language
            else piece
            for piece in pieces
        ]


def _has_own_line(element: Any) -> bool:
    return element.tag in {"q", "small"} or "para" in classes(element)


def _parts_of(terms: Any) -> Iterator[Any]:
    for child in terms:
        if child.tag in {"dt", "dd"}:
            yield child
        elif child.tag == "div":
            yield from _parts_of(child)


def _style_of(made: Any) -> str:
    named = made.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return named.get(qn("w:val")) if named is not None else ""


def _insert(paragraph: Any, property_: Any) -> None:
    """Put a property of a paragraph where the schema wants it."""
    order = "pStyle keepNext pageBreakBefore numPr bidi spacing".split()
    look = paragraph.get_or_add_pPr()
    place = order.index(property_.tag.rpartition("}")[2])
    before = {qn(f"w:{name}") for name in order[:place]}
    at = sum(child.tag in before for child in look)
    look.insert(at, property_)
