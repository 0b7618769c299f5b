"""Ours for the template's: the styles, lists, settings and fonts of the document."""

from __future__ import annotations

import re
from typing import Any

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from evalkit.report.docx_styles import (
    BULLETS,
    DEPTH,
    MONO,
    NUMBERS,
    RULE,
    RULE_STRONG,
    SANS,
    SERIF,
    STEP,
    STYLES,
    SYMBOLS,
    Style,
)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_UNWANTED = ("customXml", "stylesWithEffects", "thumbnail", "webSettings", "app.xml")
_OF_WORD = frozenset("Normal Title Subtitle Quote Strong Emphasis Hyperlink".split())
_OF_WORD |= {style.id for style in STYLES if style.name[0].islower()}
_OF_WORD |= {style.id for style in STYLES if style.level} | {"TOCHeading"}
_OF_WORD |= {style.id for style in STYLES if style.name.startswith("List Continue")}


def make(name: str, /, *children: Any, **attributes: object) -> Any:
    """Make an element of Word's own namespace; an attribute that is None is left out.

    >>> make("b", val=0).get(qn("w:val"))
    '0'
    """
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        if value is not None:
            made.set(qn(f"w:{key}"), str(value))
    for child in children:
        if child is not None:
            made.append(child)
    return made


def is_language(code: str) -> bool:
    """Tell whether a text is a language's code.

    >>> [is_language(code) for code in ("en-GB", "English, please")]
    [True, False]
    """
    return bool(_LANGUAGE.fullmatch(code))


def dress(document: WordDocument, *, language: str, rtl: bool = False) -> None:
    """Replace the template's styles, lists and settings; drop its leftovers."""
    part = document.part
    _refill(document.styles.element, [_defaults(language), *_style_elements(rtl)])
    _refill(part.numbering_part.element, _numbering())
    _refill(document.settings.element, _settings(language))
    for rels in (part.rels, part.package.rels):
        for rel_id, rel in list(rels.items()):
            if any(word in str(rel.target_ref) for word in _UNWANTED):
                del rels[rel_id]
    if RELATIONSHIP_TYPE.FONT_TABLE in {rel.reltype for rel in part.rels.values()}:
        fonts = part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
        fonts._blob = _font_table()


def add_numbering(document: WordDocument, *, level: int, start: int) -> int:
    """Begin a numbered list of its own; return its number for `w:numId`."""
    root: Any = document.part.numbering_part.element
    number = len(root.findall(qn("w:num"))) + 1
    restart = make("lvlOverride", make("startOverride", val=start), ilvl=level)
    root.append(make("num", make("abstractNumId", val=NUMBERS), restart, numId=number))
    return number


def _refill(root: Any, children: list[Any]) -> None:
    for child in list(root):
        root.remove(child)
    root.extend(children)


def _defaults(language: str) -> Any:
    # Word falls back on Times New Roman for what no style names.
    run = make("rPr", _fonts(SANS), _points("sz", 10.5), _points("szCs", 10.5))
    run.append(make("lang", val=language, eastAsia=language, bidi=language))
    return make(
        "docDefaults",
        make("rPrDefault", run),
        make("pPrDefault", make("pPr")),
    )


def _style_elements(rtl: bool) -> list[Any]:
    made = [_style(style, rtl) for style in STYLES]
    bare = make("style", make("name", val="Default Paragraph Font"), type="character")
    bare.set(qn("w:default"), "1")
    bare.set(qn("w:styleId"), "DefaultParagraphFont")
    bare.extend([make("uiPriority", val=1), make("semiHidden")])
    return [*made, bare, *_table_styles()]


def _style(style: Style, rtl: bool) -> Any:
    default = "1" if style.id == "Normal" else None
    made = make("style", type=style.kind, default=default, styleId=style.id)
    if style.id not in _OF_WORD:
        made.set(qn("w:customStyle"), "1")
    made.append(make("name", val=style.name))
    based = style.based if style.kind == "paragraph" else "DefaultParagraphFont"
    for name, value in (("basedOn", based), ("next", style.then)):
        if value:
            made.append(make(name, val=value.replace(" ", "")))
    made.append(make("qFormat"))
    if style.kind == "paragraph":
        made.append(_paragraph_look(style, rtl))
    made.append(_run_look(style))
    return made


