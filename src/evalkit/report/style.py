"""The report's colours and type, for charts as for the page."""

from __future__ import annotations

from typing import Any

PAPER = "#ffffff"
INK = "#1b1f24"
MUTE = "#535b65"
RULE = "#d8d4ca"
SUPPORT = "#173f6e"
ON_SUPPORT = "#fefefe"  # not PAPER, so that the page can tell them apart in the dark

# The page recolours a chart by these classes; the hex stays for print and PDF.
CLASSES = {
    PAPER: "f-paper",
    INK: "f-ink",
    MUTE: "f-mute",
    RULE: "f-rule",
    SUPPORT: "f-sup",
    ON_SUPPORT: "f-onsup",
}

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
    "hatch.linewidth": 1.4,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar is a dollar
}
