from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest

from evalkit.analysis.saturation import (
    count_new_codes,
    draw_saturation,
    draw_saturation_by_group,
    find_saturation,
    name_saturation,
    try_saturation,
)

NEW = pd.DataFrame({"n_new": [16, 10, 7, 4, 2, 1, 1, 0, 1, 0, 0, 0]})


def coded(**codes: str) -> pd.DataFrame:
    """Codings from document = letters, one code each."""
    pairs = [(document, code) for document, said in codes.items() for code in said]
    return pd.DataFrame(pairs, columns=["document_id", "code_id"])


def curve(codings: pd.DataFrame, *documents: str, **options: object) -> pd.DataFrame:
    return draw_saturation(codings, documents=documents, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base", "run", "threshold", "reached"),
    [
        (4, 2, 0.05, "6+2"),
        (4, 2, 0.0, "9+2"),
        (4, 3, 0.05, "7+3"),
        (5, 2, 0.05, "6+2"),
        (6, 3, 0.0, "9+3"),
    ],
)
def test_the_settings_reach_saturation_where_the_reference_does(
    base: int, run: int, threshold: float, reached: str
):
    runs = find_saturation(NEW, base=base, run=run, threshold=threshold)
    assert name_saturation(runs) == reached
    assert runs["is_saturated"].sum() == 1


def test_the_ratios_are_those_of_the_reference():
    ratios = find_saturation(NEW)["ratio"].iloc[:3]
    assert [f"{ratio:.3f}" for ratio in ratios] == ["0.081", "0.054", "0.027"]
    assert f"{find_saturation(NEW, base=5)['ratio'].iloc[0]:.4f}" == "0.0513"


def test_a_ratio_at_the_threshold_is_enough():
    at = pd.DataFrame({"n_new": [20, 0, 0, 0, 1, 0]})
    assert name_saturation(find_saturation(at)) == "4+2"


def test_twelve_settings_are_tried_and_each_failure_has_its_reason():
    tried = try_saturation(NEW)
    assert len(tried) == 12
    assert tried["n_base"].to_list() == [37] * 4 + [39] * 4 + [40] * 4
    assert tried.loc[0, ["reached", "n_interviews"]].to_list() == ["6+2", 8]
    few = try_saturation(NEW.iloc[:6]).set_index(["base", "run", "threshold"])
    assert few.loc[(4, 2, 0.05), "reason"] == "no run of 2 brings 5% or less"
    assert few.loc[(4, 2, 0.0), "reason"] == "every run of 2 brings something"
    assert few.loc[(6, 3, 0.0), "reason"] == "6 interviews, of 9 needed"
    assert few["n_interviews"].isna().all()
    assert try_saturation(NEW.iloc[:4])["n_base"].isna().sum() == 8


def test_without_a_code_in_the_base_nothing_is_saturated():
    runs = find_saturation(pd.DataFrame({"n_new": [0] * 7}))
    assert runs["ratio"].isna().all()
    assert not runs["is_saturated"].any()
    assert set(runs["reason"]) == {"no code in the first 4 interviews"}
    assert name_saturation(runs) == ""


def test_too_few_interviews_have_no_run():
    assert find_saturation(NEW.iloc[:5]).empty
    assert len(find_saturation(NEW.iloc[:6])) == 1


def test_a_code_is_new_once_in_the_order_given():
    codings = coded(A="xy", B="xxz")
    there = count_new_codes(codings, order=["A", "C", "B"])
    assert there["n_new"].to_list() == [2, 0, 1]
    back = count_new_codes(codings, order=["B", "C", "A"])
    assert back["n_known"].to_list() == [2, 2, 3]


def test_an_order_must_be_given_and_hold_every_document_once():
    with pytest.raises(TypeError):
        count_new_codes(coded(A="x"))  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="'A' has codings"):
        count_new_codes(coded(A="x"), order=["B"])
    with pytest.raises(ValueError, match="'A' stands twice"):
        count_new_codes(coded(A="x"), order=["A", "A"])
    with pytest.raises(ValueError, match="'A' has codings"):
        curve(coded(A="x"), "B")


def test_no_codings_bring_no_codes():
    none = coded(A="x").iloc[:0]
    assert count_new_codes(none, order=["A", "B"])["n_known"].to_list() == [0, 0]
    assert count_new_codes(none, order=[]).empty
    drawn = curve(none, *"ABCDEFG")
    assert drawn["mean"].to_list() == [0] * 7
    assert drawn["share_saturated"].isna().all()
    assert curve(none).empty


def test_the_mean_is_near_that_of_all_orders():
    held = {"v": 1, "w": 2, "x": 4, "y": 7, "z": 8}
    names = "ABCDEFGH"
    codings = coded(
        **{
            d: "".join(c for c, m in held.items() if at < m)
            for at, d in enumerate(names)
        }
    )
    exact = [
        sum(1 - comb(8 - m, k) / comb(8, k) for m in held.values()) for k in range(1, 9)
    ]
    drawn = curve(codings, *names, n_orders=4000, seed=3)
    assert np.abs(drawn["mean"] - exact).max() < 0.05
    assert drawn["low"].le(drawn["mean"]).all()
    assert drawn["high"].ge(drawn["mean"]).all()
    assert drawn.loc[7, ["low", "mean", "high"]].to_list() == [5, 5, 5]
    assert drawn["n_new_mean"].sum() == pytest.approx(5)


def test_it_does_not_matter_in_which_order_documents_are_given():
    codings = coded(A="x", B="xy", C="z", D="")
    given = curve(codings, *"ABCD", seed=5)
    pd.testing.assert_frame_equal(given, curve(codings[::-1], *"DBCA", seed=5))
    assert not given.equals(curve(codings, *"ABCD", seed=6))


def test_the_share_saturated_is_that_of_the_orders():
    # One document has all codes: saturated unless it comes among the last two of six.
    codings = coded(A="vwxyz")
    drawn = curve(codings, *"ABCDEF", n_orders=3000)
    assert drawn["share_saturated"].iloc[:5].eq(0).all()
    assert drawn["share_saturated"].iloc[5] == pytest.approx(4 / 6, abs=0.04)
    early = curve(codings, *"ABCDEF", n_orders=3000, setting=(1, 1, 0.0))
    assert early["share_saturated"].iloc[1] == pytest.approx(1 / 6, abs=0.04)
    assert curve(codings, *"ABCDE")["share_saturated"].isna().all()


def test_each_group_is_drawn_on_its_own_and_one_document_has_no_band():
    documents = pd.DataFrame(
        {"document_id": list("ABCD"), "side": ["near", "near", "far", ""]}
    )
    codings = coded(A="x", B="y", C="xyz", D="q")
    drawn = draw_saturation_by_group(codings, documents, by="side")
    assert drawn["side"].to_list() == ["far", "near", "near"]
    assert drawn["mean"].to_list() == [3, 1, 2]
    assert drawn["low"].isna().to_list() == [True, False, False]
    with pytest.raises(ValueError, match="'E' has codings"):
        draw_saturation_by_group(coded(E="x"), documents, by="side")
    assert draw_saturation_by_group(codings, documents.assign(side=""), by="side").empty


@pytest.mark.parametrize("setting", [(0, 2, 0.05), (4, 0, 0.05), (4, 2, -0.1)])
def test_a_setting_out_of_range_is_refused(setting: tuple[int, int, float]):
    with pytest.raises(ValueError, match="out of range"):
        curve(coded(A="x"), "A", setting=setting)
