from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from evalkit.report.figures import figure

ID = re.compile(r'\bid="([^"]+)"')


def hatched(width: float = 0.5, alt: str = "A hatched box.", words: str = "box"):
    ax = Drawing(figsize=(4, 1)).add_axes((0.0, 0.0, 1.0, 1.0))
    ax.add_patch(Rectangle((0, 0), width, 1, fc="none", ec="#9a6a00", hatch="//"))
    ax.text(0.1, 0.5, words, parse_math=False)
    ax.set_title("One box is hatched", loc="left")
    ax.set_xlabel("boxes")
    ax.set_label(alt)
    return ax


def test_a_hatch_survives_and_can_be_recoloured():
    root = ET.fromstring(figure(hatched()).svg)
    (pattern,) = (each for each in root.iter() if each.tag.endswith("}pattern"))
    fills = {each.get("fill") for each in root.iter()}
    assert f"url(#{pattern.get('id')})" in fills
    lines = [each for each in pattern if each.tag.endswith("}path")]
    assert lines[0].get("class").split() == ["f-qua", "sf-qua"]


def test_every_reference_in_a_figure_is_to_itself():
    svg = figure(hatched()).svg
    ids = ID.findall(svg)
    assert len(ids) == len({*ids}) >= 3  # title, hatch, clip path
    referred = re.findall(r"url\(#([^)]+)\)", svg)
    assert len(referred) >= 2
    assert {*referred} < {*ids}


def test_figures_with_the_same_words_share_no_id():
    one, other = figure(hatched(0.5)), figure(hatched(0.6))
    assert one.alt == other.alt
    assert not {*ID.findall(one.svg)} & {*ID.findall(other.svg)}


def test_a_figure_knows_the_id_of_its_title():
    shown = figure(hatched())
    assert f'<title id="{shown.id}">A hatched box.</title>' in shown.svg
    assert f'aria-labelledby="{shown.id}"' in shown.svg


def test_words_that_look_like_an_attribute_stay_words():
    words = 'say id="a_1" and style="fill: red" url(#b)'
    assert words in figure(hatched(words=words)).svg


def test_a_picture_is_made_where_asked_for_and_is_the_same_twice():
    assert figure(hatched()).picture == b""
    picture = figure(hatched(), picture=True).picture
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) == 800  # 4 inches at 200 dots
    assert figure(hatched(), picture=True).picture == picture
    assert b"matplotlib" not in picture.lower()


def test_a_figure_leaves_the_chart_its_words():
    ax = hatched()
    figure(ax, picture=True)
    assert ax.get_title(loc="left") == "One box is hatched"
    assert ax.get_xlabel() == "boxes"


@pytest.mark.parametrize("words", ["中文", "🌍", "مزارع", "é"])
def test_letters_that_the_font_has_not_are_written_all_the_same(words):
    shown = figure(hatched(words=words), picture=True)
    assert words in shown.svg
