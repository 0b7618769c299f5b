"""Bookmarks and links: what the page's anchors become in the document."""

from __future__ import annotations

import re
from typing import Any

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from evalkit.report.docx_dress import make
from evalkit.report.docx_runs import outside

_LONGEST_NAME = 28  # Word allows 40 characters; a number may follow


class Links:
    """The anchors that the page leads to, and the bookmarks that they become."""

    def __init__(self, document: WordDocument, root: Any) -> None:
        self._document = document
        hrefs = root.xpath("//a/@href")
        self._wanted = {href[1:] for href in hrefs if href.startswith("#")}
        self._wanted &= set(root.xpath("//@id"))
        self._names: dict[str, str] = {}
        self._met: set[str] = set()
        self._waiting: list[str] = []
        self._n_bookmarks = 0

    @property
    def is_waiting(self) -> bool:
        """Tell whether an anchor has not yet had a paragraph to stand in."""
        return bool(self._waiting)

    def meet(self, element: Any) -> None:
        """Note an element; if a link leads to it, the next paragraph is bookmarked."""
        target = element.get("id")
        if target in self._wanted and target not in self._met:
            self._met.add(target)
            self._waiting.append(target)

    def settle(self, paragraph: Any) -> None:
        """Set the bookmarks that wait for a paragraph."""
        for target in self._waiting:
            self.bookmark(paragraph, self._name(target))
        self._waiting.clear()

    def bookmark(self, paragraph: Any, name: str) -> None:
        """Set a bookmark around the words that a paragraph has so far."""
        self._n_bookmarks += 1
        start = make("bookmarkStart", id=self._n_bookmarks, name=name)
        at = 1 if len(paragraph) and paragraph[0].tag == qn("w:pPr") else 0
        paragraph.insert(at, start)
        paragraph.append(make("bookmarkEnd", id=self._n_bookmarks))

    def frame(self, href: str) -> Any:
        """Make an empty `w:hyperlink`, or None where the address leads nowhere safe."""
        if href.startswith("#") and href[1:] in self._wanted:
            return make("hyperlink", anchor=self._name(href[1:]), history=1)
        if not outside(href):
            return None
        made, kind = make("hyperlink", history=1), RELATIONSHIP_TYPE.HYPERLINK
        relation = self._document.part.relate_to(href, kind, is_external=True)
        made.set(qn("r:id"), relation)
        return made

    def drop_dead(self, body: Any) -> None:
        """Make plain text of links to anchors that had no place in the document."""
        names = {start.get(qn("w:name")) for start in body.iter(qn("w:bookmarkStart"))}
        for link in list(body.iter(qn("w:hyperlink"))):
            anchor = link.get(qn("w:anchor"))
            if anchor is None or anchor in names:
                continue
            for look in link.iter(qn("w:rStyle")):
                look.set(qn("w:val"), "DefaultParagraphFont")
            for child in list(link):
                link.addprevious(child)
            link.getparent().remove(link)

    def _name(self, target: str) -> str:
        """Name a bookmark after an id; Word tells capitals from small letters not."""
        if target not in self._names:
            plain = re.sub(r"[^0-9A-Za-z_]", "_", target)[:_LONGEST_NAME]
            name, n = f"to_{plain}", 2
            taken = {other.lower() for other in self._names.values()}
            while name.lower() in taken:
                name, n = f"to_{plain}_{n}", n + 1
            self._names[target] = name
        return self._names[target]
