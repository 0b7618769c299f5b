"""An executed notebook exported as a report: `jupyter nbconvert --to evalkit`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown import markdown2html
from traitlets import default

from evalkit.report.gate import Cell
from evalkit.report.page import MIME, REGISTER, Block, read_block, table

_HERE = Path(__file__).parent
_HEADER = re.compile(r'<header class="title">.*?</header>\s*', re.DOTALL)
_FOOTER = re.compile(r'<footer[^>]*class="stamp"[^>]*>.*?</footer>\s*', re.DOTALL)
_HEADING = re.compile(r"<h([1-3])((?:\s[^>]*)?)>(.*?)</h\1>", re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
_SHORT = re.compile(r'\sdata-contents="([^"]*)"')
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
        title = str(named.get("title") or nb.metadata.get("title") or name)
        resources["evalkit"] = {
            "css": (_HERE / "report.css").read_text(encoding="utf-8")
            + f"@page{{@bottom-left{{content:{_set_string(title)}}}}}",
            "language": escape(str(named.get("language", "en"))),
            "title": title,
            "audience": str(named.get("audience", "")),
        }
        page, resources = super().from_notebook_node(nb, resources, **kwargs)
        page = page.replace(REGISTER, set_register(collect_cells(nb)))
        return arrange_page(page), resources


def collect_cells(notebook: Any) -> list[Cell]:
    """Collect what each cell of an executed notebook prints, for the gate."""
    cells = []
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            checked = cell.metadata.get("evalkit", {})
            html = str(markdown2html(cell.source))
            cells.append(Cell(number, read_block(html, checked), is_prose=True))
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if MIME in shown:
                cells.append(Cell(number, read_block(shown["text/html"], shown[MIME])))
            elif shown or output.output_type == "stream":
                cells.append(Cell(number, _read_output(output), is_checked=False))
    return cells


def _read_output(output: Any) -> Block:
    """Read what no block made as the page will show it."""
    shown, alt = output.get("data", {}), output.get("metadata", {}).get("alt", "")
    for kind in ("image/png", "image/jpeg", "image/svg+xml"):
        if kind in shown:
            return Block(f'<img alt="{escape(str(alt))}">')
    html = shown.get("text/html") or shown.get("text/markdown")
    plain = shown.get("text/plain") or output.get("text", "")
    return Block(str(html) if html else f"<pre>{escape(str(plain))}</pre>")


def set_register(cells: Iterable[Cell]) -> str:
    """Set the register of all that is quoted, each passage once."""
    quoted = list_quoted(cells)
    if quoted.empty:
        return "<p>Nobody is quoted.</p>"
    rows = quoted.assign(number=range(1, len(quoted) + 1))
    names = {"number": "No.", "begins": "Begins", "attribution": "Attributed to"}
    names |= {"claim_id": "Claim", "kind": "As", "fingerprint": "Fingerprint"}
    if rows["where"].ne("").any():
        names["where"] = "Where"
    if rows["edits"].ne("").any():
        names["edits"] = "Shortened"
    return table(
        rows.astype({"number": "str"}), caption="Register of quotations", names=names
    ).html


def list_quoted(cells: Iterable[Cell]) -> pd.DataFrame:
    """List all that a report quotes: one row a passage and claim, context left out.

    Columns: claim_id, kind, words, attribution, where, edits, begins, fingerprint (the
    first eight digits of the SHA-256 of the words).
    """
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for each in (quoted for cell in cells for quoted in cell.block.quoted):
        if each.kind == "context":
            continue
        words = each.words.split()
        rows.setdefault(
            (each.claim_id, each.words),
            {
                "claim_id": each.claim_id,
                "coding_id": each.coding_id,
                "kind": each.kind,
                "words": each.words,
                "attribution": each.attribution,
                "where": each.where,
                "edits": each.edits,
                "begins": " ".join(words[:5]) + (" …" if len(words) > 5 else ""),
                "fingerprint": hashlib.sha256(each.words.encode()).hexdigest()[:8],
            },
        )
    return pd.DataFrame([*rows.values()], columns=list(_REGISTERED), dtype="str")


_REGISTERED = (
    *("claim_id", "coding_id", "kind", "words", "attribution", "where", "edits"),
    *("begins", "fingerprint"),
)


def _set_string(words: str) -> str:
    """Write words as a string of CSS, within a page's style."""
    plain = re.sub(r"[^\w .,;:!?'’()–—-]", " ", words)[:90]
    return f'"{plain}"'


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
        given, short = _ID.search(attributes), _SHORT.search(attributes)
        identifier = given[1] if given else _make_anchor(plain, taken)
        taken.add(identifier)
        attributes = _SHORT.sub("", _ID.sub("", attributes))
        if level > 1:
            entries.append((level, identifier, short[1] if short else plain))
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
