"""How far the coders of a study agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import pandas as pd

from evalkit.analysis.agreement import RELIABLE, TENTATIVE
from evalkit.analysis.agreement_by_code import (
    COLUMNS,
    FEW,
    Among,
    measure_attributes,
    measure_by_code,
    measure_codebook,
)
from evalkit.analysis.disagreements import find_disagreements
from evalkit.analysis.frequency import roll_up
from evalkit.analysis.ratings import (
    cut_characters,
    place_codings,
)
from evalkit.analysis.unitizing_by_code import measure_unitizing_by_code
from evalkit.analysis.units import cut_units
from evalkit.coding.log import CONSENSUS
from evalkit.study.read import Study
from evalkit.study.suggest import split_by_language

By = Literal["turn", "sentence", "character"]
THEME, CODE, CODEBOOK, ATTRIBUTE = "theme", "code", "codebook", "attribute"
_FIRST, _LAST = ["of", "code_id", "attribute", "name", "unit"], COLUMNS[-3:]
_REST = [each for each in COLUMNS[:-3] if each not in _FIRST]
_SPANS = ["u_alpha", "u_alpha_low", "u_alpha_high"]


def measure_coders(
    study: Study, *, by: By = "turn", among: Among = "all"
) -> pd.DataFrame:
    """Measure how far the people who coded a study agree, in the words of respondents.

    Compared are the human coders, the consensus left out, in the documents that two of
    them coded, or marked as read to the end; as far as each of them came, where they
    marked less. `by` is the unit; `among` says which units count.

    One row a theme (with its codes), a code, the codebook as a whole, and an attribute:
    of ("theme", "code", "codebook", "attribute"), code_id, attribute, name, unit, then
    as in `measure_by_code`, and for themes and codes u_alpha with u_alpha_low and
    u_alpha_high, which compares the stretches themselves (`measure_unitizing_by_code`),
    over whole transcripts. Codes that only hold others have no row of their own. Where
    no two people coded the same document the table is empty.
    """
    codings, worked, ends = _find_compared(study)
    if worked.empty:
        return pd.DataFrame(columns=[*_FIRST, *_REST, *_SPANS, *_LAST])
    units = cut_study(study, codings, by=by, ends=ends)
    codes = study.codes
    parents = {*codes["parent_id"]} - {""}
    used = {*codings["code_id"]}
    own = [c for c in codes["code_id"] if c in used or c not in parents]
    themes = codes[codes["parent_id"].eq("")]

    def measure(marked: pd.DataFrame, code_ids: Iterable[str]) -> pd.DataFrame:
        by_unit = measure_by_code(
            marked, units, code_ids=code_ids, worked=worked, among=among
        )
        spans = _measure_spans(marked, worked, ends)
        told = _tell_outside(marked, units)
        warnings = zip(by_unit["code_id"], by_unit["warning"], strict=True)
        by_unit["warning"] = [
            "; ".join(filter(None, (told.get(code_id), warning)))
            for code_id, warning in warnings
        ]
        return by_unit.merge(spans, on="code_id", how="left")

    tables = {
        THEME: measure(codings.pipe(roll_up, codes), themes["code_id"]),
        CODE: measure(codings, own),
        CODEBOOK: measure_codebook(codings, units, worked=worked, among=among),
        ATTRIBUTE: measure_attributes(
            codings,
            units,
            attributes=_list_attributes(study, codings),
            worked=worked,
        ),
    }
    filled = [table.assign(of=of) for of, table in tables.items() if len(table)]
    measured = pd.concat(filled, ignore_index=True)
    names = dict(zip(codes["code_id"], codes["name"], strict=True))
    measured["name"] = measured["code_id"].map(names).fillna(measured["attribute"])
    measured["name"] = measured["name"].replace("", "all codes together")
    measured["unit"] = by
    return measured[[*_FIRST, *_REST, *_SPANS, *_LAST]]


def summarise(measured: pd.DataFrame) -> str:
    """Say in a line how many codes reach which of Krippendorff's bounds."""
    codes = measured[measured["of"].eq(CODE)]
    alpha = codes["alpha"].round(3)
    n = int(codes["n_documents"].max()) if len(codes) else 0
    high, low = alpha.ge(RELIABLE), alpha.lt(TENTATIVE)
    n_few = int(codes.loc[high, "n_coded"].lt(FEW).sum())
    few = f" ({n_few} on fewer than five units)" if n_few else ""
    between = int(alpha.notna().sum() - high.sum() - low.sum())
    n_none = int(alpha.isna().sum())
    undefined = f", {n_none} cannot be measured" if n_none else ""
    return (
        f"{n} {'documents' if n != 1 else 'document'} in common; of {len(codes)} codes "
        f"{high.sum()} reach alpha .800{few}, {between} more .667, {low.sum()} do not"
        f"{undefined}"
    )


