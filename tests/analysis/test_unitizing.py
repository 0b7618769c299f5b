from __future__ import annotations

from itertools import pairwise, permutations, product
from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalkit.analysis.unitizing import fill_gaps, measure_unitizing
from evalkit.analysis.unitizing_2004 import measure_unitizing_2004
from evalkit.analysis.unitizing_by_code import measure_unitizing_by_code
from evalkit.errors import EvalkitError

Unit = tuple[str, str, int, int, str]  # document, coder, start, end, code
COLUMNS = ["document_id", "coder_id", "start", "end", "code_id"]


def make_units(*units: Unit) -> pd.DataFrame:
    frame = pd.DataFrame(list(units), columns=COLUMNS)
    return frame.astype({"start": "int64", "end": "int64"})


def make_continua(**lengths: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"document_id": list(lengths), "start": 0, "end": list(lengths.values())}
    )


def read_all(coders: str, documents: str) -> pd.DataFrame:
    pairs = list(product(coders, documents))
    return pd.DataFrame(pairs, columns=["coder_id", "document_id"])


def measure(units: pd.DataFrame, **lengths: int) -> pd.DataFrame:
    return measure_unitizing(fill_gaps(units, make_continua(**lengths)))


def give_values(measured: pd.DataFrame) -> dict[str, float]:
    names = measured["coefficient"] + measured["code_id"]
    return dict(zip(names, measured["value"], strict=True))


def make_holes() -> pd.DataFrame:
    one = [("", 0, 2), ("k", 3, 14), ("", 15, 21), ("k", 22, 52), ("", 53, 55)]
    two = [("", 0, 2), ("k", 3, 9), ("", 10, 21), ("k", 22, 52), ("", 53, 55)]
    three = [("", 0, 21), ("k", 22, 45), ("", 46, 55)]
    rows = [
        ("A", coder, start, end, code)
        for coder, segments in zip("xyz", (one, two, three), strict=True)
        for code, start, end in segments
    ]
    return make_units(*rows)


SAME = make_units(
    ("A", "ana", 0, 10, "legit"),
    ("A", "ana", 20, 30, "morale"),
    ("A", "bo", 0, 10, "legit"),
    ("A", "bo", 20, 30, "morale"),
)
SWAPPED = SAME.assign(code_id=["legit", "morale", "morale", "legit"])
SHIFTED = SAME.assign(start=[0, 20, 2, 20], end=[10, 30, 12, 28])
FIVE = make_units(
    ("A", "Alex", 2, 5, "1"),
    ("A", "Paul", 2, 5, "1"),
    ("A", "Paul", 10, 20, "2"),
    ("A", "Susan", 2, 5, "2"),
    ("A", "Susan", 15, 20, "2"),
)
# The same family, straight from the formulas, character by character.


