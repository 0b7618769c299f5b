"""How far coders agree on each code, on the whole codebook, and on attributes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.analysis.agreement import (
    explain_undefined,
    list_coefficients,
    measure_codes,
)
from evalkit.analysis.coefficients import Alpha, Coefficient, Kappa
from evalkit.analysis.ratings import (
    N_CHARACTERS,
    find_base,
    list_worked,
    mark_presence,
    place_codings,
    rate_attribute,
    rate_sets,
    size_units,
)
from evalkit.analysis.resampling import FEWEST_DOCUMENTS
from evalkit.analysis.scales import number_ratings, set_distances

Among = Literal["all", "coded"]
AMONG = {
    "all": "all units, those that nobody coded included",
    "coded": "units that somebody coded",
}
MANY_DOCUMENTS = 10  # below that, draws of documents promise too much
FEW = 5  # units with the code, below which a figure says little
_LOW, _HIGH = 0.6, 0.9
_WITH_INTERVALS = ("percent", "alpha", "kappa", "ac1")
_PLAIN = ("kappa_max", "pi", "bp")
_ENDS = ("", "_low", "_high", "_low_units", "_high_units")
_FIGURES = [f"{name}{end}" for name in _WITH_INTERVALS for end in _ENDS] + [*_PLAIN]
_NOTHING = dict.fromkeys(_FIGURES, float("nan"))
_COUNTS = ["n_units", "n_documents", "n_coders", "n_coded", "share_coded"]
COLUMNS = ["code_id", "attribute", *_COUNTS, *_FIGURES, "units", "warning", "reason"]


def measure_by_code(
    codings: pd.DataFrame,
    units: pd.DataFrame,
    *,
    code_ids: Iterable[str] | None = None,
    worked: pd.DataFrame | None = None,
    among: Among = "all",
    seed: int = 1,
) -> pd.DataFrame:
    """Measure how far coders agree on which units bear each code.

    `units` are turns, sentences (`cut_units`) or runs of characters
    (`cut_characters`), of the words that could be coded. `worked` says who worked on
    which document (`list_worked` of the codings otherwise); documents of one coder are
    left out. `among` says which units count: "all", or only those that somebody
    "coded", with any code.

    One row a code of `code_ids` (those of `codings` otherwise): code_id, attribute
    (""), n_units (rated by two coders), n_documents, n_coders, n_coded (units on which
    any coder put the code), share_coded (of all ratings), percent (agreement), alpha
    (Krippendorff's, nominal), kappa (Cohen's; Conger's of more than two coders) and ac1
    (Gwet's), each with `_low` and `_high`, the middle 95 % of 1,000 draws of documents,
    and `_low_units` and `_high_units`, of draws of units as if those of one document
    did not hang together (none of characters); kappa_max (the most Cohen's can be), pi
    (Scott's, Fleiss') and bp (Brennan & Prediger's); units (which count), warning, and
    reason, why figures are missing.
    """
    coders, base = _find_shared(units, codings, worked)
    placed = place_codings(codings, units)
    if among == "coded":
        base[:, mark_presence(base, coders, placed).max(axis=0, initial=-1) < 1] = -1
    names = sorted(placed["code_id"].unique()) if code_ids is None else [*code_ids]
    tools = list_coefficients(len(coders), 2)
    by_code = dict(iter(placed.groupby("code_id")))
    rows = []
    for code_id in names:
        its = by_code.get(code_id, placed[:0])
        rated = mark_presence(base, coders, its)
        row = _measure_row(rated, 2, tools, units, seed=seed)
        n_coded, share = _count_coded(rated, size_units(units))
        row |= {"code_id": code_id, "n_coded": n_coded, "share_coded": share}
        row["few"] = _count_places(rated, units)
        if row["n_units"] and not n_coded:
            row |= {**_NOTHING, "reason": "nobody put the code on any of these units"}
        rows.append(row)
    return _tabulate(rows, among)


def measure_codebook(
    codings: pd.DataFrame,
    units: pd.DataFrame,
    *,
    worked: pd.DataFrame | None = None,
    among: Among = "all",
    seed: int = 1,
) -> pd.DataFrame:
    """Measure how far coders agree on the set of codes that each unit bears.

    One row, as in `measure_by_code`, with code_id "": alpha is over sets, with the MASI
    distance (Passonneau 2006), and percent the share that bears the very same set.
    """
    coders, base = _find_shared(units, codings, worked)
    sets = rate_sets(codings, units, worked=worked)
    rated, values = number_ratings(sets.loc[coders])
    rated = np.where(base < 0, -1, rated)
    if among == "coded":
        empty = values.index(frozenset()) if frozenset() in values else -1
        rated[:, (np.isin(rated, [-1, empty])).all(axis=0)] = -1
    masi = {"alpha": Alpha(set_distances("masi", values))}
    row = _measure_row(rated, len(values), masi, units, seed=seed)
    same = {"percent": Kappa(np.eye(len(rated)), "none")}
    alike = _measure_row(_number_alike(rated), len(rated), same, units, seed=seed)
    row |= {name: alike[name] for name in _FIGURES if name.startswith("percent")}
    of = np.array([len(value) for value in values])
    coded = np.where(rated >= 0, of[rated], 0) > 0 if len(values) else rated > 0
    n_coded, share = _count_coded(np.where(rated < 0, -1, coded), size_units(units))
    row |= {"code_id": "", "n_coded": n_coded, "share_coded": share}
    return _tabulate([row], among)


def measure_attributes(
    codings: pd.DataFrame,
    units: pd.DataFrame,
    *,
    attributes: Mapping[str, Iterable[str]],
    worked: pd.DataFrame | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Measure how far coders who put the same code on a unit say the same of it.

    `attributes` are columns of `codings`, each with the values it can have. One row an
    attribute, as in `measure_by_code`: code_id "", attribute, n_units (units and codes
    of which two coders say something), n_coded the same.
    """
    own = codings
    if worked is not None:
        own = codings.merge(worked[["coder_id", "document_id"]].drop_duplicates())
    rows = []
    for attribute, possible in attributes.items():
        ratings = rate_attribute(own, units, attribute=attribute)
        found = {v for row in ratings.to_numpy() for v in row if isinstance(v, str)}
        values = [*dict.fromkeys([*possible, *sorted(found)])]
        rated, _ = number_ratings(ratings, values)
        tools = list_coefficients(len(rated), len(values))
        placed = ratings.columns.to_frame(index=False)
        row = _measure_row(rated, len(values), tools, placed, seed=seed)
        row |= {"attribute": attribute, "code_id": "", "n_coded": row["n_units"]}
        rows.append(row)
    frame = _tabulate(rows, "all")
    return frame.assign(units="units and codes of which two coders say something")


def _find_shared(
    units: pd.DataFrame, codings: pd.DataFrame, worked: pd.DataFrame | None
) -> tuple[list[str], NDArray[np.int8]]:
    """Give the coders, and the base of ratings, of documents that two worked on."""
    coders, base = find_base(units, list_worked(codings) if worked is None else worked)
    base[:, (base >= 0).sum(axis=0) < 2] = -1
    kept = np.flatnonzero((base >= 0).any(axis=1))
    return [coders[row] for row in kept], base[kept]


def _number_alike(rated: NDArray[np.integer]) -> NDArray[np.integer]:
    """Number, on each unit, those who rated it alike: by the first of them."""
    if not len(rated):
        return rated
    alike = (rated[:, None] == rated[None, :]).argmax(axis=1)
    return np.where(rated < 0, -1, alike)


def _measure_row(
    rated: NDArray[np.integer],
    n_values: int,
    tools: Mapping[str, Coefficient],
    units: pd.DataFrame,
    *,
    seed: int,
) -> dict[str, Any]:
    paired = (rated >= 0).sum(axis=0) > 1
    sizes = size_units(units)
    names = units["document_id"].to_numpy(str)
    row: dict[str, Any] = {
        "attribute": "",
        "n_units": int(sizes[paired].sum()),
        "n_documents": len(np.unique(names[paired])),
        "n_coders": len(rated),
        "few": int(paired.sum()),
        **_NOTHING,
        "reason": explain_undefined(rated),
    }
    if not paired.any():
        return row
    measured = measure_codes(
        rated[:, paired],
        n_values,
        tools,
        documents=np.unique(names[paired], return_inverse=True)[1],
        sizes=sizes[paired],
        seed=seed,
    )
    for name, figures in measured.items():
        ends = _ENDS if name in _WITH_INTERVALS else ("",)
        row |= {f"{name}{e}": v for e, v in zip(ends, figures.values(), strict=False)}
    if N_CHARACTERS in units:  # a character is no draw of its own
        row |= {name: float("nan") for name in _FIGURES if name.endswith("_units")}
    return {**row, "reason": row["reason"] if np.isnan(row["alpha"]) else ""}


def _count_coded(
    rated: NDArray[np.integer], sizes: NDArray[np.int64]
) -> tuple[int, float]:
    """Count the units on which anybody put the code, and its share of all ratings."""
    n_ratings = ((rated >= 0) * sizes).sum()
    coded = rated > 0
    share = (coded * sizes).sum() / n_ratings if n_ratings else float("nan")
    return int(sizes[coded.any(axis=0)].sum()), float(share)


def _count_places(rated: NDArray[np.integer], units: pd.DataFrame) -> int:
    """Count the units with the code; of characters, the stretches without a gap."""
    coded = np.asarray((rated > 0).any(axis=0))
    if N_CHARACTERS in units:
        before = units[["document_id", "end"]].shift().to_numpy()
        follows = (before == units[["document_id", "start"]].to_numpy()).all(axis=1)
        coded &= ~(follows & np.append(False, coded[:-1]))
    return int(coded.sum())


def _warn(row: Mapping[str, Any]) -> str:
    """Say in words what to keep in mind of a row's figures."""
    if row["reason"]:
        return ""
    said = []
    if row["few"] < FEW:
        n = f"{row['few']} places" if row["few"] > 1 else "1 place"
        said.append(f"only {n} to go by: one more or less moves the figures far")
    if row["percent"] >= _HIGH and row["alpha"] < _LOW <= row["ac1"]:
        percent = math.floor(1000 * row["percent"]) / 10
        said.append(
            f"the coders agree on {percent:g} % of the units, nearly all of them the "
            "same way; on the rest they agree less (prevalence paradox)"
        )
    if np.isnan(row["alpha_low"]):
        said.append(f"no interval over documents: {_say_why_none(row)}")
    elif row["n_documents"] < MANY_DOCUMENTS:
        said.append(f"over {row['n_documents']} documents an interval is too narrow")
    return "; ".join(said)


def _say_why_none(row: Mapping[str, Any]) -> str:
    if row["n_documents"] < FEWEST_DOCUMENTS:
        return "there are fewer than three"
    if row["alpha"] == 1:
        return "no disagreement was seen, so that no draw can show one"
    return "draws of them leave nothing to compare, or do not differ"


def _tabulate(rows: list[dict[str, Any]], among: Among) -> pd.DataFrame:
    whole = [{**row, "units": AMONG[among], "warning": _warn(row)} for row in rows]
    return pd.DataFrame(whole).reindex(columns=COLUMNS)
