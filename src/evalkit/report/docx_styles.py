"""How the Word report looks: every style, defined once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK, MUTE, LINK = "1B1F24", "535B65", "174A82"
RULE, RULE_STRONG, PANEL = "D8D4CA", "8B8778", "F6F4EF"
SANS, SERIF, MONO, SYMBOLS = "Arial", "Georgia", "Courier New", "Segoe UI Symbol"
# Lengths are twips, a twentieth of a point. A4 and the margins of the printed page.
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
MARGINS = {"top": 1077, "right": 1134, "bottom": 1191, "left": 1134}
TEXT_WIDTH = PAGE_WIDTH - MARGINS["left"] - MARGINS["right"]
BULLETS, NUMBERS, DEPTH = 1, 2, 3  # the two lists, and how deep they go
STEP = 340  # the indent of one level


@dataclass(frozen=True)
class Style:
    """One style. Sizes are points; spaces and indents are twips."""

    name: str
    based: str = "Normal"
    then: str = ""
    kind: str = "paragraph"
    font: str = ""
    size: float = 0
    bold: bool | None = None
    italic: bool = False
    underline: bool = False
    colour: str = ""
    before: int | None = None
    after: int | None = None
    line: int = 0
    left: int | None = None
    hanging: int = 0
    tab: tuple[str, int] | None = None
    keep_next: bool = False
    keep_lines: bool = False
    outline: int | None = None
    right: bool = False
    edges: tuple[str, ...] = ()
    edge: tuple[str, int, str] = ("single", 4, RULE)
    shade: str = ""
    level: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        """The name as Word files it: no spaces, headings with a capital."""
        words = self.name.replace("toc", "TOC").split()
        return "".join(word[:1].upper() + word[1:] for word in words)


def _heading(level: int, **look: Any) -> Style:
    return Style(
        f"heading {level}",
        then="Normal",
        outline=level - 1,
        keep_next=True,
        keep_lines=True,
        **look,
    )


def _list_styles() -> list[Style]:
    return [
        Style(f"List {kind}{suffix}", before=40, after=60, level=(number, level))
        for kind, number in (("Bullet", BULLETS), ("Number", NUMBERS))
        for level, suffix in enumerate(["", *(f" {n}" for n in range(2, DEPTH + 1))])
    ] + [
        Style(f"List Continue{suffix}", after=60, left=STEP * (level + 1))
        for level, suffix in enumerate(["", *(f" {n}" for n in range(2, DEPTH + 1))])
    ]


STYLES = (
    Style(
        "Normal", "", font=SANS, size=10.5, colour=INK, before=0, after=140, line=288
    ),
    # The front
    Style("Kicker", size=9.5, bold=True, colour=MUTE, before=600, keep_next=True),
    Style(
        "Title",
        then="Subtitle",
        font=SERIF,
        size=25,
        bold=True,
        after=200,
        line=252,
        keep_lines=True,
    ),
    Style("Subtitle", then="Normal", size=12.5, after=320, line=288),
    Style(
        "Fact",
        size=9.5,
        after=60,
        left=2268,
        hanging=2268,
        tab=("left", 2268),
        keep_lines=True,
    ),
    Style("TOC Heading", size=10.5, bold=True, before=400, after=80, keep_next=True),
    Style("toc 1", size=10, before=60, after=20, tab=("right", TEXT_WIDTH)),
    Style(
        "toc 2",
        size=9.5,
        colour=MUTE,
        after=20,
        left=STEP,
        tab=("right", TEXT_WIDTH),
    ),
    # Headings and text
    _heading(
        1,
        font=SERIF,
        size=19,
        bold=True,
        before=560,
        after=200,
        line=252,
        edges=("top",),
        edge=("single", 18, INK),
    ),
    _heading(2, font=SERIF, size=14, bold=True, before=360, after=120, line=264),
    _heading(3, size=10.5, bold=True, before=220, after=80),
    Style("Small Heading", then="Normal", bold=True, before=160, keep_next=True),
    Style("Lead", size=12, after=200, line=300),
    Style("Small", size=9, colour=MUTE),
    Style("Identifier", size=8.5, bold=True, colour=MUTE, before=400, keep_next=True),
    Style("Strength", size=11, after=120, keep_next=True),
    Style("Claims", size=9.5),
    Style("Basis", size=9.5, before=80, after=80),
    Style(
        "Notice",
        size=9.5,
        left=170,
        shade=PANEL,
        edges=("left",),
        edge=("single", 24, INK),
    ),
    Style("Code Block", font=MONO, size=8.5, line=252),
    # What people said
    Style(
        "Quote",
        then="Attribution",
        font=SERIF,
        size=12,
        before=160,
        after=0,
        left=284,
        keep_next=True,
        keep_lines=True,
        edges=("left",),
        edge=("single", 18, RULE_STRONG),
    ),
    Style("Paraphrase", "Quote", "Attribution", font=SANS, size=10.5),
    Style(
        "Attribution",
        then="Normal",
        size=9,
        colour=MUTE,
        before=0,
        after=200,
        left=284,
    ),
    Style("Passages", size=10, bold=True, before=120, after=60, keep_next=True),
    Style(
        "Passage",
        then="Passage Source",
        font=SERIF,
        size=10.5,
        after=0,
        left=284,
        keep_next=True,
    ),
    Style("Passage Paraphrase", "Passage", "Passage Source", font=SANS, size=10),
    Style("Passage Source", size=8.5, colour=MUTE, after=100, left=284),
    # Lists and terms
    *_list_styles(),
    Style(
        "List Plain",
        size=9.5,
        after=40,
        keep_lines=True,
        edges=("bottom", "between"),
    ),
    Style("Term", size=9.5, bold=True, before=120, after=20, keep_next=True),
    Style("Definition", size=9.5, after=100),
    Style(
        "List Detail",
        size=9.5,
        after=40,
        left=1474,
        hanging=1134,
        tab=("left", 1474),
        keep_lines=True,
    ),
    # Figures and tables
    Style(
        "caption",
        then="Normal",
        size=9.5,
        bold=True,
        before=240,
        after=20,
        keep_next=True,
        keep_lines=True,
    ),
    Style("Caption Unit", size=9, colour=MUTE, after=100, keep_next=True),
    Style("Figure", after=240, keep_lines=True, line=240),
    Style("Alternative Text", size=9, italic=True, colour=MUTE, after=240),
    Style("Table Text", size=9, before=0, after=0, line=252),
    Style("Table Row", "Table Text"),
    Style("Table Number", "Table Text", right=True),
    Style("Table Head", "Table Text", size=8, bold=True, colour=MUTE, keep_next=True),
    Style("Table Head Number", "Table Head", right=True),
    Style("Table Group", "Table Text", before=120, keep_next=True),
    Style("Table End", size=4, before=0, after=100, line=240),
    # The foot
    Style("Stamp Heading", size=8.5, bold=True, before=560, after=60, keep_next=True),
    Style(
        "Stamp",
        size=8,
        colour=MUTE,
        after=20,
        left=1134,
        hanging=1134,
        tab=("left", 1134),
    ),
    Style("footer", size=8, colour=MUTE, after=0, tab=("right", TEXT_WIDTH)),
    # Words in a paragraph
    Style("Strong", "", kind="character", bold=True),
    Style("Emphasis", "", kind="character", italic=True),
    Style("Muted", "", kind="character", colour=MUTE),
    Style("Mark", "", kind="character", font=SYMBOLS),
    Style("Inline Code", "", kind="character", font=MONO),
    Style("Hyperlink", "", kind="character", colour=LINK, underline=True),
)
BOLD = frozenset(style.id for style in STYLES if style.bold)