def work_out(units: pd.DataFrame, lengths: dict[str, int]) -> dict[str, float]:
    """Every coefficient and the coverage, from lists of what stands where."""
    codes = ["", *sorted(set(units["code_id"]))]
    o = dict.fromkeys(product(codes, codes), 0.0)
    squares, met_squares = dict.fromkeys(codes, 0.0), dict.fromkeys(codes, 0.0)
    for document, length in lengths.items():
        here = units[units["document_id"].eq(document)]
        coders = sorted(set(here["coder_id"]))
        if len(coders) < 2:
            continue
        line = {coder: [""] * length for coder in coders}
        for _, coder, start, end, code in here[COLUMNS].itertuples(index=False):
            squares[code] += (end - start) ** 2
            line[coder][start:end] = [code] * (end - start)
        for one, other in permutations(coders, 2):
            for c, k in zip(line[one], line[other], strict=True):
                o[c, k] += 1 / (len(coders) - 1)
            for unit in here[here["coder_id"].eq(one)].itertuples():
                met = sum(k != "" for k in line[other][unit.start : unit.end])
                met_squares[unit.code_id] += met**2 / (len(coders) - 1)
        squares[""] += sum(each.count("") for each in line.values())
    length_of = {c: sum(o[c, k] for k in codes) for c in codes}
    total = sum(length_of.values())
    if not total:
        return {}

    def expect(margins: dict[str, float], own: dict[str, float]) -> dict:
        total = sum(margins.values())
        below = total - sum(own[c] for c in margins) / total
        return {
            (c, k): (margins[c] * margins[k] - (own[c] if c == k else 0)) / below
            for c, k in product(margins, margins)
        }

    def divide(above: float, below: float) -> float:
        return above / below if below > 1e-9 else nan

    e = expect(length_of, squares)
    found = {
        "u_alpha": 1
        - divide(
            total - sum(o[c, c] for c in codes), total - sum(e[c, c] for c in codes)
        ),
        "binary_u_alpha": 1
        - divide(length_of[""] - o["", ""], sum(e["", k] for k in codes) - e["", ""]),
    }
    valued = {c: length_of[c] - o[c, ""] for c in codes if c}
    meeting = sum(valued.values())
    found["coverage"] = meeting / total
    if meeting - sum(met_squares.values()) / max(meeting, 1e-9) < 1e-9:
        return found | dict.fromkeys(
            ["cu_alpha", *(f"ku_alpha{c}" for c in valued)], nan
        )
    e = expect(valued, met_squares)
    agreed = sum(e[c, c] for c in valued)
    cu = divide(meeting - sum(o[c, c] for c in valued), meeting - agreed)
    found["cu_alpha"] = 1 - cu if agreed > -1e-9 else nan
    for k in valued:
        expected = sum(e[c, k] for c in valued)
        off = divide(valued[k] - o[k, k], expected - e[k, k])
        share = divide(expected, valued[k])
        found[f"ku_alpha{k}"] = 1 - share * off if e[k, k] > -1e-9 else nan
    return found


@st.composite
def codings(draw: st.DrawFn, *, codes: str = "abc") -> tuple[pd.DataFrame, dict]:
    lengths = {d: draw(st.integers(4, 30)) for d in "AB"[: draw(st.integers(1, 2))]}
    rows: list[Unit] = []
    for document, length in lengths.items():
        for coder in "wxyz"[: draw(st.integers(1, 4))]:
            cuts = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
            for start, end in pairwise(cuts):
                code = draw(st.sampled_from(["", *codes]))
                if code:
                    rows.append((document, coder, start, end, code))
    return make_units(*rows), lengths


