from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from evalkit.report.charts import (
    plot_course,
    plot_theme_frequency,
    plot_themes_by_group,
)
from evalkit.report.figures import figure


def by_group() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "report_group": ["farmers"] * 2 + ["teachers"] * 2,
            "code_id": ["hope", "bread"] * 2,
            "name": ["Hope & <fear>", "Bread"] * 2,
            "n_respondents": [3, 0, 2, 1],
            "n_codings": [9, 0, 2, 1],
            "n_people": [4, 4, 2, 2],
        }
    )


def frequency() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Hope", "Bread"],
            "n_respondents": [5, 1],
            "n_codings": [11, 1],
            "n_people": [6, 6],
        }
    )


def course() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": ["Bread", "Hope"], "begins": [0.1, 0.4], "ends": [0.2, 0.9]}
    )


def words_in(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_heat_map_shows_people_in_every_cell_and_each_groups_size():
    ax = plot_themes_by_group(by_group())
    words = words_in(ax)
    assert words.count("of 4") == words.count("of 2") == 1
    cells = [word for word in words if word.isdigit()]
    assert cells == ["3", "0", "2", "1"]  # a column a group, a row a theme
    assert ax.get_title(loc="left") == (
        "1 of 2 themes are raised in every group; “Bread” only by teachers"
    )
    assert "Hope & <fear>: 3 of 4 farmers, 2 of 2 teachers" in ax.get_label()


def test_the_frequency_chart_counts_people_and_starts_at_zero():
    ax = plot_theme_frequency(frequency())
    lengths = [patch.get_width() for patch in ax.patches]
    assert lengths[0] == pytest.approx(5 * lengths[1])
    assert {patch.get_x() for patch in ax.patches} == {158}
    assert ax.get_title(loc="left") == "“Hope” leads: 5 of 6 people"


def test_the_course_says_what_opens_and_what_dwells():
    ax = plot_course(course(), title="P1")
    assert (
        ax.get_title(loc="left") == "P1 opens on “Bread” and dwells longest on “Hope”"
    )


@pytest.mark.parametrize(
    ("plot", "rows"),
    [
        (plot_themes_by_group, by_group),
        (plot_theme_frequency, frequency),
        (plot_course, course),
    ],
)
def test_a_figure_is_svg_with_a_title_to_read_and_no_strange_colours(plot, rows):
    shown = figure(plot(rows()))
    root = ET.fromstring(shown.svg)
    title = root[0]
    assert title.tag.endswith("title")
    assert title.text == shown.alt
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("role") == "img"
    assert root.get("viewBox").startswith("0 0 400 ")
    texts = [each for each in root.iter() if each.tag.endswith("}text")]
    assert texts
    for text in texts:  # or the page could not recolour it in the dark
        assert (text.get("class") or "").startswith("f-"), text.text
    assert "http://" not in shown.svg.replace("http://www.w3.org/", "")
    assert len(shown.finding.split()) >= 4
    assert "<fear>" not in shown._repr_html_()
    assert figure(plot(rows())).svg == shown.svg


@pytest.mark.parametrize(
    ("plot", "rows"), [(plot_theme_frequency, frequency), (plot_course, course)]
)
def test_nothing_coded_is_said_not_drawn(plot, rows):
    ax = plot(rows().head(0))
    assert "othing is coded" in ax.get_title(loc="left")
    assert ax.patches == [] or len(ax.patches) == 0


def test_a_dollar_is_a_dollar():
    rows = frequency().assign(name=["Costs $5 and $10", "A $bad{ one"])
    svg = figure(plot_theme_frequency(rows)).svg
    assert "Costs $5 and $10" in svg


def test_a_chart_draws_on_the_axes_it_is_given():
    drawing, ax = plt.subplots()
    assert plot_theme_frequency(frequency(), ax=ax) is ax
    plt.close(drawing)


def test_a_chart_without_alternative_text_is_no_figure():
    drawing, ax = plt.subplots()
    with pytest.raises(ValueError, match="no alternative text"):
        figure(ax)
    plt.close(drawing)
