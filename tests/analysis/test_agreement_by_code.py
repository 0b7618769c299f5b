"""Agreement code by code, worked by hand on units of ten characters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.analysis.agreement import (
    brennan_prediger,
    cohen_kappa,
    cohen_kappa_max,
    conger_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from evalkit.analysis.agreement_by_code import (
    AMONG,
    COLUMNS,
    Among,
    measure_attributes,
    measure_by_code,
    measure_codebook,
)
from evalkit.analysis.ratings import (
    cut_characters,
    rate_attribute,
    rate_code,
    rate_sets,
)
from evalkit.analysis.units import cut_units
from evalkit.tables import CODINGS, TURNS

BEYOND_CHANCE = ["alpha", "kappa", "ac1", "pi", "bp"]
NAMES = ("percent", "alpha", "kappa", "ac1")
ENDS = ("", "_low", "_high", "_low_units", "_high_units")
FIGURES = [
    *("".join(each) for each in product(NAMES, ENDS)),
    *("kappa_max", "pi", "bp"),
]


def speak(**n_turns: int) -> pd.DataFrame:
    """Turns of ten characters, so many in each document."""
    rows = [
        {"document_id": document_id, "turn": number + 1, "start": 10 * number}
        for document_id, n in n_turns.items()
        for number in range(n)
    ]
    made = pd.DataFrame(rows, columns=["document_id", "turn", "start"])
    made = made.assign(
        end=made["start"] + 10,
        speaker="R",
        role="respondent",
        respondent_id=made["document_id"],
        started_at=np.nan,
        text="",
    )
    return TURNS.typed(made)


def cut(**n_turns: int) -> pd.DataFrame:
    return cut_units(speak(**n_turns))


def put(
    coder_id: str, code_id: str, where: dict[str, Sequence[int]], stance: str = ""
) -> pd.DataFrame:
    """Codings of one coder and code, each in the middle of a unit (from 0)."""
    rows = [
        {
            "coding_id": f"{coder_id}-{code_id}-{document_id}-{number}-{stance}",
            "document_id": document_id,
            "start": 10 * number + 2,
            "end": 10 * number + 7,
            "coder_id": coder_id,
            "code_id": code_id,
            "stance": stance,
        }
        for document_id, numbers in where.items()
        for number in numbers
    ]
    return CODINGS.typed(pd.DataFrame(rows)).astype({"stance": "str"})


def join(*codings: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(codings, ignore_index=True)


def take_row(measured: pd.DataFrame) -> pd.Series:
    assert len(measured) == 1
    assert measured.columns.tolist() == COLUMNS
    return measured.iloc[0]


# Of ten units both put hope on three, each on one more alone.
TEN = cut(A=6, B=4)
HOPE = join(
    put("ana", "hope", {"A": [0, 1, 2], "B": [0]}),
    put("bo", "hope", {"A": [0, 1, 3], "B": [0]}),
)


def test_ten_units_by_hand() -> None:
    row = take_row(measure_by_code(HOPE, TEN))
    assert row[["code_id", "attribute", "units"]].tolist() == ["hope", "", AMONG["all"]]
    counts = ["n_units", "n_documents", "n_coders", "n_coded"]
    assert row[counts].tolist() == [10, 2, 2, 5]
    assert row["share_coded"] == pytest.approx(0.4)
    assert row["percent"] == pytest.approx(0.8)
    assert row["kappa"] == pytest.approx((0.8 - 0.52) / 0.48)
    assert row["pi"] == pytest.approx((0.8 - 0.52) / 0.48)
    assert row["alpha"] == pytest.approx(1 - (4 / 20) / (2 * 8 * 12 / (20 * 19)))
    assert row["ac1"] == pytest.approx((0.8 - 0.48) / 0.52)
    assert row["bp"] == pytest.approx(0.6)
    assert row["kappa_max"] == 1
    assert row["reason"] == ""
    assert row["warning"] == "no interval over documents: there are fewer than three"


def test_a_draw_of_one_document_thrice_is_that_document_thrice() -> None:
    """Of 27 draws one is A three times, and one B three times: the ends."""
    third = HOPE[HOPE["document_id"].eq("B")].assign(document_id="C")
    row = take_row(measure_by_code(join(HOPE, third), cut(A=6, B=4, C=4)))
    # A thrice: 36 ratings, 18 of them hope, and 6 units of 18 on which they differ
    assert row["alpha_low"] == pytest.approx(1 - (6 / 18) / (2 * 18 * 18 / (36 * 35)))
    assert row["alpha_high"] == 1
    assert row["percent_low"] == pytest.approx(4 / 6)
    assert row["warning"] == "over 3 documents an interval is too narrow"


# In every second document they agree on all units, in the others on none.
EIGHT = join(
    *(
        put(who, "hope", {letter: range(first, 20, 2)})
        for n, letter in enumerate("ABCDEFGH")
        for who, first in (("ana", 0), ("bo", n % 2))
    )
)
OF_EIGHT = cut(**dict.fromkeys("ABCDEFGH", 20))


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_lies_within_its_intervals(name: str) -> None:
    """The documents differ much: units drawn as if they did not say too much."""
    row = take_row(measure_by_code(EIGHT, OF_EIGHT))
    assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
    assert row[f"{name}_low_units"] < row[name] < row[f"{name}_high_units"]
    over_units = row[f"{name}_high_units"] - row[f"{name}_low_units"]
    assert row[f"{name}_high"] - row[f"{name}_low"] > 2 * over_units


def test_the_codes_asked_for_in_their_order() -> None:
    codings = join(HOPE, put("ana", "fear", {"A": [4]}))
    assert measure_by_code(codings, TEN)["code_id"].tolist() == ["fear", "hope"]
    asked = ["hope", "doubt", "fear"]
    measured = measure_by_code(codings, TEN, code_ids=iter(asked))
    assert measured["code_id"].tolist() == asked
    assert measured["n_coded"].tolist() == [5, 0, 1]
    none = measure_by_code(codings, TEN, code_ids=[])
    assert none.empty
    assert none.columns.tolist() == COLUMNS


@pytest.mark.parametrize("over", ["", "_units"])
def test_the_same_seed_gives_the_same_table(over: str) -> None:
    uneven = EIGHT.drop(EIGHT.index[3::7])
    one, again, other = (
        measure_by_code(uneven, OF_EIGHT, seed=seed) for seed in (5, 5, 6)
    )
    pd.testing.assert_frame_equal(one, again)
    ends = [f"{name}_{end}{over}" for name in NAMES for end in ("low", "high")]
    assert one[ends].ne(other[ends]).any(axis=None)
    assert one[[*NAMES]].equals(other[[*NAMES]])


def test_a_code_that_nobody_used_has_no_figures() -> None:
    row = take_row(measure_by_code(HOPE, TEN, code_ids=["doubt"]))
    assert row["reason"] == "nobody put the code on any of these units"
    assert row[FIGURES].isna().all()
    assert row["n_units"] == 10
    assert row["n_coded"] == row["share_coded"] == 0
    assert row["warning"] == ""


def test_one_coder_has_nobody_to_agree_with() -> None:
    alone = HOPE[HOPE["coder_id"].eq("ana")]
    row = take_row(measure_by_code(alone, TEN))
    assert row["reason"] == "no unit was rated by two coders"
    assert row[[*FIGURES, "share_coded"]].isna().all()
    assert row[["n_units", "n_documents", "n_coded"]].tolist() == [0, 0, 0]


def test_where_both_coded_every_unit_there_is_nothing_to_agree_on() -> None:
    everywhere = {"A": range(6), "B": range(4)}
    codings = join(put("ana", "hope", everywhere), put("bo", "hope", everywhere))
    row = take_row(measure_by_code(codings, TEN))
    assert row["reason"] == "only one value was given: nothing to agree on"
    assert row["percent"] == 1
    assert row[[*BEYOND_CHANCE, "kappa_max"]].isna().all()


def test_of_one_document_there_is_no_interval_over_documents() -> None:
    row = take_row(measure_by_code(HOPE, TEN[:6]))
    assert row["n_documents"] == 1
    assert row["alpha"] == pytest.approx(1 - (2 / 6) / (2 * 6 * 6 / (12 * 11)))
    assert np.isnan(row["alpha_low"])
    assert row["alpha_low_units"] < row["alpha"] < row["alpha_high_units"]
    assert "no interval over documents: there are fewer than three" in row["warning"]


def test_where_no_disagreement_was_seen_the_interval_is_missing() -> None:
    same = HOPE[HOPE["coder_id"].eq("ana")]
    same = join(same, same[same["document_id"].eq("B")].assign(document_id="C"))
    codings = join(same, same.assign(coder_id="bo"))
    row = take_row(measure_by_code(codings, cut(A=6, B=4, C=4)))
    assert row[BEYOND_CHANCE].eq(1).all()
    assert row[["alpha_low", "alpha_high", "alpha_low_units"]].isna().all()
    assert "no disagreement was seen" in row["warning"]


def test_where_many_draws_hold_one_value_the_interval_is_missing() -> None:
    third = HOPE[HOPE["document_id"].eq("B")].assign(document_id="C")
    fear = join(put("ana", "fear", {"A": [0, 1]}), put("bo", "fear", {"A": [1]}))
    units = cut(A=6, B=4, C=4)
    codings = join(HOPE, third, fear)
    row = take_row(measure_by_code(codings, units, code_ids=["fear"]))
    assert row["alpha"] < 1
    assert np.isnan(row["alpha_low"])
    assert "draws of them leave nothing to compare" in row["warning"]


@pytest.mark.parametrize("n", [1, 4, 5])
def test_fewer_than_five_places_are_few(n: int) -> None:
    codings = join(
        HOPE, put("ana", "fear", {"A": range(n)}), put("bo", "fear", {"A": range(1)})
    )
    row = take_row(measure_by_code(codings, TEN, code_ids=["fear"]))
    assert row["n_coded"] == n
    assert say_few(row) == (str(n) if n < 5 else "")


def say_few(row: pd.Series) -> str:
    """How few places the warning says there are to go by."""
    said = re.search(r"only (\d+) \w+ to go by", row["warning"])
    return said[1] if said else ""


def test_a_rare_code_is_told_from_a_code_that_is_agreed_on() -> None:
    """Both put it on three of a hundred units, and on as many again each alone."""
    codings = join(
        put("ana", "fear", {"A": [0, 1, 2, 3], "B": [0, 1]}),
        put("bo", "fear", {"A": [0, 1, 5, 6], "B": [0, 8]}),
        put("ana", "hope", {"A": range(0, 50, 2), "B": range(25)}),
        put("bo", "hope", {"A": range(0, 48, 2), "B": range(26)}),
    )
    measured = measure_by_code(codings, cut(A=50, B=50)).set_index("code_id")
    fear, hope = measured.loc["fear"], measured.loc["hope"]
    assert fear["percent"] == pytest.approx(0.94)
    assert fear["alpha"] < 0.6 < fear["ac1"]
    assert "agree on 94 % of the units" in fear["warning"]
    assert "prevalence paradox" in fear["warning"]
    assert hope["percent"] == pytest.approx(0.98)
    assert "paradox" not in hope["warning"]


def test_nearly_all_is_not_all() -> None:
    """Of 5,000 units they differ on three: 99.94 %, and none has both."""
    codings = join(
        put("ana", "fear", {"A": [0]}),
        put("bo", "fear", {"A": [1], "B": [0]}),
        put("ana", "hope", {"B": [5]}),
    )
    units = cut(A=2500, B=2500)
    row = take_row(measure_by_code(codings, units, code_ids=["fear"]))
    assert row["percent"] == pytest.approx(0.9994)
    assert "agree on 99.9 % of the units" in row["warning"]


def test_a_passage_of_many_characters_is_one_passage() -> None:
    turns = speak(A=6, B=4)
    codings = join(HOPE, put("ana", "fear", {"A": [0]}), put("bo", "fear", {"A": [0]}))
    units = cut_characters(turns, codings)
    row = take_row(measure_by_code(codings, units, code_ids=["fear"]))
    assert row["n_coded"] == 5
    assert say_few(row) == "1"


def test_coded_leaves_out_units_that_nobody_coded() -> None:
    """Fear makes a unit coded, too: a sixth beside the five with hope."""
    codings = join(HOPE, put("ana", "fear", {"A": [5, 0]}))
    measured = measure_by_code(codings, TEN, among="coded").set_index("code_id")
    hope = measured.loc["hope"]
    assert hope["units"] == AMONG["coded"]
    assert hope["n_units"] == 6
    assert hope["n_coded"] == 5
    assert hope["percent"] == pytest.approx(4 / 6)
    assert hope["kappa"] == pytest.approx((4 / 6 - 20 / 36) / (16 / 36))
    assert measured.loc["fear", "n_coded"] == 2
    everything = measure_by_code(codings, TEN).set_index("code_id")
    assert everything.loc["hope", "n_units"] == 10


def test_what_a_coder_left_out_of_the_comparison_coded_is_not_coded() -> None:
    codings = join(HOPE, put("cy", "fear", {"C": [0]}))
    row = take_row(
        measure_by_code(codings, cut(A=6, B=4, C=2), code_ids=["hope"], among="coded")
    )
    assert row["n_units"] == 5
    assert row["n_documents"] == 2


def test_a_coder_alone_on_other_documents_is_left_out() -> None:
    """Two are left, so that kappa is Cohen's and has a highest value."""
    lone = join(HOPE, put("cy", "hope", {"C": [0, 1]}), put("ana", "hope", {"D": [1]}))
    units = cut(A=6, B=4, C=4, D=4)
    row = take_row(measure_by_code(lone, units))
    assert row["n_coders"] == 2
    pd.testing.assert_series_equal(row, take_row(measure_by_code(HOPE, TEN)))
    book = take_row(measure_codebook(lone, units))
    pd.testing.assert_series_equal(book, take_row(measure_codebook(HOPE, TEN)))