@settings(max_examples=200, deadline=None)
@given(codings())
def test_all_coefficients_are_those_of_the_formulas_character_by_character(drawn):
    units, lengths = drawn
    measured = measure(units, **lengths)
    expected = work_out(units, lengths)
    found = give_values(measured)
    if not expected:
        assert np.isnan(list(found.values())).all()
        return
    coverage = expected.pop("coverage")
    assert measured["coverage"][0] == pytest.approx(coverage)
    assert found == pytest.approx(expected, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(codings())
def test_a_code_alone_is_measured_as_if_there_were_no_other(drawn):
    units, lengths = drawn
    continua = make_continua(**lengths)
    worked = units[["coder_id", "document_id"]].drop_duplicates()
    by_code = measure_unitizing_by_code(units, continua).set_index("code_id")
    for code in set(units["code_id"]):
        alone = units[units["code_id"].eq(code)]
        segments = fill_gaps(alone, continua, worked=worked)
        expected = give_values(measure_unitizing(segments))["u_alpha"]
        assert by_code.loc[code, "u_alpha"] == pytest.approx(expected, nan_ok=True)
    relevant = give_values(measure(units, **lengths))["binary_u_alpha"]
    assert by_code.loc["", "u_alpha"] == pytest.approx(relevant, nan_ok=True)


def test_segments_that_leave_holes_give_the_published_figure():
    found = give_values(measure_unitizing(make_holes()))
    assert found["u_alpha"] == pytest.approx(0.5671992508994135, abs=1e-15)


@pytest.mark.parametrize(
    ("units", "length", "family", "by_code", "coverage"),
    [
        (SAME, 40, [1, 1, 1], [1, 1], [0.5, 1, 1]),
        (SWAPPED, 40, [0.255, 1, -0.5], [-0.5, -0.5], [0.5, 1, 1]),
        (SHIFTED, 40, [0.770, 0.718, 1], [1, 1], [0.4, 0.8, 0.8889]),
        (FIVE, 60, [0.398, 0.524, 0.357], [0.3125, 0.391], [0.0778, 1, 0.4444]),
    ],
    ids=["same", "swapped", "shifted", "five"],
)
def test_the_family_gives_the_printed_figures(units, length, family, by_code, coverage):
    measured = measure(units, A=length)
    assert measured["value"].round(3).to_list()[:3] == family
    assert measured["value"].to_list()[3:] == pytest.approx(by_code, abs=0.0005)
    shares = measured["coverage"].round(4).to_list()
    assert shares == [coverage[0]] * 2 + coverage
    assert measured["n_units"].to_list()[:3] == [len(units)] * 3


def test_the_five_spans_do_not_give_the_widely_copied_figures():
    found = measure(FIVE, A=60)["value"].round(3).to_list()
    assert not {0.474, 0.433, 0.779} & set(found)


def test_alpha_of_2004_gives_the_printed_figures():
    spans = {
        "i": {"c": [(225, 70), (370, 30)], "k": [(180, 60), (300, 50)]},
        "j": {"c": [(220, 80), (355, 20), (400, 20)], "k": [(180, 60), (300, 50)]},
    }
    units = make_units(
        *(
            ("A", coder, begin, begin + long, code)
            for coder, by_code in spans.items()
            for code, each in by_code.items()
            for begin, long in each
        )
    )
    measured = measure_unitizing_2004(units, start=150, end=450).set_index("code_id")
    assert measured["alpha"].round(4).to_list()[:2] == [0.7286, 1.0]
    assert round(measured.loc["", "alpha"], 3) == 0.859
    disagreement = measured.loc["c", ["observed", "expected"]].astype("float64")
    assert disagreement.round(4).to_list() == [0.0144, 0.0532]
    assert measured["n_units"].to_list() == [5, 4, 9]
    assert measured["reason"].eq("").all()


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        (make_units(), "nobody coded anything"),
        (make_units(("A", "ana", 2, 5, "a")), "only one coder"),
        (
            make_units(("A", "ana", 0, 9, "a"), ("A", "bo", 0, 9, "a")),
            "everything is coded so, by everybody",
        ),
    ],
    ids=["nothing", "one coder", "everything"],
)
def test_alpha_of_2004_is_missing_where_nothing_could_differ(units, reason):
    measured = measure_unitizing_2004(units, start=0, end=9)
    assert measured["alpha"].isna().all()
    assert measured["reason"].eq(reason).all()


def test_alpha_of_2004_takes_a_coder_who_did_not_use_a_code_for_one_who_saw_a_gap():
    units = make_units(("A", "ana", 0, 5, "a"), ("A", "bo", 8, 10, "b"))
    measured = measure_unitizing_2004(units, start=0, end=20)
    assert measured["observed"][0] == 5**2 / 20**2
    assert measured["observed"][1] == 2**2 / 20**2
    assert (measured["alpha"] < 0).all()


def test_alpha_of_2004_is_of_one_document():
    units = make_units(("A", "ana", 2, 5, "a"), ("B", "bo", 2, 5, "a"))
    with pytest.raises(ValueError, match="one at a time"):
        measure_unitizing_2004(units, start=0, end=9)


# What is filled with gaps


def test_gaps_stand_before_between_and_after_units_and_touching_units_stay_two():
    units = make_units(
        ("A", "ana", 6, 8, "a"), ("A", "ana", 2, 4, "a"), ("A", "ana", 4, 5, "a")
    )
    continua = pd.DataFrame({"document_id": ["A"], "start": [1], "end": [9]})
    segments = fill_gaps(units, continua)
    spans = segments[["start", "end", "code_id"]].itertuples(index=False, name=None)
    assert list(spans) == [
        (1, 2, ""),
        (2, 4, "a"),
        (4, 5, "a"),
        (5, 6, ""),
        (6, 8, "a"),
        (8, 9, ""),
    ]


