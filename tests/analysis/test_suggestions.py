from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from evalkit.analysis.suggestions import _judge, compare_errors, measure_suggestions


def spans(prefix: str, *rows: tuple[str, int, int, str, str]) -> pd.DataFrame:
    """Rows (document, start, end, code, stance), with ids that begin with `prefix`."""
    columns = ["document_id", "start", "end", "code_id", "stance"]
    frame = pd.DataFrame(rows, columns=columns)
    name = "suggestion_id" if prefix == "s" else "coding_id"
    return frame.assign(**{name: [f"{prefix}{at}" for at in range(len(frame))]})


SUGGESTED = spans(
    "s",
    ("A", 0, 10, "a", "supports"),
    ("A", 20, 30, "a", "contradicts"),
    ("A", 20, 30, "b", "supports"),
    ("B", 0, 10, "a", "neutral"),
    ("C", 0, 10, "a", "supports"),
)
CODED = spans(
    "c",
    ("A", 5, 12, "a", "supports"),
    ("A", 29, 40, "a", "supports"),
    ("A", 60, 70, "b", "supports"),
    ("B", 10, 20, "a", "supports"),
).assign(coder_id="ana")


def test_right_found_and_the_same_stance_are_counted_by_code():
    measured = measure_suggestions(SUGGESTED, CODED).set_index("code_id")
    a = measured.loc["a"]
    assert (a["n_suggestions"], a["n_right"]) == (3, 2)  # C nobody coded
    assert (a["n_codings"], a["n_found"]) == (3, 2)
    assert a["precision"] == a["recall"] == a["f1"] == pytest.approx(2 / 3)
    assert (a["n_stance"], a["stance_accuracy"]) == (2, 0.5)
    b = measured.loc["b"]
    assert b[["precision", "recall", "f1"]].to_list() == [0, 0, 0]
    assert b["n_stance"] == 0
    assert math.isnan(b["stance_accuracy"])
    whole = measured.loc[""]
    assert (whole["n_suggestions"], whole["n_right"]) == (4, 2)
    assert whole["recall"] == 0.5


def test_a_suggestion_that_only_touches_the_end_is_not_right():
    coded = spans("c", ("A", 10, 20, "a", "")).assign(coder_id="ana")
    measured = measure_suggestions(SUGGESTED.head(1), coded)
    assert measured["precision"].to_list() == [0, 0]


def test_each_coder_is_measured_on_what_they_coded():
    bo = spans("d", ("A", 0, 9, "a", "supports")).assign(coder_id="bo")
    measured = measure_suggestions(SUGGESTED, pd.concat([CODED, bo]))
    whole = measured[measured["code_id"].eq("")].set_index("coder_id")
    assert whole.loc["bo", "n_suggestions"] == 3  # of A only
    assert whole.loc["bo", "recall"] == 1
    assert whole.loc["ana", "n_suggestions"] == 4


def test_intervals_hold_the_share_and_one_document_gives_none_to_speak_of():
    measured = measure_suggestions(SUGGESTED, CODED)
    for name in ("precision", "recall", "f1"):
        rows = measured[measured[name].notna()]
        assert rows[f"{name}_low"].le(rows[name] + 1e-9).all()
        assert rows[f"{name}_high"].ge(rows[name] - 1e-9).all()
    one = CODED[CODED["document_id"].eq("A")]
    row = measure_suggestions(SUGGESTED, one).set_index("code_id").loc["a"]
    assert row["precision"] == 1
    assert math.isnan(row["precision_low"])  # how documents differ, one cannot say


def test_an_interval_over_documents_is_that_of_drawing_documents():
    """Nine of ten documents right: the exact law of the draws is binomial."""
    n = 10
    suggested = spans("s", *((f"D{at}", 0, 5, "a", "") for at in range(n)))
    coded = spans(
        "c", *((f"D{at}", 0 if at else 90, 99, "a", "") for at in range(n))
    ).assign(coder_id="ana")
    row = measure_suggestions(suggested, coded).iloc[0]
    assert row["precision"] == 0.9
    assert (row["precision_low"], row["precision_high"]) == (0.7, 1.0)


