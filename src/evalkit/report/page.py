"""Pieces of a page: HTML with a study's words as text, and what it quotes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from evalkit.report.small_cells import Counted

if TYPE_CHECKING:  # a page can be read without drawing
    from evalkit.report.figures import Figure

# Beside the HTML of a block goes what the gate is to check it by.
MIME = "application/vnd.evalkit.block+json"
# Where the page gets what only the whole report knows: the register of all that is
# quoted, and what changed since an earlier run.
REGISTER = "<!--evalkit:register-->"
CHANGES = "<!--evalkit:changes-->"


@dataclass(frozen=True)
class Quoted:
    """Words that a page prints as somebody's.

    `words` as they are printed, of the coding `coding_id`, for `claim_id` ("" for
    none). `kind` is quotation, mention (within a sentence), note (not word for word),
    context (what stands around a quotation) or paraphrase. `where` says where an
    internal reader finds them, `edits` what was left out.
    """

    words: str
    coding_id: str
    claim_id: str = ""
    attribution: str = ""
    kind: str = "quotation"
    where: str = ""
    edits: str = ""


@dataclass(frozen=True)
class Block:
    """A piece of the page, and all that it quotes and counts.

    `pictures` are its charts for a Word document, by the id of their titles.
    """

    html: str
    quoted: tuple[Quoted, ...] = ()
    counted: tuple[Counted, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        checked = {
            "quoted": [asdict(each) for each in self.quoted],
            "counted": [asdict(each) for each in self.counted],
            "pictures": {
                name: base64.b64encode(picture).decode()
                for name, picture in self.pictures.items()
            },
        }
        return {"text/html": self.html, MIME: checked}


def read_block(html: str, checked: Mapping[str, Any]) -> Block:
    """Read a block back from a notebook's output."""
    return Block(
        html,
        quoted=tuple(Quoted(**each) for each in checked.get("quoted", ())),
        counted=tuple(Counted(**each) for each in checked.get("counted", ())),
        pictures={
            name: base64.b64decode(picture)
            for name, picture in checked.get("pictures", {}).items()
        },
    )


def join(pieces: Iterable[Block | str], *, before: str = "", after: str = "") -> Block:
    """Put pieces one after the other, between `before` and `after`.

    >>> join(["<p>a</p>", Block("<p>b</p>")], before="<div>", after="</div>").html
    '<div><p>a</p><p>b</p></div>'
    """
    blocks = [each if isinstance(each, Block) else Block(each) for each in pieces]
    return Block(
        before + "".join(each.html for each in blocks) + after,
        quoted=tuple(q for each in blocks for q in each.quoted),
        counted=tuple(c for each in blocks for c in each.counted),
        pictures={k: v for each in blocks for k, v in each.pictures.items()},
    )


def section(title: str, pieces: Iterable[Block | str], *, name: str) -> Block:
    """Set a section of the page under a heading of the second level."""
    head = f'<section id="{name}" aria-labelledby="h-{name}">'
    head += f'<h2 id="h-{name}">{escape(title)}</h2>'
    return join(pieces, before=head, after="</section>")


def set_figure(drawn: Figure, *counted: Counted) -> Block:
    """Set a chart, with what it counts."""
    pictures = {drawn.id: drawn.picture} if drawn.picture else {}
    return Block(drawn.html, counted=counted, pictures=pictures)


_LEFT = ' style="text-align:left"'  # JupyterLab sets text to the right


def table(
    rows: pd.DataFrame,
    *,
    caption: str,
    unit: str = "",
    names: Mapping[str, str],
    total: Mapping[str, object] | None = None,
    is_named: bool = False,
) -> Block:
    """Set a table: `names` are its columns in order, each with its heading.

    `total` is a last row, by column. Where what stands above names the table already
    (`is_named`), its caption is for those who do not see the page.
    """
    numeric = {c for c in names if pd.api.types.is_numeric_dtype(rows[c])}
    head = "".join(
        f'<th scope="col"{" class=n" if c in numeric else _LEFT}>{escape(name)}</th>'
        for c, name in names.items()
    )
    body = "".join(
        _set_row(dict(zip(names, row, strict=True)), numeric)
        for row in rows[list(names)].itertuples(index=False)
    )
    foot = f"<tfoot>{_set_row(total, numeric)}</tfoot>" if total else ""
    span = f" <span>{escape(unit)}</span>" if unit else ""
    name, hidden = escape(caption), ' class="vh"' if is_named else ""
    return Block(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">'
        f"<table><caption{hidden}>{name}{span}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>"
    )