def test_a_coder_who_worked_through_a_document_without_coding_it_left_a_gap():
    units = make_units(("A", "ana", 2, 5, "a"), ("B", "bo", 0, 3, "a"))
    continua = make_continua(A=9, B=3, C=4)
    worked = pd.DataFrame({"coder_id": ["bo", "ana"], "document_id": ["A", "A"]})
    segments = fill_gaps(units, continua, worked=worked)
    bo = segments[segments["coder_id"].eq("bo")]
    assert bo["document_id"].to_list() == ["A", "B"]
    assert bo["code_id"].to_list() == ["", "a"]
    assert "C" not in set(segments["document_id"])
    with pytest.raises(ValueError, match="'D' was worked through"):
        fill_gaps(units, continua, worked=worked.assign(document_id="D"))


def test_overlapping_codings_of_one_coder_raise_and_say_where():
    units = make_units(("A", "ana", 2, 5, "a"), ("A", "ana", 4, 6, "b"))
    with pytest.raises(EvalkitError, match="ana's codings 2-5 and 4-6 in A overlap"):
        fill_gaps(units, make_continua(A=9))
    with pytest.raises(EvalkitError, match="code by code"):
        measure_unitizing(units)
    fill_gaps(units.assign(coder_id=["ana", "bo"]), make_continua(A=9))
    fill_gaps(units.assign(document_id=["A", "B"]), make_continua(A=9, B=9))


@pytest.mark.parametrize(
    ("unit", "what"),
    [
        (("A", "ana", 7, 10, "a"), "ana's coding 7-10 in A sticks out"),
        (("A", "ana", -1, 3, "a"), "sticks out"),
        (("B", "ana", 1, 3, "a"), "sticks out"),
        (("A", "ana", 3, 3, "a"), "has no length"),
        (("A", "ana", 1, 3, ""), "has no code"),
    ],
)
@pytest.mark.parametrize("function", [fill_gaps, measure_unitizing_by_code])
def test_a_coding_outside_its_continuum_or_without_length_or_code_raises(
    function, unit, what
):
    with pytest.raises(ValueError, match=what):
        function(make_units(unit), make_continua(A=9))


def test_a_document_has_one_continuum():
    unit = make_units(("A", "ana", 1, 3, "a"))
    twice = pd.concat([make_continua(A=9), make_continua(A=9)])
    with pytest.raises(ValueError, match="two continua"):
        fill_gaps(unit, twice)
    with pytest.raises(ValueError, match="ends before it starts"):
        fill_gaps(unit, make_continua(A=-9))


# What must hold


@settings(max_examples=50, deadline=None)
@given(codings(codes="ab"))
def test_coders_who_mark_the_same_agree_entirely_wherever_they_may_differ(drawn):
    units, lengths = drawn
    mine = units[units["coder_id"].eq("w")]
    assume(len(mine))
    units = pd.concat([mine.assign(coder_id=each) for each in "wxyz"])
    for found in (
        measure(units, **lengths)["value"],
        measure_unitizing_by_code(units, make_continua(**lengths))["u_alpha"],
    ):
        assert (found.dropna() == 1).all()


@settings(max_examples=50, deadline=None)
@given(codings(), st.permutations("wxyz"), st.permutations("abc"), st.integers(0, 9))
def test_names_and_where_a_text_begins_do_not_matter(drawn, coders, codes, shift):
    units, lengths = drawn
    before = give_values(measure(units, **lengths))
    names = dict(zip("abc", codes, strict=True))
    other = units.assign(
        coder_id=units["coder_id"].map(dict(zip("wxyz", coders, strict=True))),
        code_id=units["code_id"].map(names),
        start=units["start"] + shift,
        end=units["end"] + shift,
    ).iloc[::-1]
    continua = make_continua(**lengths)
    continua[["start", "end"]] += shift
    after = give_values(measure_unitizing(fill_gaps(other, continua)))
    moved = {f"ku_alpha{k}": f"ku_alpha{names[k]}" for k in "abc"}
    before = {moved.get(name, name): value for name, value in before.items()}
    assert after == pytest.approx(before, nan_ok=True)


