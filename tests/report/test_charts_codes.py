from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch

from evalkit.report.charts_codes import plot_code_matrix, plot_code_network
from evalkit.report.figures import figure
from evalkit.report.style import MUTE, PAPER, SUPPORT

COLUMNS = "code_a code_b n_respondents n_either".split()
LONG = "Institutionalisation of the multistakeholder consultation processes"
NAMES = [
    LONG,
    "דיפלומטיה הומניטרית ותקווה",
    "الأمل في مستقبل أفضل",
    "希望",
    "A & <b>",
    "$x$",
]
BOTH = pytest.mark.parametrize("plot", [plot_code_network, plot_code_matrix])


def pairs(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def people(**sizes: int) -> pd.DataFrame:
    rows = [(code, code.capitalize(), n) for code, n in sizes.items()]
    return pd.DataFrame(rows, columns=["code_id", "name", "n_respondents"])


def finding_of(ax: Axes) -> str:
    return ax.get_title(loc="left")


def words_in(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


THREE = pairs(("fear", "hope", 4, 6), ("home", "hope", 2, 6), ("fear", "home", 0, 5))
SIZES = people(hope=6, fear=4, home=2)


def made(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    codes = [f"c{at:02}" for at in range(n)]
    rows = [
        (a, b, (3 * int(a[1:]) + int(b[1:])) % 9, 9) for a, b in combinations(codes, 2)
    ]
    names = pd.DataFrame({"code_id": codes, "n_respondents": range(n + 9, 9, -1)})
    return pairs(*rows), names.assign(name=[NAMES[at % 6] for at in range(n)])


@BOTH
def test_the_finding_is_the_strongest_pair_of_those_who_have_either(plot):
    assert finding_of(plot(THREE, names=SIZES)) == (
        "“Fear” and “Hope” come together most:"
        " in the words of 4 of the 6 people who speak to either"
    )


@BOTH
@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        ([("a", "b", 3, 3)], "“a” and “b” come together: in the words of all 3 people"),
        (
            [("a", "b", 1, 1)],
            "“a” and “b” come together: in the words of the one person",
        ),
        (
            [("a", "b", 2, 3), ("a", "c", 2, 3), ("b", "c", 1, 3)],
            "Two pairs of codes come together most, each in the words of 2 people",
        ),
        ([("a", "b", 0, 3)], "No two of the 2 codes come together"),
        ([], "No two codes come together"),
    ],
)
def test_the_finding_is_true_of_ties_and_of_nothing(plot, rows, finding):
    assert finding_of(plot(pairs(*rows), names={})).startswith(finding)


@BOTH
def test_a_code_alone_meets_nothing(plot):
    ax = plot(pairs(), names=people(hope=2))
    assert finding_of(ax) == "Only “Hope” is used, so no two codes meet"


@BOTH
def test_the_alternative_text_has_every_number(plot):
    alt = str(plot(THREE, names=SIZES).get_label())
    for said in ("Hope: 6 people", "Fear and Hope together: 4 people"):
        assert said in alt
    assert "Home and Hope together: 2 people; no other two come together." in alt


def test_a_line_is_as_wide_as_people_are_many_and_none_is_no_line():
    lines = plot_code_network(THREE, names=SIZES).patches
    widths = [each.get_linewidth() for each in lines if isinstance(each, PathPatch)]
    assert len(widths) == 2
    assert max(widths) == pytest.approx(2 * min(widths))


def test_a_circles_area_is_its_people():
    ax = plot_code_network(THREE, names=SIZES)
    circles = [c for c in ax.patches if isinstance(c, Circle) and c.get_linewidth()]
    areas = sorted(each.get_radius() ** 2 for each in circles)
    assert [area / areas[0] for area in areas] == pytest.approx([1, 2, 3])


def test_the_network_prints_the_number_of_the_strongest():
    words = words_in(plot_code_network(THREE, names=SIZES))
    assert {"4", "2", "6 people", "Hope"} <= {*words}
    assert "0" not in words


def test_codes_that_meet_often_stand_nearer_than_codes_that_do_not():
    ax = plot_code_network(
        pairs(("a", "c", 9, 9), ("b", "d", 9, 9), ("a", "b", 1, 9)), names={}
    )
    at = {text.get_text(): text.get_position() for text in ax.texts}
    assert (at["a"][0] < 200) == (at["c"][0] < 200)
    assert (at["b"][0] < 200) == (at["d"][0] < 200)


def test_the_matrix_has_every_number_of_its_triangle_and_of_its_codes():
    words = words_in(plot_code_matrix(THREE, names=SIZES))
    assert words == ["6", "Hope", "4", "4", "Fear", "2", "0", "2", "Home"]


@BOTH
@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 12, 40])
def test_any_number_of_codes_can_be_drawn_and_none_is_cut_off(plot, n):
    counts, names = made(n)
    ax = plot(counts, names=names)
    drawing = ax.get_figure()
    drawing.draw_without_rendering()
    spans = [text.get_window_extent() for text in ax.texts if text.get_text().isascii()]
    edge = drawing.bbox
    assert all(each.x0 >= edge.x0 and each.x1 <= edge.x1 for each in spans)
    assert all(each.y0 >= edge.y0 - 1 and each.y1 <= edge.y1 + 1 for each in spans)
    if plot is plot_code_network:
        assert not [
            1 for a, b in combinations(spans, 2) if a.shrunk(0.9, 0.9).overlaps(b)
        ]
    left_out = "28 more codes are left out"
    assert (left_out in ax.get_xlabel()) == (n == 40)
    assert finding_of(ax).startswith("Among the 12 codes drawn, ") == (n == 40)


def test_of_many_codes_those_that_meet_in_most_people_are_drawn():
    counts, names = made(13)
    names["name"] = names["code_id"]
    assert "c12" not in words_in(plot_code_matrix(counts, names=names))
    of_last = counts["code_a"].eq("c00") & counts["code_b"].eq("c12")
    counts.loc[of_last, "n_respondents"] = 99
    assert "c12" in words_in(plot_code_matrix(counts, names=names))


@BOTH
def test_only_the_pages_colours_are_used(plot):
    counts, names = made(12)
    svg = figure(plot(counts, names=names)).svg
    assert "f-sup" in svg
    assert all(f"{each}" in svg for each in (SUPPORT, MUTE))
    assert "A &amp; &lt;b&gt;" in svg
    assert PAPER in svg or plot is plot_code_matrix


@BOTH
def test_the_same_counts_in_another_order_are_the_same_drawing(plot):
    counts, names = made(9)
    again = plot(counts[::-1], names=names[::-1])
    assert words_in(again)[:9] == words_in(plot(counts, names=names))[:9]
