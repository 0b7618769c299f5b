"""The chart of agreement says what its table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evalkit.report.charts_agreement import plot_agreement
from evalkit.report.figures import figure

NAN = float("nan")


def measured(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    columns = ["name", "alpha", "alpha_low", "alpha_high"]
    table = pd.DataFrame(list(rows), columns=columns).astype({"alpha": "float64"})
    return table.assign(reason=np.where(table["alpha"].isna(), "nobody used it", ""))


THREE = measured(
    ("Fear", 0.5, 0.2, 0.7), ("Hope", 0.9, 0.8, 1.0), ("Bread", 0.7994, NAN, NAN)
)


def words_in(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_best_agreed_on_stands_first_with_its_figure() -> None:
    ax = plot_agreement(THREE)
    words = words_in(ax)
    assert [w for w in words if w in ("Hope", "Bread", "Fear")] == [
        "Hope",
        "Bread",
        "Fear",
    ]
    assert [w for w in words if w in (".900", ".799", ".500")][-3:] == [
        ".900",
        ".799",
        ".500",
    ]
    assert ax.get_title(loc="left") == (
        "1 of 3 reach alpha .800; coders agree least on “Fear” (.500)"
    )
    assert "Fear: .500, .200 to .700" in ax.get_label()
    assert "Bread: .799, no interval" in ax.get_label()


def test_a_dot_without_an_interval_is_a_ring() -> None:
    hope, bread, fear = plot_agreement(THREE).patches
    assert bread.get_facecolor() != hope.get_facecolor()
    assert bread.get_edgecolor() == hope.get_facecolor() == fear.get_facecolor()


def test_what_cannot_be_measured_is_told() -> None:
    ax = plot_agreement(pd.concat([THREE, measured(("Home", NAN, NAN, NAN))]))
    assert "1 undefined, not drawn" in ax.get_xlabel()
    assert "Home" not in words_in(ax)
    ax = plot_agreement(measured(("Home", NAN, NAN, NAN)))
    assert ax.get_title(loc="left") == "Agreement cannot be measured"
    assert "nobody used it" in ax.get_label()


def test_nothing_reaches_one_by_rounding() -> None:
    ax = plot_agreement(measured(("Hope", 0.9999, 0.99, 0.99995)))
    assert ".999" in words_in(ax)
    assert "1.000" not in words_in(ax)


@pytest.mark.parametrize("n", [0, 1, 50])
def test_any_number_of_codes_keeps_its_words_on_the_page(n: int) -> None:
    rows = [
        (f"A rather long name of a code {at}", 0.9 - at / 40, -0.9, 0.95)
        for at in range(n)
    ]
    ax = plot_agreement(measured(*rows))
    drawing = ax.get_figure()
    drawing.draw_without_rendering()
    edge = drawing.bbox
    for text in ax.texts:
        box = text.get_window_extent()
        assert edge.x0 - 1 <= box.x0 and box.x1 <= edge.x1 + 1, text.get_text()
        assert edge.y0 - 1 <= box.y0 and box.y1 <= edge.y1 + 1, text.get_text()
    assert figure(ax).alt
