from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import product

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from evalkit.report.charts_claims import (
    STRENGTHS,
    plot_evidence,
    plot_open_question,
    plot_strengths,
    plot_totals,
    plot_who_says_so,
)
from evalkit.report.figures import figure
from evalkit.report.style import CONTRADICT, PAPER, SUPPORT

COUNTS = ["n_people", "supports", "qualifies", "mixed", "contradicts"]
STAFF = "Campaign and project staff"


def evidence(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["report_group", *COUNTS])


def some_evidence() -> pd.DataFrame:
    return evidence(
        ("Advocates", 3, 0, 0, 0, 0),
        ("Diplomats", 4, 0, 2, 0, 2),
        (STAFF, 3, 2, 0, 0, 0),
        ("Officials", 4, 0, 1, 1, 0),
    )


def matrix(n_groups: int = 2) -> pd.DataFrame:
    rows = [
        (claim, name, f"g{at}", 4, at % 3, 1, 0, int(claim == "K2"))
        for claim, name in (("K1", "Hope grew"), ("K2", "Bread & <roses>"))
        for at in range(1, n_groups + 1)
    ]
    return pd.DataFrame(rows, columns=["claim_id", "short", "report_group", *COUNTS])


def ratings() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("K1", "Hope grew", "contested", 1, 0, 0, 2),
            ("K2", "Bread rose", "strong", 5, 1, 0, 0),
            ("K3", "Roses cost", "strong", 6, 0, 0, 0),
            ("K4", "Was it worth it?", "open question", 2, 1, 1, 1),
        ],
        columns=["claim_id", "short", "strength", *COUNTS[1:]],
    )


def words_in(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def finding_of(ax: Axes) -> str:
    return ax.get_title(loc="left")


def squares(ax: Axes, fill: str = "", hatch: str = "") -> list[Rectangle]:
    return [
        each
        for each in ax.patches
        if isinstance(each, Rectangle)
        and (
            (each.get_hatch() or "")[:1] == hatch
            if hatch
            else to_hex(each.get_facecolor()) == fill and each.get_facecolor()[3]
        )
    ]


def test_a_square_is_a_person_and_stands_on_its_side_of_the_axis():
    ax = plot_evidence(some_evidence())
    support, contradict = squares(ax, SUPPORT), squares(ax, CONTRADICT)
    assert (len(support), len(contradict)) == (2, 2)
    assert (len(squares(ax, hatch="/")), len(squares(ax, hatch="x"))) == (3, 1)
    assert min(each.get_x() for each in support) > 270
    nearest = max(each.get_x() + each.get_width() for each in squares(ax, hatch="/"))
    assert 265 < nearest < 270
    # Who contradicts stands beyond who qualifies.
    furthest = max(each.get_x() for each in contradict)
    diplomats = contradict[0].get_y()
    beside = [
        each for each in squares(ax, hatch="/") if abs(each.get_y() - diplomats) < 2
    ]
    assert furthest < min(each.get_x() for each in beside) < 270


def test_each_group_says_how_many_spoke():
    words = words_in(plot_evidence(some_evidence()))
    assert words.count("none of 3 spoke to it") == 1
    assert words.count("4 of 4 spoke to it") == 1
    assert words.count("2 of 3 spoke to it") == 1
    assert "one square = one person" in words


def test_who_says_both_is_named_only_where_somebody_does():
    assert "says both" in words_in(plot_evidence(some_evidence()))
    without = some_evidence().assign(mixed=0)
    assert "says both" not in words_in(plot_evidence(without))
    assert "both" not in plot_evidence(without).get_label()


def test_the_alternative_text_holds_every_count():
    alt = plot_evidence(some_evidence()).get_label()
    assert alt == (
        f"Diverging bar chart. Only {STAFF} support it; two contradict."
        " Advocates: nobody spoke to it, of 3."
        " Diplomats: 2 qualify, 2 contradict, of 4."
        f" {STAFF}: 2 support, of 3."
        " Officials: 1 qualifies, 1 says both, of 4."
        " In all 2 support, 3 qualify, 1 says both, 2 contradict."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(3, 1, 0, 0, 0), (4, 2, 0, 0, 1)], "Every group has a supporter; one contr"),
        ([(3, 2, 0, 0, 0), (4, 0, 0, 0, 0)], "Only g0 support it; nobody contradicts"),
        ([(3, 1, 0, 0, 0), (4, 0, 1, 0, 0)], "One person supports it; nobody contra"),
        ([(3, 0, 1, 0, 2), (4, 0, 0, 0, 0)], "Nobody supports it; two contradict it"),
        ([(3, 0, 0, 1, 0), (4, 0, 1, 0, 0)], "Nobody supports it outright; one says"),
        ([(3, 1, 0, 0, 1), (4, 0, 0, 0, 2)], "More people contradict it than support"),
        ([(3, 2, 0, 0, 0)], "All two people who spoke to it support it"),
        ([(3, 2, 1, 0, 0)], "Two of three people who spoke to it support it; nobody"),
        ([(3, 0, 0, 0, 0)], "Nobody spoke to this claim"),
        ([], "Nobody spoke to this claim"),
    ],
)
def test_the_finding_is_written_from_the_counts(rows, said):
    groups = [(f"g{at}", *row) for at, row in enumerate(rows)]
    finding = finding_of(plot_evidence(evidence(*groups)))
    assert finding.startswith(said)
    assert 6 <= len(finding.split()) <= 14


