"""An executed notebook exported as a report: `jupyter nbconvert --to evalkit`."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters.html import HTMLExporter
from traitlets import default

_HERE = Path(__file__).parent
_HEADER = re.compile(r'<header class="title">.*?</header>\s*', re.DOTALL)
_FOOTER = re.compile(r'<footer class="stamp">.*?</footer>\s*', re.DOTALL)
_HEADING = re.compile(r"<h([1-3])((?:\s[^>]*)?)>(.*?)</h\1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")


class EvalkitExporter(HTMLExporter):  # type: ignore[misc]
    """Export a notebook as one readable page: no code, no prompts, no requests."""

    export_from_notebook = "Evaluation report (evalkit)"
    exclude_input = True
    exclude_anchor_links = True
    embed_images = True

    @default("extra_template_basedirs")  # type: ignore[untyped-decorator]
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(_HERE / "templates")]

    @default("template_name")  # type: ignore[untyped-decorator]
    def _template_name_default(self) -> str:
        return "evalkit"

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[str, Any]:
        """Export the notebook; the page gets its header and contents list last."""
        resources = resources or {}
        named = nb.metadata.get("evalkit", {})
        name = resources.get("metadata", {}).get("name", "Report")
        resources["evalkit"] = {
            "css": (_HERE / "report.css").read_text(encoding="utf-8"),
            "language": escape(str(named.get("language", "en"))),
            "title": str(named.get("title") or nb.metadata.get("title") or name),
        }
        page, resources = super().from_notebook_node(nb, resources, **kwargs)
        return arrange_page(page), resources


def arrange_page(page: str) -> str:
    """Put a page's header first, its stamp last, and a contents list beside the rest.

    Headings without an id get one; the list links to those of the second and third
    level.
    """
    for mark, pattern in (("header", _HEADER), ("footer", _FOOTER)):
        found = pattern.search(page)
        if found:
            page = page[: found.start()] + page[found.end() :]
        page = page.replace(f"<!--evalkit:{mark}-->", found[0] if found else "")
    taken: set[str] = set()
    entries: list[tuple[int, str, str]] = []

    def name_heading(match: re.Match[str]) -> str:
        level, attributes, words = int(match[1]), match[2], match[3]
        plain = " ".join(_TAGS.sub("", words).split())
        identifier = _make_anchor(plain, taken)
        attributes = re.sub(r'\sid="[^"]*"', "", attributes)
        if level > 1:
            entries.append((level, identifier, plain))
        return f'<h{level}{attributes} id="{identifier}">{words}</h{level}>'

    start, end = page.find("<main"), page.find("</main>")
    if start < 0 or end < 0:
        return page
    main = _HEADING.sub(name_heading, page[start:end])
    page = page[:start] + main + page[end:]
    return page.replace("<!--evalkit:contents-->", _set_contents(entries))


def _make_anchor(words: str, taken: set[str]) -> str:
    base = re.sub(r"[^\w]+", "-", words.casefold()).strip("-") or "part"
    if base == "main" or base[0].isdigit():
        base = f"part-{base}"
    anchor, n = base, 2
    while anchor in taken:
        anchor, n = f"{base}-{n}", n + 1
    taken.add(anchor)
    return anchor


def _set_contents(entries: list[tuple[int, str, str]]) -> str:
    if not entries:
        return ""
    items = "".join(
        f'<li class="l{level}"><a href="#{anchor}">{words}</a></li>'
        for level, anchor, words in entries
    )
    return (
        '<nav class="toc" aria-labelledby="contents"><h2 id="contents">Contents</h2>'
        f"<ol>{items}</ol></nav>"
    )