def test_the_same_seed_gives_the_same_intervals():
    first, again = (measure_suggestions(SUGGESTED, CODED) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


def test_a_stance_is_compared_with_every_coding_that_touches_in_any_order():
    coded = spans("c", ("A", 0, 3, "a", ""), ("A", 3, 9, "a", "supports"))
    coded = pd.concat([coded, spans("d", ("A", 0, 5, "a", "contradicts"))])
    coded = coded.assign(coder_id="ana")
    for rows in (coded, coded.iloc[::-1]):
        whole = measure_suggestions(SUGGESTED.head(1), rows).iloc[-1]
        assert (whole["n_stance"], whole["stance_accuracy"]) == (1, 1)


def test_a_code_that_is_never_suggested_has_an_f1_of_nothing():
    measured = measure_suggestions(SUGGESTED.head(0), CODED)
    assert measured["f1"].to_list() == [0, 0, 0]


def test_the_verdict_does_not_hang_on_the_groups_names():
    """Shufflings that give the same spread are ties, whatever the order of sums."""
    counts = [(37, 2), (49, 4), (31, 10), (54, 19), (27, 18), (25, 20)]
    tally = np.array(counts)
    verdicts = {
        _judge(tally, np.array(list(names)), seed=1) for names in ("xxyyzz", "zzyyxx")
    }
    assert len({each.split(" (")[0] for each in verdicts}) == 1


def test_codings_without_a_stance_and_empty_tables_are_measured():
    bare = CODED.drop(columns="stance")
    assert measure_suggestions(SUGGESTED, bare)["n_stance"].sum() == 0
    none = measure_suggestions(SUGGESTED.head(0), CODED).set_index("code_id")
    assert none.loc["a", "recall"] == 0
    assert math.isnan(none.loc["a", "precision"])
    nobody = measure_suggestions(SUGGESTED, CODED.head(0))
    assert nobody.empty
    assert "precision" in nobody


# --- do errors lean towards a group? ---


def lean(share_wrong: dict[str, float], n_people: int, n_each: int) -> pd.DataFrame:
    """Groups of people, so many suggestions each, of which a share is wrong."""
    people, turns, suggested, coded = [], [], [], []
    for group, share in share_wrong.items():
        for person in range(n_people):
            who = f"{group}{person}"
            people.append((who, group))
            turns.append((who, 1, who, 0, 1000))
            for at in range(n_each):
                suggested.append((who, at * 10, at * 10 + 5, "a", ""))
                if at >= share * n_each:
                    coded.append((who, at * 10, at * 10 + 5, "a", ""))
    columns = ["document_id", "turn", "respondent_id", "start", "end"]
    return compare_errors(
        spans("s", *suggested),
        spans("c", *coded).assign(coder_id="ana"),
        pd.DataFrame(turns, columns=columns),
        pd.DataFrame(people, columns=["respondent_id", "group"]),
    )


def test_errors_that_lean_towards_a_group_are_told():
    table = lean({"x": 0.1, "y": 0.6}, n_people=6, n_each=10)
    assert table[["n_respondents", "n_suggestions"]].to_numpy().tolist() == [
        *([6, 60], [6, 60])
    ]
    assert table["share_wrong"].to_list() == [0.1, 0.6]
    assert table["verdict_wrong"].str.startswith("they differ").all()
    assert table["n_missed"].sum() == 0
    assert set(table["verdict_missed"]) == {"too few to tell"}


def test_errors_that_do_not_lean_are_not_made_to():
    table = lean({"x": 0.3, "y": 0.3}, n_people=6, n_each=10)
    assert table["verdict_wrong"].str.startswith("no sign of a lean").all()


@pytest.mark.parametrize(
    ("groups", "n_people", "n_each"),
    [({"x": 0.5, "y": 0.5}, 1, 50), ({"x": 0.1, "y": 0.1}, 2, 10), ({"x": 0.5}, 5, 9)],
)
def test_too_little_is_said_to_be_too_little(groups, n_people, n_each):
    table = lean(groups, n_people=n_people, n_each=n_each)
    assert set(table["verdict_wrong"]) == {"too few to tell"}


def test_chance_alone_is_called_a_lean_about_one_time_in_twenty():
    rng = np.random.default_rng(5)
    n_called = 0
    for _ in range(60):
        rows, people, turns, coded = [], [], [], []
        for person in range(12):
            who, group = f"p{person}", "xy"[person % 2]
            people.append((who, group))
            turns.append((who, 1, who, 0, 1000))
            for at in range(12):
                rows.append((who, at * 10, at * 10 + 5, "a", ""))
                if rng.random() < 0.7:
                    coded.append((who, at * 10, at * 10 + 5, "a", ""))
        table = compare_errors(
            spans("s", *rows),
            spans("c", *coded).assign(coder_id="ana"),
            pd.DataFrame(
                turns,
                columns=["document_id", "turn", "respondent_id", "start", "end"],
            ),
            pd.DataFrame(people, columns=["respondent_id", "group"]),
        )
        n_called += table["verdict_wrong"].str.startswith("they differ").any()
    assert n_called <= 9