def test_no_finding_says_that_nobody_contradicts_where_somebody_does():
    for counts in product((0, 2), repeat=4):
        rows = evidence(("a", 12, *counts), ("b", 3, 0, 0, 0, 1))
        finding = finding_of(plot_evidence(rows))
        assert "nobody contradicts" not in finding
        assert 6 <= len(finding.split()) <= 14


def test_a_finding_may_be_given():
    ax = plot_evidence(some_evidence(), finding="Staff stand alone")
    assert finding_of(ax) == "Staff stand alone"
    assert "Staff stand alone." in ax.get_label()


def test_a_larger_group_is_scaled_to_fit_and_a_large_one_is_a_bar():
    ax = plot_evidence(evidence(("Farmers", 12, 10, 1, 0, 1)))
    assert len(squares(ax, SUPPORT)) == 10 + 1  # and a plate for the number
    ax = plot_evidence(
        evidence(("Farmers", 120, 80, 12, 3, 25), ("Few", 3, 3, 0, 0, 0))
    )
    long, short = squares(ax, SUPPORT)
    assert long.get_width() > 20 * short.get_width()
    assert {"80", "12", "3", "25"} <= {*words_in(ax)}
    for each in ax.patches:
        assert each.get_x() > 146
        assert each.get_x() + each.get_width() <= 400


def test_totals_stand_in_for_groups_that_are_too_small():
    totals = pd.Series([14, 8, 1, 0, 1], index=COUNTS)
    ax = plot_totals(totals.to_dict(), n_groups=4, n_groups_supporting=4)
    assert {"All people", "10 of 14 spoke to it"} <= {*words_in(ax)}
    assert "Groups with a supporter: 4 of 4" in words_in(ax)
    assert len(squares(ax, SUPPORT)) == 8
    assert finding_of(ax) == "Every group has a supporter; one contradicts"
    assert ax.get_label().endswith("of 14. Groups with a supporter: 4 of 4.")


def test_without_the_number_of_all_people_totals_say_how_many_spoke():
    totals = dict(zip(COUNTS[1:], (8, 1, 0, 1), strict=True))
    ax = plot_totals(totals, n_groups=4, n_groups_supporting=3)
    assert "10 spoke to it" in words_in(ax)
    assert "All people: 8 support, 1 qualifies, 1 contradicts. Gr" in ax.get_label()


def test_a_group_has_a_capital_in_its_row_and_none_in_a_finding():
    ax = plot_evidence(evidence(("diplomats", 4, 2, 0, 0, 0), ("staff", 3, 0, 1, 0, 0)))
    assert {"Diplomats", "Staff"} <= {*words_in(ax)}
    assert finding_of(ax) == "Only diplomats support it; nobody contradicts it"


def test_an_open_question_is_a_bar_of_all_people():
    ax = plot_open_question(
        {"supports": 3, "qualifies": 2, "contradicts": 2, "not_asked": 7}
    )
    assert len(ax.patches) == 14
    assert finding_of(ax) == "Three are for, two against; half were not asked"
    assert ax.get_label() == (
        "Bar of fourteen squares. Three are for, two against; half were not asked."
        " 3 for, 2 it depends, 2 against and 7 not asked."
    )
    height = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert height["for"] == height["against"] < height["it depends"]
    assert height["it depends"] == height["not asked"]


@pytest.mark.parametrize("n_not_asked", [1, 30, 300])
def test_labels_of_an_open_question_do_not_run_into_each_other(n_not_asked):
    answers = ("supports", "qualifies", "mixed", "contradicts", "silent")
    ax = plot_open_question(dict.fromkeys(answers, 1) | {"not_asked": n_not_asked})
    drawing = ax.get_figure(root=True)
    boxes = [text.get_window_extent() for text in ax.texts]
    assert drawing is not None
    for one, other in ((a, b) for a in boxes for b in boxes if a is not b):
        assert not one.overlaps(other)
    for box in boxes:
        assert drawing.bbox.x0 - 1 <= box.x0 <= box.x1 <= drawing.bbox.x1 + 1
        assert drawing.bbox.y0 <= box.y0 <= box.y1 <= drawing.bbox.y1