def test_who_worked_may_leave_out_a_coder() -> None:
    codings = join(HOPE, put("cy", "hope", {"A": [0, 5], "B": [3]}))
    worked = pd.DataFrame(
        [*product(("ana", "bo"), "AB")], columns=["coder_id", "document_id"]
    )
    for measure in (measure_by_code, measure_codebook):
        pd.testing.assert_series_equal(
            take_row(measure(codings, TEN, worked=worked)),
            take_row(measure(HOPE, TEN)),
        )


def test_two_coders_of_different_documents_share_no_unit() -> None:
    codings = join(put("ana", "hope", {"A": [0]}), put("bo", "hope", {"B": [0]}))
    for measure in (measure_by_code, measure_codebook):
        row = take_row(measure(codings, TEN))
        assert row["reason"] == "no unit was rated by two coders"
        assert row[FIGURES].isna().all()


def test_who_worked_is_told_where_a_coder_found_nothing() -> None:
    """Bo read C and put nothing there: agreement on the absence, not a gap."""
    pairs = [("ana", "A"), ("bo", "A"), ("ana", "B"), ("bo", "B"), ("bo", "C")]
    codings = join(HOPE, put("ana", "hope", {"C": [0]}))
    worked = pd.DataFrame([*pairs, ("ana", "C")], columns=["coder_id", "document_id"])
    units = cut(A=6, B=4, C=2)
    told = take_row(measure_by_code(codings, units, worked=worked))
    assert told["n_units"] == 12
    assert told["percent"] == pytest.approx(9 / 12)
    assert take_row(measure_by_code(codings, units))["n_units"] == 10
    without = take_row(measure_by_code(codings, units, worked=worked[:4]))
    assert without["n_units"] == 10
    assert without["n_coded"] == 5