def _paragraph_look(style: Style, rtl: bool) -> Any:
    """Make `w:pPr`; its children stand in the order that the schema asks for."""
    look = make("pPr")
    if style.keep_next:
        look.append(make("keepNext"))
    if style.keep_lines:
        look.append(make("keepLines"))
    if style.level:
        number, level = style.level
        place = make("ilvl", val=level) if level else None
        look.append(make("numPr", place, make("numId", val=number)))
    if style.edges:
        line, width, colour = style.edge
        look.append(make("pBdr"))
        for side in style.edges:
            space = 8 if side == "left" else 4
            look[-1].append(
                make(side, val=line, sz=width, space=space, color=colour),
            )
    if style.shade:
        look.append(make("shd", val="clear", color="auto", fill=style.shade))
    if style.tab:
        kind, at = style.tab
        look.append(make("tabs", make("tab", val=kind, pos=at)))
    if rtl and not style.based:
        look.append(make("bidi"))
    rule = "auto" if style.line else None
    if any(value is not None for value in (style.before, style.after, rule)):
        spacing = make("spacing", before=style.before, after=style.after)
        if rule:
            spacing.set(qn("w:line"), str(style.line))
            spacing.set(qn("w:lineRule"), rule)
        look.append(spacing)
    if style.left is not None:
        look.append(make("ind", left=style.left, hanging=style.hanging or None))
    if style.right:
        look.append(make("jc", val="right"))
    if style.outline is not None:
        look.append(make("outlineLvl", val=style.outline))
    return look


def _run_look(style: Style) -> Any:
    """Make `w:rPr`; its children stand in the order that the schema asks for."""
    look = make("rPr", _fonts(style.font) if style.font else None)
    if style.bold:
        look.extend([make("b"), make("bCs")])
    if style.italic:
        look.extend([make("i"), make("iCs")])
    if style.colour:
        look.append(make("color", val=style.colour))
    if style.size:
        look.extend([_points("sz", style.size), _points("szCs", style.size)])
    if style.underline:
        look.append(make("u", val="single"))
    return look


def _fonts(font: str) -> Any:
    return make("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font)


def _points(name: str, size: float) -> Any:
    return make(name, val=round(size * 2))


def _table_styles() -> list[Any]:
    cells = make("tblCellMar")
    for side, width in (("top", 50), ("left", 0), ("bottom", 50), ("right", 140)):
        cells.append(make(side, w=width, type="dxa"))
    bare = make("style", make("name", val="Normal Table"), type="table", default=1)
    bare.set(qn("w:styleId"), "TableNormal")
    bare.extend([make("uiPriority", val=99), make("semiHidden")])
    bare.append(make("tblPr", make("tblInd", w=0, type="dxa")))
    report = make("style", type="table", customStyle=1, styleId="ReportTable")
    report.append(make("name", val="Report Table"))
    report.append(make("basedOn", val="TableNormal"))
    report.append(make("qFormat"))
    lines = make(
        "tblBorders", _line("top", RULE), _line("bottom", RULE), _line("insideH", RULE)
    )
    report.append(make("tblPr", make("tblInd", w=0, type="dxa"), lines, cells))
    head = make("tcPr", make("tcBorders", _line("bottom", RULE_STRONG)))
    head.append(make("vAlign", val="bottom"))
    total = make("tcPr", make("tcBorders", _line("top", RULE_STRONG)))
    report.append(make("tblStylePr", head, type="firstRow"))
    report.append(make("tblStylePr", total, type="lastRow"))
    return [bare, report]


def _line(side: str, colour: str) -> Any:
    return make(side, val="single", sz=4, space=0, color=colour)


def _numbering() -> list[Any]:
    lists = []
    marks = {BULLETS: "•–·", NUMBERS: ""}
    for number, kind in ((BULLETS, "Bullet"), (NUMBERS, "Number")):
        shape = make("abstractNum", make("multiLevelType", val="multilevel"))
        shape.set(qn("w:abstractNumId"), str(number))
        for level in range(DEPTH):
            text = marks[number][level] if marks[number] else f"%{level + 1}."
            suffix = str(level + 1) if level else ""
            indent = make("ind", left=STEP * (level + 1), hanging=STEP)
            shape.append(
                make(
                    "lvl",
                    make("start", val=1),
                    make("numFmt", val="bullet" if marks[number] else "decimal"),
                    make("pStyle", val=f"List{kind}{suffix}"),
                    make("lvlText", val=text),
                    make("lvlJc", val="left"),
                    make("pPr", indent),
                    ilvl=level,
                )
            )
        lists.append(shape)
    used = [
        make("num", make("abstractNumId", val=number), numId=number)
        for number in (BULLETS, NUMBERS)
    ]
    return [*lists, *used]


def _settings(language: str) -> list[Any]:
    word = "http://schemas.microsoft.com/office/word"
    mode = make("compatSetting", name="compatibilityMode", uri=word, val=15)
    return [
        make("zoom", percent=100),
        make("defaultTabStop", val=720),
        make("characterSpacingControl", val="doNotCompress"),
        make("compat", mode),
        make("themeFontLang", val=language),
        make("decimalSymbol", val="."),
        make("listSeparator", val=","),
    ]


def _font_table() -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/>'
        f'<w:family w:val="{family}"/></w:font>'
        for name, other, family in (
            (SANS, "Liberation Sans", "swiss"),
            (SERIF, "Liberation Serif", "roman"),
            (MONO, "Liberation Mono", "modern"),
            (SYMBOLS, "DejaVu Sans", "swiss"),
        )
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()