def test_the_measure_of_length_matters_for_gaps_alone():
    larger = SHIFTED.assign(start=SHIFTED["start"] * 50, end=SHIFTED["end"] * 50)
    larger.loc[3, "code_id"] = "legit"
    smaller = SHIFTED.assign(code_id=larger["code_id"])
    large, small = measure(larger, A=2000)["value"], measure(smaller, A=40)["value"]
    assert large[2:].to_list() == pytest.approx(small[2:].to_list())
    assert large[0] != pytest.approx(small[0], abs=1e-4)
    assert large[0] == pytest.approx(small[0], abs=0.02)


def test_coders_who_mark_at_random_agree_as_chance_does():
    rng = np.random.default_rng(3)
    lengths = {f"d{n}": 2000 for n in range(60)}
    rows: list[Unit] = []
    for document, coder in product(lengths, "xyz"):
        cuts = np.sort(rng.choice(2000, 30, replace=False)).tolist()
        for start, end in zip(cuts[::2], cuts[1::2], strict=True):
            rows.append((document, coder, start, end, str(rng.choice(["a", "b"]))))
    units = make_units(*rows)
    measured = measure(units, **lengths)
    assert measured["value"].abs().max() < 0.05
    assert (measured["low"] < measured["value"]).all()
    assert (measured["value"] < measured["high"]).all()
    by_code = measure_unitizing_by_code(units, make_continua(**lengths))
    assert by_code["u_alpha"].abs().max() < 0.05
    assert by_code["coverage"].round(1).to_list() == [0.2, 0.2, 0.5]


def test_documents_are_summed_before_anything_is_divided():
    twice = pd.concat([SHIFTED, SHIFTED.assign(document_id="B")])
    together = SHIFTED.assign(start=SHIFTED["start"] + 40, end=SHIFTED["end"] + 40)
    in_two = measure(twice, A=40, B=40)
    in_one = measure(pd.concat([SHIFTED, together]), A=80)
    assert in_two["value"].to_list() == pytest.approx(in_one["value"].to_list())
    assert in_two["coverage"].to_list() == in_one["coverage"].to_list()
    assert in_two["n_documents"].eq(2).all()


def test_the_interval_is_that_of_documents_drawn_again():
    units = pd.concat(
        [SAME, SHIFTED.assign(document_id="B"), SHIFTED.assign(document_id="C")]
    )
    continua = make_continua(A=40, B=40, C=40)
    measured = measure_unitizing(fill_gaps(units, continua), seed=7)
    thrice = pd.concat([SHIFTED.assign(document_id=each) for each in "ABC"])
    ends = give_values(measure(thrice, A=40, B=40, C=40))
    assert measured["low"][0] == pytest.approx(ends["u_alpha"], abs=0.01)
    assert measured["high"][0] == 1
    again = measure_unitizing(fill_gaps(units.iloc[::-1], continua), seed=7)
    pd.testing.assert_frame_equal(measured, again)
    by_code = measure_unitizing_by_code(units, continua, seed=7)
    assert by_code["low"].to_list()[-1] == pytest.approx(measured["low"][1])
    assert by_code["high"].to_list() == [1, 1, 1]
    one = measure_unitizing_by_code(SHIFTED, continua)
    assert one[["low", "high"]].isna().all(axis=None)
    assert one["reason"].eq("").all()