def test_three_coders_have_congers_kappa() -> None:
    third = put("cy", "hope", {"A": [0, 2, 4], "B": [0, 1]})
    codings = join(HOPE, third)
    row = take_row(measure_by_code(codings, TEN))
    ratings = rate_code(codings, TEN, code_id="hope")
    assert row["n_coders"] == 3
    assert row["kappa"] == pytest.approx(conger_kappa(ratings))
    assert np.isnan(row["kappa_max"])


def test_a_character_is_a_unit_by_its_size() -> None:
    """The same figures, intervals too, as with a row for each character."""
    turns = speak(A=3, B=2, C=2)
    codings = join(
        put("ana", "hope", {"A": [0, 2], "B": [0], "C": [1]}),
        put("bo", "hope", {"A": [0, 1], "B": [0], "C": [1]}),
    )
    bo = codings["coder_id"].eq("bo")
    codings = codings.assign(end=codings["end"] + 4 * bo)
    runs = cut_characters(turns, codings)
    assert runs["n_characters"].sum() == 70 > len(runs)
    each = runs.loc[runs.index.repeat(runs["n_characters"])].drop(
        columns="n_characters"
    )
    within = each.groupby(["document_id", "unit"]).cumcount()
    each = each.assign(start=each["start"] + within, end=each["start"] + within + 1)
    each = each.reset_index(drop=True)
    for among in ("all", "coded"):
        by_run = measure_by_code(codings, runs, among=among)
        by_character = measure_by_code(codings, each, among=among)
        over_units = [
            name for name in by_run if name.endswith("_units") and name != "n_units"
        ]
        assert by_run[over_units].isna().all(axis=None)  # no character is a draw
        pd.testing.assert_frame_equal(
            by_run.drop(columns=[*over_units, "warning"]),
            by_character.drop(columns=[*over_units, "warning"]),
        )
        pd.testing.assert_frame_equal(
            measure_codebook(codings, runs, among=among).drop(columns=over_units),
            measure_codebook(codings, each, among=among).drop(columns=over_units),
        )
    row = take_row(measure_by_code(codings, runs))
    assert row["n_units"] == 70
    # A: 2–11, 12–21 and 22–27; B: 2–11; C: 12–20
    assert row["n_coded"] == 9 + 9 + 5 + 9 + 8
    # A: 7–11, 12–21 and 22–27; B: 7–11; C: 17–20
    assert row["percent"] == pytest.approx(1 - (4 + 9 + 5 + 4 + 3) / 70)


