"""A chart as a figure of the page: inline SVG, caption and alternative text."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from evalkit.report.style import CLASSES, PAPER, RC, UNIT

_ELEMENT = re.compile(r"<[^>]+>")
_STYLE = re.compile(r' style="([^"]*)"')
_OWN_ID = re.compile(r' id="[A-Za-z0-9.]+_\d+"')
_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)')
_ROOT = re.compile(r"<svg[^>]*>", re.DOTALL)
# As the page's own dark colours (report.css).
_DARK = {
    **{"f-ink": "#e9e6e0", "f-mute": "#aab1b9", "f-rule": "#3a424b"},
    **{"f-strong": "#7d8791", "f-sup": "#8cc0f5", "f-con": "#d9703a"},
    **{"f-qua": "#e3b75b", "f-onsup": "#14181d", "f-oncon": "#14181d"},
    **{"f-paper": "var(--jp-layout-color0)", "f-ct": "#f19a6c", "f-qt": "#e3b75b"},
}
_IN_LAB = "<style>{}</style>".format(
    "".join(
        f'[data-jp-theme-light="false"] .chart .{prefix}{name}{{{what}:{color}}}'
        for name, color in _DARK.items()
        for prefix, what in (("", "fill"), ("s", "stroke"))
    )
)
_DOTS = 200  # an inch, in the picture


@dataclass(frozen=True)
class Figure:
    """A figure: what it shows, in words and as a drawing.

    `id` is that of the drawing's title; `picture` a PNG of it, where one was asked for.
    """

    svg: str
    finding: str
    unit: str
    alt: str
    id: str
    picture: bytes = b""

    def _repr_html_(self) -> str:
        """Show it in JupyterLab, whose themes may be dark."""
        return f"{_IN_LAB}{self.html}"

    @property
    def html(self) -> str:
        """The figure as a page sets it."""
        return (
            '<figure class="chart" style="max-width: 30rem"><figcaption>'
            f"<strong>{escape(self.finding)}</strong>"
            f'<span style="display: block">{escape(self.unit)}</span></figcaption>'
            f"{self.svg}</figure>"
        )


def figure(ax: Axes, *, picture: bool = False) -> Figure:
    """Take a chart's drawing and words apart, for the page to set.

    `picture` adds a PNG, for documents that take no SVG. The ids in the drawing are
    its own, so that many figures can stand on a page. A chart without alternative text
    raises `ValueError`.
    """
    finding, unit, alt = ax.get_title(loc="left"), ax.get_xlabel(), str(ax.get_label())
    if not alt.strip():
        raise ValueError("the chart has no alternative text (its axes' label)")
    drawing = ax.get_figure(root=True)
    if drawing is None:
        raise ValueError("the axes belong to no figure any more")
    ax.set_title("", loc="left")
    ax.set_xlabel("")
    try:
        svg = _save(drawing, "svg").decode()
        png = _save(drawing, "png") if picture else b""
    finally:
        ax.set_title(finding, loc="left")
        ax.set_xlabel(unit)
    salt = hashlib.sha256(f"{alt}\n{svg}".encode()).hexdigest()[:8]
    return Figure(_clean(svg, alt, salt), finding, unit, alt, f"t{salt}", png)


def _save(drawing: Drawing, kind: str) -> bytes:
    out = io.BytesIO()
    # No dates, no versions: the same chart is the same bytes.
    marks = {"Date": None} if kind == "svg" else {"Software": None}
    style = {**RC, "svg.hashsalt": "evalkit", "svg.id": None}
    with mpl.rc_context(style), warnings.catch_warnings():
        # The page has fonts for letters that matplotlib's has not.
        warnings.filterwarnings("ignore", r"(?s)Glyph .* missing", UserWarning)
        drawing.savefig(
            out,
            format=kind,
            metadata=marks,
            dpi=72 if kind == "svg" else _DOTS,
            facecolor="none" if kind == "svg" else PAPER,
        )
    return out.getvalue()


def _clean(svg: str, alt: str, salt: str) -> str:
    """Keep the drawing, with classes beside its colours and a title to read."""
    drawing = svg[svg.index("<svg") :]
    view = re.search(r'viewBox="([^"]*)"', drawing)
    scale = UNIT / 72
    box = " ".join(
        f"{float(each) * scale:g}" for each in (view[1] if view else "").split()
    )
    drawing = re.sub(r"<metadata>.*?</metadata>\s*", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"<defs>\s*<style.*?</defs>\s*", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"<!--.*?-->\s*", "", drawing, flags=re.DOTALL)
    inner = drawing[_ROOT.match(drawing).end() : drawing.rindex("</svg>")].strip()  # type: ignore[union-attr]
    # Element by element: what a chart says may look like an attribute.
    inner = _ELEMENT.sub(lambda element: _set_element(element[0], salt), inner)
    root = (
        f'<svg viewBox="{box}" role="img" aria-labelledby="t{salt}" '
        'font-family="Liberation Sans, Arial, sans-serif" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="t{salt}">{escape(alt)}</title>'
    )
    return f'{root}<g transform="scale({scale:g})">{inner}</g></svg>'


def _set_element(element: str, salt: str) -> str:
    """Make ids the figure's own, and drop those that nothing refers to."""
    element = _OWN_ID.sub("", element)
    element = _REFERENCE.sub(rf"\g<1>f{salt}-", element)
    return _STYLE.sub(_set_style, element)


def _set_style(match: re.Match[str]) -> str:
    """Turn known colours into classes; leave the font to the page."""
    classes, attributes, rest = [], [], []
    for declaration in match[1].split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font-family" or not name:
            continue
        if name == "font":
            rest.append(_split_font(value))
        elif name in ("fill", "stroke") and value in CLASSES:
            prefix = "" if name == "fill" else "s"
            classes.append(prefix + CLASSES[value])
            attributes.append(f'{name}="{value}"')
        elif name in ("fill", "stroke", "opacity", "stroke-width"):
            attributes.append(f'{name}="{value}"')
        else:
            rest.append(f"{name}: {value}")
    parts = [f'class="{" ".join(classes)}"'] if classes else []
    parts += attributes
    if rest:
        parts.append(f'style="{"; ".join(rest)}"')
    return "".join(f" {part}" for part in parts)


def _split_font(value: str) -> str:
    """matplotlib writes size and family in one; the page sets the family.

    >>> _split_font("700 9.5px 'DejaVu Sans'")
    'font-weight: 700; font-size: 9.5px'
    """
    weight = re.match(r"(?:normal |italic )?(\d{3}|bold)\b", value)
    size = re.search(r"[\d.]+px", value)
    said = [f"font-weight: {weight[1]}"] if weight else []
    return "; ".join([*said, f"font-size: {size[0]}" if size else "font-size: 1em"])
