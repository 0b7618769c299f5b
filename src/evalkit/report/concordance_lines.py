"""A concordance to read: every hit on a line, its keyword under the one above."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import Any

import pandas as pd

from evalkit.report.page import count

# In the elements: JupyterLab has rules of its own for tables, and keeps no style sheet.
# No colours: those of the notebook's theme, dark or light, are inherited.
_TABLE = "table-layout:auto;width:100%;min-width:40em;margin:0;border-collapse:collapse"
_SIDE = "width:50%;max-width:0;padding:.2em 0;border:0"
_KEYWORD = "padding:.2em 0;border:0;white-space:pre;text-align:start"
_WHERE = "padding:.2em 0 .2em 1em;border:0;white-space:nowrap;text-align:start"
_CUT = "display:flex;overflow:hidden;white-space:pre;justify-content:flex-"
_FADED = ";mask-image:linear-gradient(to {far},#000 calc(100% - 1.5em),transparent)"


@dataclass(frozen=True, repr=False)
class ConcordanceLines:
    """Hits as lines of a notebook."""

    html: str
    n_hits: int

    def __repr__(self) -> str:
        return f"<concordance: {count(self.n_hits, 'hit')}>"

    def _repr_html_(self) -> str:
        return self.html


def show_concordance(hits: pd.DataFrame, *, n_lines: int = 200) -> ConcordanceLines:
    """Show the first `n_lines` hits of `find_concordance`, in the order they have.

    The keywords stand in a column, what comes before ends there and what comes after
    begins there; what is too long for the page is cut at its far end. Each line says
    its document, turn and respondent (or the role of who else speaks). Hits in a
    script that is read from right to left are set so, if most of them are.

    For the team's notebooks alone: these are people's words, with their ids, and nobody
    judged them. It is no `Block`, so that a report for a funder refuses it.
    """
    if hits.empty:
        return ConcordanceLines("<p>No hits.</p>", 0)
    is_leftward = _is_leftward("".join([*hits["left"], *hits["keyword"]]))
    rows = hits.head(n_lines).itertuples(index=False)
    body = "".join(_set_line(row, is_leftward) for row in rows)
    side = "rtl" if is_leftward else "ltr"
    html = (
        f'<p style="margin:0 0 .4em">{_say_found(hits, n_lines)}</p>'
        '<div role="region" tabindex="0" aria-label="Concordance" '
        f'style="overflow-x:auto" dir="{side}"><table style="{_TABLE}">'
        f"<thead>{_HEAD}</thead><tbody>{body}</tbody></table></div>"
    )
    return ConcordanceLines(html, len(hits))


_HEAD = "<tr>" + "".join(
    f'<th scope="col" style="{style};font-weight:normal">{name}</th>'
    for name, style in {
        "before": f"{_SIDE};text-align:end",
        "": _KEYWORD,
        "after": f"{_SIDE};text-align:start",
        "document": _WHERE,
        "turn": _WHERE,
        "who": _WHERE,
    }.items()
)


def _say_found(hits: pd.DataFrame, n_lines: int) -> str:
    people = hits.loc[hits["respondent_id"].ne(""), "respondent_id"].nunique()
    documents = hits["document_id"].nunique()
    found = f"{count(len(hits), 'hit')} in {count(documents, 'document')}"
    if people:
        found += f", by {count(people, 'respondent')}"
    return f"{found}; the first {n_lines:,} are shown" if len(hits) > n_lines else found


def _set_line(hit: Any, is_leftward: bool) -> str:
    begin, end = ("right", "left") if is_leftward else ("left", "right")
    before = f"{_CUT}end{_FADED.format(far=begin)}"
    after = f"{_CUT}start{_FADED.format(far=end)}"
    where = [hit.document_id, hit.turn, hit.respondent_id or hit.role]
    return (
        f'<tr><td style="{_SIDE}"><div style="{before}">{_set(hit.left)}</div></td>'
        f'<td style="{_KEYWORD}"><b>{_set(hit.keyword)}</b></td>'
        f'<td style="{_SIDE}"><div style="{after}">{_set(hit.right)}</div></td>'
        + "".join(f'<td style="{_WHERE}">{_set(str(each))}</td>' for each in where)
        + "</tr>"
    )


def _set(words: str) -> str:
    """Set words on one line; a space towards the keyword stays."""
    line = " ".join(words.split())
    if words[:1].isspace():
        line = f" {line}"
    if line.strip() and words[-1:].isspace():
        line += " "
    return f"<bdi>{escape(line)}</bdi>"


def _is_leftward(words: str) -> bool:
    """Say whether most letters are of a script that is read from right to left.

    >>> _is_leftward("الثقة (ok)"), _is_leftward("trust 👍")
    (True, False)
    """
    kinds = [unicodedata.bidirectional(each) for each in islice(words, 10_000)]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")