def test_a_seed_draws_the_same_documents_whatever_the_order_of_rows():
    rng = np.random.default_rng(5)
    rows: list[Unit] = []
    for document, coder in product("ABCDEFGH", "xy"):
        start = int(rng.integers(0, 20))
        rows.append((document, coder, start, start + int(rng.integers(5, 20)), "a"))
        rows.append((document, coder, 40, 40 + int(rng.integers(2, 9)), "b"))
    continua = make_continua(**dict.fromkeys("ABCDEFGH", 50))
    segments = fill_gaps(make_units(*rows), continua)
    measured = measure_unitizing(segments, seed=7)
    shuffled = measure_unitizing(segments.iloc[::-1], seed=7)
    pd.testing.assert_frame_equal(measured, shuffled)
    assert measured["low"][0] != measure_unitizing(segments)["low"][0]
    by_code = measure_unitizing_by_code(make_units(*rows), continua, seed=7)
    other = measure_unitizing_by_code(make_units(*rows), continua)
    assert by_code["low"][2] == pytest.approx(measured["low"][1])
    assert by_code["low"][0] != other["low"][0]


def test_documents_that_one_coder_read_say_nothing():
    alone = make_units(("B", "ana", 0, 30, "legit"), ("C", "cy", 0, 3, "own"))
    units = pd.concat([SHIFTED, alone])
    continua = make_continua(A=40, B=40, C=40)
    measured = measure_unitizing(fill_gaps(units, continua))
    known = measured["code_id"].ne("own")
    pd.testing.assert_frame_equal(measured[known], measure(SHIFTED, A=40))
    (own,) = measured[~known].to_dict("records")
    assert own["reason"] == "nobody used it where two coders read"
    assert own["n_units"] == 0
    by_code = measure_unitizing_by_code(units, continua).set_index("code_id")
    assert by_code.loc["own", "reason"] == "nobody used it where two coders read"
    assert by_code["n_coders"].eq(2).all()
    assert by_code["n_documents"].eq(1).all()
    assert by_code["n_units"].to_dict() == {"legit": 2, "morale": 2, "own": 0, "": 4}


def test_whoever_worked_through_a_document_and_coded_nothing_disagrees():
    ana = make_units(("A", "ana", 0, 10, "a"))
    worked = read_all("b", "A").assign(coder_id="bo")
    continua = make_continua(A=20)
    assert measure_unitizing_by_code(ana, continua)["u_alpha"].isna().all()
    by_code = measure_unitizing_by_code(ana, continua, worked=worked)
    assert (by_code["u_alpha"] < 0).all()
    assert by_code["coverage"].to_list() == [0.25, 0.25]


def test_an_empty_document_is_not_counted():
    continua = make_continua(A=40, B=0)
    worked = pd.DataFrame({"coder_id": ["ana", "bo"], "document_id": "B"})
    by_code = measure_unitizing_by_code(SHIFTED, continua, worked=worked)
    assert by_code["n_documents"].eq(1).all()
    assert set(fill_gaps(SHIFTED, continua, worked=worked)["document_id"]) == {"A"}


# Codes that overlap


def test_overlapping_codings_of_one_code_are_joined_and_touching_ones_are_not():
    units = make_units(
        ("A", "ana", 0, 6, "a"),
        ("A", "ana", 1, 2, "a"),
        ("A", "ana", 5, 8, "a"),
        ("A", "ana", 8, 9, "a"),
        ("A", "ana", 7, 12, "b"),
        ("A", "bo", 0, 8, "a"),
        ("A", "bo", 8, 9, "a"),
        ("A", "bo", 2, 3, "b"),
    )
    measured = measure_unitizing_by_code(units.iloc[::-1], make_continua(A=20))
    measured = measured.set_index("code_id")
    assert measured["n_units"].to_dict() == {"a": 4, "b": 2, "": 3}
    assert measured["n_joined"].to_dict() == {"a": 2, "b": 0, "": 5}
    assert measured.loc["a", "u_alpha"] == 1
    assert measured.loc["a", "coverage"] == 18 / 40
    assert measured.loc["", "coverage"] == 21 / 40
    assert measured.loc["b", "u_alpha"] < 0
    touching = units.iloc[[0, 5]].assign(end=[8, 8])
    one_unit = measure_unitizing_by_code(touching, make_continua(A=20))
    assert one_unit["n_units"].to_list() == [2, 2]


# What cannot be told

EVERYTHING = make_units(("A", "ana", 0, 9, "a"), ("A", "bo", 0, 9, "a"))