def test_an_answer_that_nobody_can_give_is_refused():
    with pytest.raises(ValueError, match="unknown answers: perhaps"):
        plot_open_question({"perhaps": 1})


@pytest.mark.parametrize("n_groups", [2, 6, 12])
def test_the_matrix_has_a_number_for_every_word_on_a_claim(n_groups):
    ax = plot_who_says_so(matrix(n_groups))
    numbers = [word for word in words_in(ax) if word.isdigit()]
    supporting = sum(at % 3 > 0 for at in range(1, n_groups + 1))
    assert len(numbers) == 2 * (supporting + n_groups) + n_groups
    assert words_in(ax).count("of 4") == n_groups
    assert "Hope grew: g1 1 supports, 1 qualifies" in ax.get_label()
    for each in ax.patches:
        assert 0 <= each.get_x() <= each.get_x() + each.get_width() <= 400


def test_the_matrix_says_where_a_supporter_is():
    assert finding_of(plot_who_says_so(matrix(2))) == (
        "Every claim has a supporter in every group; one is contradicted"
    )
    assert finding_of(plot_who_says_so(matrix(3))).startswith("No claim has a supp")


def test_claims_stand_by_strength_then_by_share_of_supporters():
    ax = plot_strengths(ratings())
    words = words_in(ax)
    heads = ["Strong: 2", "Contested: 1", "Open question: 1"]
    assert [word for word in words if word in heads] == heads
    assert [word for word in words if re.fullmatch(r"K\d", word)] == [
        *("K3", "K2", "K1", "K4"),
    ]
    assert finding_of(ax) == (
        "Two of three claims rest on strong evidence; one is contested"
    )
    assert len(squares(ax, SUPPORT)) == 14
    assert len(squares(ax, CONTRADICT)) == 3


def test_every_strength_has_a_mark():
    for strength in STRENGTHS:
        ax = plot_strengths(ratings().head(1).assign(strength=strength))
        bare = [each for each in ax.patches if not isinstance(each, Rectangle)]
        assert bare or strength == "open question"
    with pytest.raises(ValueError, match="unknown strength: splendid"):
        plot_strengths(ratings().assign(strength="splendid"))


CHARTS = {
    "evidence": lambda: plot_evidence(some_evidence()),
    "unicode": lambda: plot_evidence(
        evidence(
            ("中文的名字很长的一个小组", 4, 1, 1, 1, 1),
            ("🌍 مزارعون $5", 4, 2, 0, 0, 0),
        )
    ),
    "twelve": lambda: plot_evidence(
        evidence(*((f"{at} & <b>" + "long" * 30, 4, 1, 1, 1, 1) for at in range(12)))
    ),
    "totals": lambda: plot_totals(
        dict.fromkeys(COUNTS, 1), n_groups=2, n_groups_supporting=1
    ),
    "question": lambda: plot_open_question({"supports": 2, "mixed": 1, "silent": 1}),
    "matrix": lambda: plot_who_says_so(matrix()),
    "strengths": lambda: plot_strengths(ratings()),
    "no evidence": lambda: plot_evidence(some_evidence().head(0)),
    "no question": lambda: plot_open_question({}),
    "no matrix": lambda: plot_who_says_so(matrix().head(0)),
    "no strengths": lambda: plot_strengths(ratings().head(0)),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_claims_is_a_figure_that_the_page_can_recolour(name):
    shown = figure(CHARTS[name]())
    root = ET.fromstring(shown.svg)
    assert root.get("viewBox").startswith("0 0 400 ")
    for each in root.iter():
        if each.tag.endswith("}text"):
            assert (each.get("class") or "").startswith("f-"), each.text
        for what, prefix in (("fill", "f-"), ("stroke", "sf-")):
            if (each.get(what) or "").startswith("#"):
                assert prefix in (each.get("class") or ""), ET.tostring(each)
    assert 6 <= len(shown.finding.split()) <= 14
    assert "clip-path" not in shown.svg
    assert figure(CHARTS[name]()).svg == shown.svg


def test_charts_on_one_page_share_no_id():
    svgs = [figure(draw()).svg for draw in CHARTS.values()]
    ids = [each for svg in svgs for each in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(ids) == len({*ids}) > len(svgs)


def test_names_are_kept_as_they_are_written():
    svg = figure(CHARTS["unicode"]()).svg
    assert "🌍 مزارعون $5" in svg


def test_a_chart_draws_on_the_axes_it_is_given():
    ax = Drawing().add_subplot()
    assert plot_evidence(some_evidence(), ax=ax) is ax
    assert plot_strengths(ratings(), ax=ax) is ax


def test_a_number_on_a_hatch_stands_on_paper():
    ax = plot_evidence(evidence(("Farmers", 9, 0, 9, 0, 0)))
    assert len(squares(ax, hatch="/")) == 9
    assert len(squares(ax, PAPER)) == 1