def list_disagreements(
    study: Study, *, by: By = "turn", among: Among = "all"
) -> pd.DataFrame:
    """List where the people who coded a study differ: see `find_disagreements`."""
    codings, worked, ends = _find_compared(study)
    units = cut_study(study, codings, by=by, ends=ends)
    if among == "coded":
        units = units.iloc[place_codings(codings, units)["unit_row"].unique()]
    return find_disagreements(
        codings,
        units,
        attributes=_list_attributes(study, codings),
        worked=worked,
        decisions=study.decisions,
    )


def list_compared(study: Study) -> list[str]:
    """List the human coders who coded, or read to the end, what another did too."""
    return sorted(_find_compared(study).worked["coder_id"].unique())


def cut_study(
    study: Study, codings: pd.DataFrame, *, by: By, ends: Mapping[str, int]
) -> pd.DataFrame:
    """Cut respondents' turns into units; nobody codes an interviewer's.

    `ends` says how far each document is compared.
    """
    if by == "sentence":
        cut = [
            cut_units(turns[turns["role"].eq("respondent")], by=by, language=language)
            for language, turns in split_by_language(study)
        ]
        units = pd.concat(cut, ignore_index=True)
    else:
        own = study.turns[study.turns["role"].eq("respondent")]
        units = cut_units(own) if by == "turn" else cut_characters(own, codings)
    return units[units["start"].lt(_look_up(units, ends))]


class _Compared(NamedTuple):
    """The codings to be compared, who worked on which document, and up to where."""

    codings: pd.DataFrame
    worked: pd.DataFrame
    ends: dict[str, int]


def _find_compared(study: Study) -> _Compared:
    """Find what two people read, as far as all of a document's coders came."""
    coders = study.coders
    people = coders.loc[coders["kind"].eq("human"), "coder_id"]
    people = people[people.ne(CONSENSUS)]
    codings = study.codings[study.codings["coder_id"].isin(people)]
    key = ["coder_id", "document_id"]
    coded = codings.groupby(key)["end"].max().rename("coded_to").reset_index()
    reads = study.reads[study.reads["coder_id"].isin(people)]
    came = coded.merge(reads.rename(columns={"end": "read_to"}), on=key, how="outer")
    # Who says nothing of how far they read, and codes, read it all.
    whole = _look_up(came, {name: len(text) for name, text in study.texts.items()})
    reached = came[["read_to", "coded_to"]].max(axis=1).where(came["read_to"].notna())
    came["end"] = reached.fillna(whole)
    own = study.turns[study.turns["role"].eq("respondent")]
    last = _look_up(came, own.groupby("document_id")["end"].max().to_dict())
    came = came[came["coded_to"].notna() | came["end"].ge(last)]
    n_coders = came.groupby("document_id")["coder_id"].transform("size")
    came = came[n_coders > 1]
    least = came.groupby("document_id")["end"].min()
    ends = {str(name): int(end) for name, end in least.items()}
    shared = codings["coder_id"].isin(came["coder_id"])
    shared &= codings["start"].lt(_look_up(codings, ends))
    worked = came[key].reset_index(drop=True)
    return _Compared(codings[shared].reset_index(drop=True), worked, ends)


def _tell_outside(codings: pd.DataFrame, units: pd.DataFrame) -> dict[str, str]:
    """Tell, of each code, the passages that lie on no unit, and so are not compared."""
    outside = ~codings["coding_id"].isin(place_codings(codings, units)["coding_id"])
    counts = outside.groupby(codings["code_id"]).agg(["sum", "size"])
    return {
        str(code_id): f"{n} of {of} passages are not in respondents' words, and not "
        "compared"
        for code_id, n, of in counts[counts["sum"] > 0].itertuples()
    }


def _look_up(rows: pd.DataFrame, ends: Mapping[Any, float]) -> pd.Series:
    return rows["document_id"].map(ends).astype("float64")


def _measure_spans(
    codings: pd.DataFrame, worked: pd.DataFrame, ends: Mapping[str, int]
) -> pd.DataFrame:
    continua = pd.DataFrame(
        [(name, 0, end) for name, end in ends.items()],
        columns=["document_id", "start", "end"],
    )
    cut = codings["end"].clip(upper=_look_up(codings, ends))
    measured = measure_unitizing_by_code(
        codings.assign(end=cut.astype("int64")), continua, worked=worked
    )
    columns = {"low": "u_alpha_low", "high": "u_alpha_high"}
    return measured.rename(columns=columns)[["code_id", *_SPANS]]


def _list_attributes(study: Study, codings: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List the attributes with values to choose from, as far as coders used them."""
    return {
        name: values
        for name, values in study.codebook.attributes.items()
        if len(values) > 1 and codings[name].ne("").any()
    }