@pytest.mark.parametrize(
    ("segments", "reasons"),
    [
        (make_units(), ["no document has two coders"] * 3),
        (make_units(("A", "ana", 0, 9, "")), ["no document has two coders"] * 3),
        (
            make_units(("A", "ana", 0, 9, ""), ("A", "bo", 0, 9, "")),
            ["nobody coded anything"] * 3,
        ),
        (
            EVERYTHING,
            [
                "everything carries the same code",
                "nothing is left uncoded",
                *["only one code where coders' units meet"] * 2,
            ],
        ),
        (
            make_units(
                ("A", "ana", 0, 4, "a"),
                ("A", "ana", 4, 9, ""),
                ("A", "bo", 0, 4, ""),
                ("A", "bo", 4, 9, "b"),
            ),
            [
                *["", "", "no units of two coders meet"],
                *["none of its units meets another coder's"] * 2,
            ],
        ),
        (
            make_units(("A", "ana", 0, 4, "a"), ("A", "bo", 5, 9, "a")),
            ["no two coders read the same place"] * 4,
        ),
        (
            make_units(
                *[("A", "ana", 0, 90, "a"), ("A", "ana", 90, 92, "")],
                *[("A", "bo", 89, 91, ""), ("A", "bo", 91, 99, "b")],
            ),
            [
                *["the segments lie mostly where nobody else read"] * 2,
                "no units of two coders meet",
                *["none of its units meets another coder's"] * 2,
            ],
        ),
    ],
    ids=["empty", "alone", "gaps", "everything", "apart", "holes", "mostly holes"],
)
def test_what_cannot_be_told_is_missing_with_the_reason(segments, reasons):
    measured = measure_unitizing(segments)
    assert measured["reason"].to_list() == reasons
    assert measured["value"].isna().to_list() == [bool(each) for each in reasons]
    assert measured[["low", "high"]].isna().all(axis=None)


def test_a_code_alone_that_cannot_be_told_is_missing_with_the_reason():
    continua = make_continua(A=9, B=9)
    everything = measure_unitizing_by_code(EVERYTHING, continua)
    assert everything["u_alpha"].isna().all()
    assert everything["reason"].eq("everything is coded so, by everybody").all()
    nobody = measure_unitizing_by_code(
        make_units(), continua, worked=read_all("xy", "AB")
    )
    assert nobody["code_id"].to_list() == [""]
    assert nobody["u_alpha"].isna().all()
    assert nobody["reason"].to_list() == ["nobody coded anything"]
    empty = measure_unitizing_by_code(make_units(), make_continua())
    assert empty["reason"].to_list() == ["no document has two coders"]
    alone = measure_unitizing_by_code(EVERYTHING.iloc[:1], continua)
    assert alone["reason"].eq("no document has two coders").all()
    emptied = EVERYTHING.iloc[:0]
    none = fill_gaps(emptied, continua, worked=read_all("xy", "AB"))
    assert none["code_id"].to_list() == [""] * 4


def test_one_disagreement_among_three_coders_is_not_called_agreement():
    units = make_units(("A", "x", 0, 5, "a"), ("A", "y", 0, 5, "b"))
    two = give_values(measure(units, A=20))
    assert two["cu_alpha"] == 0
    worked = read_all("xyz", "A")
    for coders in (worked, pd.concat([worked, read_all("vw", "A")])):
        segments = fill_gaps(units, make_continua(A=20), worked=coders)
        measured = measure_unitizing(segments)
        assert measured["value"][2:].isna().all()
        reasons = measured["reason"][2:]
        assert reasons.str.startswith("too few units meet").all()


def test_values_are_never_above_one():
    @settings(max_examples=200, deadline=None)
    @given(codings())
    def check(drawn):
        units, lengths = drawn
        measured = measure(units, **lengths)
        assert not (measured["value"] > 1).any()
        assert measured["coverage"].dropna().between(0, 1 + 1e-12).all()
        assert measured["value"].isna().eq(measured["reason"].ne("")).all()

    check()
