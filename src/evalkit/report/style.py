"""The report's colours and type, for charts as for the page."""

from __future__ import annotations

from typing import Any

PAPER = "#ffffff"
INK = "#1b1f24"
MUTE = "#535b65"
RULE = "#d8d4ca"
SUPPORT = "#173f6e"
ON_SUPPORT = "#fefefe"  # not PAPER, so that the page can tell them apart in the dark

CONTRADICT, CONTRADICT_TEXT = "#d9703a", "#9c3f0d"
ON_CONTRADICT = "#1b1f25"  # not INK, which turns light in the dark
QUALIFY, QUALIFY_TEXT = "#9a6a00", "#7a5300"
RULE_STRONG = "#8b8778"

# The page recolours a chart by these classes (a stroke's begins with s: sf-sup); the
# hex stays for print and PDF.
CLASSES = {
    PAPER: "f-paper",
    INK: "f-ink",
    MUTE: "f-mute",
    RULE: "f-rule",
    SUPPORT: "f-sup",
    ON_SUPPORT: "f-onsup",
    CONTRADICT: "f-con",
    CONTRADICT_TEXT: "f-ct",
    ON_CONTRADICT: "f-oncon",
    QUALIFY: "f-qua",
    QUALIFY_TEXT: "f-qt",
    RULE_STRONG: "f-strong",
}

# Up to which share of the most a cell of a heat map takes which shade.
SHADES = {0.0: 0.0, 0.25: 0.14, 0.5: 0.28, 0.75: 0.42, 0.999: 0.82, 1.0: 1.0}

# A unit is a hundredth of an inch: a chart 400 units wide serves page and print.
UNIT = 100
WIDTH = 400

RC: Any = {  # matplotlib types each of its 330 keys
    "figure.dpi": UNIT,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same everywhere
    "font.size": 8.7,
    "text.color": INK,
    "axes.labelcolor": MUTE,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "hatch.linewidth": 1.2,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar is a dollar
}
