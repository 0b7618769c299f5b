from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon

from evalkit.report.charts_saturation import plot_saturation
from evalkit.report.figures import figure


def curve(*means: float) -> pd.DataFrame:
    n = len(means)
    band = [0.0 if at + 1 == n else 0.5 for at in range(n)]
    return pd.DataFrame(
        {
            "n_interviews": range(1, n + 1),
            "mean": means,
            "low": [mean - by for mean, by in zip(means, band, strict=True)],
            "high": [mean + by for mean, by in zip(means, band, strict=True)],
        }
    )


def bold(ax: Axes) -> list[str]:
    return [t.get_text() for t in ax.texts if t.get_fontweight() == "bold"]


def dots(ax: Axes) -> list[Circle]:
    return [each for each in ax.patches if isinstance(each, Circle)]


def test_numbers_and_dots_stand_at_the_first_three_before_the_last_and_the_last():
    ax = plot_saturation(curve(3.25, 5, 6.5, 7.1, 7.6, 8))
    assert bold(ax) == ["3.2", "6.5", "8"]
    assert len(dots(ax)) == 3


@pytest.mark.parametrize(
    ("means", "finding"),
    [
        ([], "No interview is read yet"),
        ([0.0, 0.0], "Nothing is coded yet"),
        ([7], "One interview brings 7 codes"),
        ([3, 4], "The second interview adds 1 code on average"),
        ([3, 4, 5.5], "The last two interviews add 2.5 codes on average"),
        ([3, 4, 4.5, 5], "The last three interviews add 2 codes on average"),
        ([2, 3, 4, 4.98, 5, 5, 5], "The last three interviews add fewer than 0.1"),
        ([2, 3, 5, 5, 5, 5], "The last three interviews add no new code in any order"),
    ],
)
def test_the_finding_is_what_the_numbers_say(means: list[float], finding: str):
    assert plot_saturation(curve(*means)).get_title(loc="left").startswith(finding)


def test_the_alternative_text_tells_the_numbers_and_the_band():
    alt = plot_saturation(curve(3, 5, 6.5, 7.1, 7.6, 8)).get_label()
    assert alt == (
        "Line chart. The last three interviews add 1.5 codes on average."
        " The number of different codes found goes from 3 after one interview"
        " to 6.5 after three and 8 after six."
        " In the middle 95% of orders the first interview has 2.5 to 3.5."
    )


def test_a_curve_without_a_band_is_drawn_without():
    with_band = plot_saturation(curve(3, 4, 5))
    assert any(isinstance(each, Polygon) for each in with_band.patches)
    alone = plot_saturation(curve(3).assign(low=None, high=None))
    assert not any(isinstance(each, Polygon) for each in alone.patches)
    assert bold(alone) == ["3"]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 14, 300])
def test_everything_stays_on_the_drawing(n: int):
    ax = plot_saturation(curve(*(90 * (at + 1) / n for at in range(n))))
    for text in ax.texts:
        x, y = text.get_position()
        assert 0 <= x <= 400
        assert 8 <= y <= 236
    assert "Line chart." in figure(ax).svg


def test_the_last_two_numbers_do_not_meet_however_many_interviews():
    ax = plot_saturation(curve(*(90 * (at + 1) / 300 for at in range(300))))
    ys = [t.get_position()[1] for t in ax.texts if t.get_fontweight() == "bold"]
    assert abs(ys[1] - ys[2]) > 20
