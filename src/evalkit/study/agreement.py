"""How far the coders of a study agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from evalkit.analysis.agreement_by_code import (
    COLUMNS,
    Among,
    measure_attributes,
    measure_by_code,
    measure_codebook,
)
from evalkit.analysis.disagreements import find_disagreements
from evalkit.analysis.frequency import roll_up
from evalkit.analysis.ratings import cut_characters, list_worked
from evalkit.analysis.unitizing_by_code import measure_unitizing_by_code
from evalkit.analysis.units import cut_units
from evalkit.coding.log import CONSENSUS
from evalkit.study.read import Study
from evalkit.study.suggest import split_by_language

By = Literal["turn", "sentence", "character"]
THEME, CODE, CODEBOOK, ATTRIBUTE = "theme", "code", "codebook", "attribute"
# Krippendorff (2004: 241): rely on .800, draw tentative conclusions from .667.
RELIABLE, TENTATIVE = 0.8, 0.667
_FIRST, _LAST = ["of", "code_id", "attribute", "name", "unit"], COLUMNS[-3:]
_REST = [each for each in COLUMNS[:-3] if each not in _FIRST]
_SPANS = ["u_alpha", "u_alpha_low", "u_alpha_high"]


def measure_coders(
    study: Study, *, by: By = "turn", among: Among = "all"
) -> pd.DataFrame:
    """Measure how far the people who coded a study agree, in the words of respondents.

    Compared are the human coders, the consensus left out, in the documents that two of
    them coded, or read to the end. `by` is the unit; `among` says which units count.

    One row a theme (with its codes), a code, the codebook as a whole, and an attribute:
    of ("theme", "code", "codebook", "attribute"), code_id, attribute, name, unit, then
    as in `measure_by_code`, and for themes and codes u_alpha with u_alpha_low and
    u_alpha_high, which compares the stretches themselves (`measure_unitizing_by_code`),
    over whole transcripts. Codes that only hold others have no row of their own. Where
    no two people coded the same document the table is empty.
    """
    codings, worked = _find_compared(study)
    if worked.empty:
        return pd.DataFrame(columns=[*_FIRST, *_REST, *_SPANS, *_LAST])
    units = cut_study(study, codings, by=by)
    codes = study.codes
    parents = {*codes["parent_id"]} - {""}
    used = {*codings["code_id"]}
    own = [c for c in codes["code_id"] if c in used or c not in parents]
    themes = codes.loc[codes["parent_id"].eq("") & codes["code_id"].isin(parents)]

    def measure(marked: pd.DataFrame, code_ids: Iterable[str]) -> pd.DataFrame:
        by_unit = measure_by_code(
            marked, units, code_ids=code_ids, worked=worked, among=among
        )
        spans = _measure_spans(study, marked, worked)
        return by_unit.merge(spans, on="code_id", how="left")

    tables = {
        THEME: measure(codings.pipe(roll_up, codes), themes["code_id"]),
        CODE: measure(codings, own),
        CODEBOOK: measure_codebook(codings, units, worked=worked, among=among),
        ATTRIBUTE: measure_attributes(
            codings, units, attributes=_list_attributes(study, codings)
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
    alpha = codes["alpha"]
    n = int(codes["n_documents"].max()) if len(codes) else 0
    high = int(alpha.ge(RELIABLE).sum())
    low = int(alpha.lt(TENTATIVE).sum())
    between = int(alpha.notna().sum()) - high - low
    undefined = (
        f", {n_none} cannot be measured" if (n_none := int(alpha.isna().sum())) else ""
    )
    return (
        f"{n} {'documents' if n != 1 else 'document'} in common; of {len(codes)} codes "
        f"{high} reach alpha .800, {between} more .667, {low} do not{undefined}"
    )


def list_disagreements(study: Study, *, by: By = "turn") -> pd.DataFrame:
    """List where the people who coded a study differ: see `find_disagreements`."""
    codings, worked = _find_compared(study)
    return find_disagreements(
        codings,
        cut_study(study, codings, by=by),
        attributes=_list_attributes(study, codings),
        worked=worked,
        decisions=study.decisions,
    )


def list_compared(study: Study) -> list[str]:
    """List the human coders who coded, or read to the end, what another did too."""
    return sorted(_find_compared(study)[1]["coder_id"].unique())


def cut_study(study: Study, codings: pd.DataFrame, *, by: By) -> pd.DataFrame:
    """Cut respondents' turns into units; nobody codes an interviewer's."""
    if by == "sentence":
        cut = [
            cut_units(turns[turns["role"].eq("respondent")], by=by, language=language)
            for language, turns in split_by_language(study)
        ]
        return pd.concat(cut, ignore_index=True)
    own = study.turns[study.turns["role"].eq("respondent")]
    return cut_units(own) if by == "turn" else cut_characters(own, codings)


def _find_compared(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the codings to be compared, and who worked on which document."""
    coders = study.coders
    people = coders.loc[coders["kind"].eq("human"), "coder_id"]
    people = people[people.ne(CONSENSUS)]
    codings = study.codings[study.codings["coder_id"].isin(people)]
    own = study.turns[study.turns["role"].eq("respondent")]
    last = own.groupby("document_id", as_index=False)["end"].max()
    reads = study.reads[study.reads["coder_id"].isin(people)]
    reads = reads.merge(last, on="document_id", suffixes=("", "_of_last"))
    reads = reads[reads["end"].ge(reads["end_of_last"])]
    worked = pd.concat([list_worked(codings), reads[["coder_id", "document_id"]]])
    worked = worked.drop_duplicates()
    n_coders = worked.groupby("document_id")["coder_id"].transform("size")
    worked = worked[n_coders > 1].reset_index(drop=True)
    shared = codings["coder_id"].isin(worked["coder_id"])
    shared &= codings["document_id"].isin(worked["document_id"])
    return codings[shared].reset_index(drop=True), worked


def _measure_spans(
    study: Study, codings: pd.DataFrame, worked: pd.DataFrame
) -> pd.DataFrame:
    continua = pd.DataFrame(
        [(name, 0, len(text)) for name, text in study.texts.items()],
        columns=["document_id", "start", "end"],
    )
    continua = continua[continua["document_id"].isin(worked["document_id"])]
    measured = measure_unitizing_by_code(codings, continua, worked=worked)
    ends = {"low": "u_alpha_low", "high": "u_alpha_high"}
    return measured.rename(columns=ends)[["code_id", *_SPANS]]


def _list_attributes(study: Study, codings: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List the attributes with values to choose from, as far as coders used them."""
    return {
        name: values
        for name, values in study.codebook.attributes.items()
        if len(values) > 1 and codings[name].ne("").any()
    }