def test_the_set_of_codes_by_hand() -> None:
    codings = join(
        put("ana", "hope", {"A": [0, 1]}),
        put("bo", "hope", {"A": [0, 1]}),
        put("bo", "fear", {"A": [1]}),
        put("bo", "doubt", {"A": [2]}),
    )
    row = take_row(measure_codebook(codings, cut(A=4)))
    assert row[["code_id", "attribute"]].tolist() == ["", ""]
    assert row[["n_units", "n_coders", "n_coded"]].tolist() == [4, 2, 3]
    assert row["share_coded"] == pytest.approx(5 / 8)
    assert row["percent"] == pytest.approx(2 / 4)
    # {hope} 3, {hope, fear} 1, {doubt} 1, {} 3 of 8: those two are 2/3 apart, others 1
    expected = 2 * (3 * 2 / 3 + 3 * 1 + 3 * 3 + 1 * 1 + 1 * 3 + 1 * 3) / (8 * 7)
    assert row["alpha"] == pytest.approx(1 - (2 * (2 / 3 + 1) / 8) / expected)
    assert row[["kappa", "ac1", "pi", "bp"]].isna().all()
    coded = take_row(measure_codebook(codings, cut(A=4), among="coded"))
    assert coded["n_units"] == 3
    assert coded["percent"] == pytest.approx(1 / 3)


