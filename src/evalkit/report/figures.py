"""A chart as a figure of the page: inline SVG, caption and alternative text."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes

from evalkit.report.style import CLASSES, RC, UNIT

_STYLE = re.compile(r' style="([^"]*)"')
_ROOT = re.compile(r"<svg[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """A figure: what it shows, in words and as a drawing."""

    svg: str
    finding: str
    unit: str
    alt: str

    def _repr_html_(self) -> str:
        return (
            '<figure class="chart" style="max-width: 30rem"><figcaption>'
            f"<strong>{escape(self.finding)}</strong>"
            f'<span style="display: block">{escape(self.unit)}</span></figcaption>'
            f"{self.svg}</figure>"
        )


def figure(ax: Axes) -> Figure:
    """Take a chart's drawing and words apart, for the page to set.

    A chart without alternative text raises `ValueError`.
    """
    finding, unit, alt = ax.get_title(loc="left"), ax.get_xlabel(), str(ax.get_label())
    if not alt.strip():
        raise ValueError("the chart has no alternative text (its axes' label)")
    drawing = ax.get_figure(root=True)
    if drawing is None:
        raise ValueError("the axes belong to no figure any more")
    salt = hashlib.sha256(alt.encode()).hexdigest()[:8]
    out = io.StringIO()
    ax.set_title("", loc="left")
    ax.set_xlabel("")
    with mpl.rc_context({**RC, "svg.hashsalt": salt, "svg.id": None}):
        drawing.savefig(out, format="svg", metadata={"Date": None}, dpi=72)
    ax.set_title(finding, loc="left")
    ax.set_xlabel(unit)
    return Figure(_clean(out.getvalue(), alt, salt), finding, unit, alt)


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
    drawing = re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", drawing)
    drawing = _STYLE.sub(_set_style, drawing)
    inner = drawing[_ROOT.match(drawing).end() : drawing.rindex("</svg>")].strip()  # type: ignore[union-attr]
    root = (
        f'<svg viewBox="{box}" role="img" aria-labelledby="t{salt}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="t{salt}">{escape(alt)}</title>'
    )
    return f'{root}<g transform="scale({scale:g})">{inner}</g></svg>'


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
