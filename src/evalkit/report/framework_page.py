"""The framework matrix as a table to read in the team's notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from evalkit.analysis.framework import NOT_ASKED, SAID, SILENT, UNKNOWN
from evalkit.report.page import count, set_type, squeeze
from evalkit.tables import list_rows

_LONGEST = 70  # characters of the first passage that a closed cell shows
_TITLE = "What each person said, theme by theme"
_MEANINGS = {
    SAID: "the number of passages, and the first of them; open a cell for all",
    SILENT: "asked, and nothing said",
    NOT_ASKED: "no question of the guide that bears on it was put to them",
    UNKNOWN: "nothing said, and nobody recorded whether they were asked",
}
_STYLE = """<style>
.evalkit-framework{--paper:var(--jp-layout-color0,Canvas);
 --ink:var(--jp-content-font-color1,CanvasText);
 --line:color-mix(in srgb,currentColor 25%,transparent);
 max-height:80vh;overflow:auto;line-height:1.35}
.evalkit-framework table{border-collapse:separate;border-spacing:0;margin:0}
.evalkit-framework table caption{text-align:left;padding:.3em .6em}
.evalkit-framework table :is(th,td){text-align:left!important;vertical-align:top;
 padding:.4em .6em;border:0 solid var(--line);border-width:1px 1px 0 0;
 white-space:normal;max-width:none;overflow-wrap:break-word}
.evalkit-framework thead th{position:sticky;top:0;z-index:1;border-bottom-width:1px;
 background:var(--paper);color:var(--ink)}
.evalkit-framework tbody th{position:sticky;left:0;
 background:var(--paper);color:var(--ink)}
.evalkit-framework thead th:first-child{left:0;z-index:2}
.evalkit-framework thead span{display:block;font-weight:normal}
.evalkit-framework td>*{min-width:11em}
.evalkit-framework td.off{background:repeating-linear-gradient(135deg,
 var(--line) 0 1px,transparent 1px 9px)}
.evalkit-framework td.off>*{display:inline-block;min-width:0;padding:0 .3em;
 background:var(--paper);color:var(--ink)}
.evalkit-framework summary{cursor:pointer}
.evalkit-framework details[open]{min-width:24em}
.evalkit-framework details[open]>summary [dir]{display:none}
.evalkit-framework ol{margin:.4em 0 0;padding-left:1.6em}
.evalkit-framework .vh{position:absolute;width:1px;height:1px;min-width:0;
 overflow:hidden;clip-path:inset(50%);white-space:nowrap}
</style>"""


@dataclass(frozen=True)
class FrameworkPage:
    """A framework matrix to look at in a notebook: HTML, and no block of a report."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def show_framework(matrix: pd.DataFrame) -> FrameworkPage:
    """Show the matrix (`build_framework`): a row a person, a column a theme.

    It is for the team: it holds ids and every passage, whatever the consent. It is no
    block, so that the gate refuses it in a report for a funder.
    """
    codes = matrix[["code_id", "name"]].drop_duplicates()
    said = matrix.assign(said=matrix["state"].eq(SAID)).groupby("code_id")["said"]
    counts = {str(code): (int(all_.sum()), len(all_)) for code, all_ in said}
    heads = "".join(
        f'<th scope="col">{escape(row["name"])} <span>{n} of '
        f"{count(of, 'person', 'people')}</span></th>"
        for row in list_rows(codes)
        for n, of in [counts[row["code_id"]]]
    )
    body = "".join(
        f'<tr><th scope="row">{escape(str(person))}</th>'
        f"{''.join(map(_set_cell, rows['state'], rows['quotations']))}</tr>"
        for person, rows in matrix.groupby("respondent_id", sort=False)
    )
    return FrameworkPage(
        f'{_STYLE}<div class="evalkit-framework" role="region" tabindex="0" '
        f'aria-label="{_TITLE}"><table><caption><strong>{_TITLE}</strong>'
        f" (for the team only){_explain(matrix['state'])}</caption>"
        f'<thead><tr><th scope="col">Person</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _set_cell(state: str, quotations: Sequence[str]) -> str:
    if state == NOT_ASKED:
        return f'<td class="off"><span>{NOT_ASKED}</span></td>'
    if state != SAID:
        sign = "–" if state == SILENT else "– ?"
        hidden = f'<span class="vh">{escape(state)}</span>'
        return f'<td><span aria-hidden="true">{sign}</span>{hidden}</td>'
    passages = [set_type(squeeze(words)) for words in quotations]
    first, number = _shorten(passages[0]), len(passages)
    shown = (
        f'<b>{number}</b><span class="vh"> {"passage" if number == 1 else "passages"}'
        f'</span> <span dir="auto">“{escape(first)}”</span>'
    )
    if [first] == passages:
        return f"<td><div>{shown}</div></td>"
    every = "".join(f'<li dir="auto">“{escape(words)}”</li>' for words in passages)
    return f"<td><details><summary>{shown}</summary><ol>{every}</ol></details></td>"


def _explain(states: Iterable[str]) -> str:
    """Explain the signs that the table holds."""
    signs = {SAID: "3 “…”", SILENT: "–", NOT_ASKED: NOT_ASKED, UNKNOWN: "– ?"}
    held = {*states}
    told = [
        f"{signs[each]}: {told}" for each, told in _MEANINGS.items() if each in held
    ]
    return "".join(f"<br>{each}." for each in told)


def _shorten(words: str) -> str:
    """Cut after a word, where there is one near; never to nothing.

    >>> _shorten("Hope, " * 20)
    'Hope, Hope, Hope, Hope, Hope, Hope, Hope, Hope, Hope, Hope, Hope…'
    """
    if len(words) <= _LONGEST:
        return words
    cut = words[:_LONGEST]
    end = cut.rfind(" ", _LONGEST // 2)
    return f"{(cut if end < 0 else cut[:end]).rstrip(' ,;.')}…"