def test_the_set_of_codes_of_one_coder_is_measured_with_nobody() -> None:
    for among in ("all", "coded"):
        for codings in (HOPE[:4], HOPE[:0]):
            row = take_row(measure_codebook(codings, TEN, among=among))
            assert row["reason"]
            assert row[FIGURES].isna().all()


STANCES = join(
    put("ana", "hope", {"A": [0, 1], "B": [0, 2]}, "supports"),
    put("ana", "hope", {"B": [1]}, "contradicts"),
    put("bo", "hope", {"A": [0, 1], "B": [0]}, "supports"),
    put("bo", "hope", {"B": [1, 3]}, "qualifies"),
    put("bo", "hope", {"B": [2]}),
)
POSSIBLE = {"stance": ["supports", "qualifies", "contradicts", "neutral"]}


def test_an_attribute_is_compared_where_both_said_something() -> None:
    """Four units: bo alone coded one more, and said nothing of another."""
    row = take_row(measure_attributes(STANCES, TEN, attributes=POSSIBLE))
    assert row[["code_id", "attribute"]].tolist() == ["", "stance"]
    assert row[["n_units", "n_coded", "n_documents"]].tolist() == [4, 4, 2]
    assert row["percent"] == pytest.approx(0.75)
    assert row["kappa"] == pytest.approx((0.75 - 9 / 16) / (7 / 16))
    assert row["bp"] == pytest.approx((0.75 - 0.25) / 0.75)
    assert row["units"] == "units and codes of which two coders say something"


def test_two_values_of_one_coder_differ_from_each() -> None:
    more = put("bo", "hope", {"A": [0]}, "neutral")
    row = take_row(measure_attributes(join(STANCES, more), TEN, attributes=POSSIBLE))
    assert row["percent"] == pytest.approx(0.5)
    assert row["bp"] == pytest.approx((0.5 - 0.2) / 0.8)


@pytest.mark.parametrize(
    "codings", [STANCES.assign(stance=""), STANCES[:5], STANCES[:0]]
)
def test_an_attribute_of_which_nobody_or_one_says_anything(codings) -> None:
    row = take_row(measure_attributes(codings, TEN, attributes=POSSIBLE))
    assert row["n_units"] == 0
    assert row["reason"]
    assert row[FIGURES].isna().all()


def test_without_attributes_there_are_no_rows() -> None:
    none = measure_attributes(STANCES, TEN, attributes={})
    assert none.empty
    assert none.columns.tolist() == COLUMNS


SIZES = {"A": 3, "B": 2}