def _set_row(row: Mapping[str, object], numeric: set[str]) -> str:
    cells = [
        _set_cell(value, number=column in numeric, first=at == 0)
        for at, (column, value) in enumerate(row.items())
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _set_cell(value: object, *, number: bool, first: bool) -> str:
    shown = f"{value:,}" if number else value
    inner = shown.html if isinstance(shown, Block) else escape(str(shown))
    if first:
        return f'<th scope="row"{_LEFT}>{inner}</th>'
    return f"<td{' class=n' if number else _LEFT}>{inner}</td>"


_MARKS = {
    "strong": '<circle class="m-f" cx="8" cy="8" r="7" fill="#1b1f24"/>',
    "moderate": '<circle class="m-l" cx="8" cy="8" r="6.2"{line}/>'
    '<path class="m-f" fill="#1b1f24" d="M8 1.8a6.2 6.2 0 0 0 0 12.4z"/>',
    "limited": '<circle class="m-l" cx="8" cy="8" r="6.2"{line}/>'
    '<path class="m-f" fill="#1b1f24" d="M8 8V1.8a6.2 6.2 0 0 0-6.2 6.2z"/>',
    "single source": '<circle class="m-l" cx="8" cy="8" r="6.2"{line}/>'
    '<circle class="m-f" fill="#1b1f24" cx="8" cy="8" r="2.2"/>',
    "contested": '<path class="m-l"{line} d="M8 1l7 7-7 7-7-7z"/>'
    '<path class="m-f" fill="#1b1f24" d="M8 1v14L1 8z"/>',
    "unsupported": '<path class="m-l"{line} d="M8 1l7 7-7 7-7-7z"/>',
    "no evidence": '<circle class="m-l" cx="8" cy="8" r="6.2" stroke-dasharray="3 2"'
    "{line}/>",
    "open question": '<path class="m-l" stroke-dasharray="3 2"{line} '
    'd="M1.5 1.5h13v13h-13z"/><path class="m-l"{line} '
    'd="M5.8 6.2c0-3 4.6-2.9 4.6-.1 0 1.7-2.3 1.7-2.3 3.6"/>'
    '<circle class="m-f" fill="#1b1f24" cx="8.1" cy="12" r="1"/>',
}
_LINE = ' fill="none" stroke="#1b1f24" stroke-width="1.6"'


def set_mark(strength: str) -> str:
    """Draw the shape of a strength word; the word stands beside it."""
    return (
        f'<svg class="mark" viewBox="0 0 16 16" width="16" height="16" '
        f'aria-hidden="true" focusable="false" data-mark="{escape(strength)}">'
        f"{_MARKS[strength].replace('{line}', _LINE)}</svg>"
    )


def squeeze(words: str) -> str:
    """Set words on one line, as a page does; a word that a line's end broke is whole.

    >>> squeeze("a reser-\\nvation,\\n made")
    'a reservation, made'
    """
    return " ".join(_BROKEN.sub("", words).split())


_BROKEN = re.compile(r"(?<=[^\W\d_])-[ \t]*\n\s*(?=[^\W\d_])")


def set_type(words: str) -> str:
    """Set words in one typography: how a transcript was typed tells whose it is.

    Marks within a quotation become single, as it stands in double ones.

    XX
    'It’s said: ’so’, ‘I’d say–now’'
    """
    return _OPENS.sub("‘", words.translate(_ONE_SHAPE)).replace('"', "’")


_ONE_SHAPE = str.maketrans(
    dict.fromkeys("'‘‛`´", "’") | dict.fromkeys("“”„‟", '"') | dict.fromkeys("—―", "–")
)
_OPENS = re.compile(r'(?:(?<=[\s(\[–])|^)"')


def count(number: int, one: str, many: str = "") -> str:
    """Say a number of things.

    >>> count(1, "code"), count(1200, "person", "people")
    ('1 code', '1,200 people')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def enumerate_names(names: Iterable[str]) -> str:
    """List names in a sentence.

    >>> enumerate_names(["a", "b", "c"])
    'a, b and c'
    """
    each = list(names)
    return " and ".join(x for x in (", ".join(each[:-1]), "".join(each[-1:])) if x)


def begin(sentence: str) -> str:
    """Begin a sentence with a capital."""
    return sentence[:1].upper() + sentence[1:]