@st.composite
def draw_codings(draw: st.DrawFn) -> pd.DataFrame:
    places = [(d, number) for d, n in SIZES.items() for number in range(n)]
    cells = product(("ana", "bo", "cy"), ("hope", "fear"), places)
    drawn = draw(st.lists(st.sampled_from([*cells]), unique=True, max_size=14))
    stances = st.sampled_from(["", "supports", "contradicts"])
    return join(
        HOPE[:0],
        *(
            put(who, code_id, {document_id: [number]}, draw(stances))
            for who, code_id, (document_id, number) in drawn
        ),
    )


def keep_shared(ratings: pd.DataFrame) -> pd.DataFrame:
    """The units that two or more rated, by the coders who rated any of them."""
    shared = ratings.loc[:, ratings.notna().sum() > 1]
    return shared.dropna(how="all")


def list_given(ratings: pd.DataFrame) -> set[object]:
    shared = keep_shared(ratings)
    return {each for row in shared.to_numpy() for each in row if not is_gap(each)}


def is_gap(value: object) -> bool:
    return value is None or value != value


@settings(max_examples=50, deadline=None)
@given(codings=draw_codings())
def test_a_row_is_what_the_ratings_give(codings: pd.DataFrame) -> None:
    units = cut(**SIZES)
    measured = measure_by_code(codings, units, code_ids=["hope"])
    ratings = rate_code(codings, units, code_id="hope")
    shared = keep_shared(ratings)
    row = take_row(measured)
    assert row["n_units"] == shared.shape[1]
    if not row["n_coded"]:
        assert row[FIGURES].isna().all()
        return
    own = {
        "alpha": krippendorff_alpha(ratings),
        "percent": percent_agreement(shared),
        "ac1": gwet_ac(shared, values=[0, 1]),
        "bp": brennan_prediger(shared, values=[0, 1]),
    }
    if len(shared) == 2:
        own["kappa"] = cohen_kappa(shared)
        own["kappa_max"] = cohen_kappa_max(shared)
        own["pi"] = scott_pi(shared)
    else:
        own["kappa"] = conger_kappa(shared)
    for name, figure in own.items():
        assert row[name] == pytest.approx(figure, nan_ok=True), name
    book = take_row(measure_codebook(codings, units))
    sets = krippendorff_alpha(rate_sets(codings, units), metric="masi")
    assert book["alpha"] == pytest.approx(sets, nan_ok=True)


TOLD = pd.DataFrame(
    [*product(("ana", "bo"), SIZES)], columns=["coder_id", "document_id"]
)


@settings(max_examples=60, deadline=None)
@given(
    codings=draw_codings(), among=st.sampled_from(["all", "coded"]), told=st.booleans()
)
def test_nothing_is_one_for_want_of_anything_to_compare(
    codings: pd.DataFrame, among: Among, told: bool
) -> None:
    """Where a figure is 1, coders gave two different values to units they share."""
    units, worked = cut(**SIZES), TOLD if told else None
    if told:
        codings = codings[codings["coder_id"].ne("cy")]
    every = {
        code_id: rate_code(codings, units, code_id=code_id, worked=worked)
        for code_id in ("hope", "fear")
    }
    counted = sum(rated.fillna(0) for rated in every.values()).gt(0).any()
    counted |= among == "all"
    measured = measure_by_code(
        codings, units, code_ids=[*every], worked=worked, among=among
    ).set_index("code_id")
    for code_id, rated in every.items():
        values = list_given(rated.loc[:, counted])
        expect_no_empty_one(measured.loc[code_id], values)
    book = measure_codebook(codings, units, worked=worked, among=among)
    sets = rate_sets(codings, units, worked=worked).loc[:, counted]
    expect_no_empty_one(take_row(book), list_given(sets))


@settings(max_examples=30, deadline=None)
@given(codings=draw_codings())
def test_no_attribute_is_one_for_want_of_anything_to_compare(
    codings: pd.DataFrame,
) -> None:
    units = cut(**SIZES)
    said = rate_attribute(codings, units, attribute="stance")
    row = take_row(measure_attributes(codings, units, attributes=POSSIBLE))
    expect_no_empty_one(row, list_given(said))


def expect_no_empty_one(row: pd.Series, values: set[object]) -> None:
    for name in (*BEYOND_CHANCE, "kappa_max"):
        if np.isnan(row[name]):
            continue
        assert len(values) > 1, name
        assert row[name] <= 1 + 1e-12
    if len(values) < 2:
        assert row["reason"]
    elif row["n_coded"]:
        assert not np.isnan(row["alpha"])
