"""A study opened for a report: its ledger, and who is to read it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from evalkit.analysis.saturation import draw_saturation
from evalkit.analysis.units import (
    cut_units,
    group_respondents,
    join_attributes,
    lay_codings,
)
from evalkit.claims.counter import find_counter_evidence, find_divided
from evalkit.claims.ledger import (
    CONTRADICTS,
    MIXED,
    QUALIFIES,
    SUPPORTS,
    find_evidence,
    list_positions,
    widen_links,
)
from evalkit.claims.sensitivity import try_scenarios
from evalkit.claims.statements import list_claims
from evalkit.claims.strength import rate_claims
from evalkit.report.attribution import attribute_people
from evalkit.report.passages import NOTES, find_judged, list_passages
from evalkit.study import Study, read_study
from evalkit.study.agreement import list_disagreements, measure_coders
from evalkit.study.guide import list_asked
from evalkit.study.suggest import find_traps
from evalkit.tables import list_rows

Audience = Literal["internal", "funder"]
INTERNAL, FUNDER = "internal", "funder"
DIRECTIONS = (SUPPORTS, QUALIFIES, MIXED, CONTRADICTS)
# Set while a Word document is built: it needs the charts as pictures.
PICTURES = "EVALKIT_PICTURES"


@dataclass(frozen=True)
class Report:
    """A study, its ledger, and who is to read the report (see `open_report`).

    `people` are the respondents who were heard, with report_group and attribution;
    `evidence`, `ratings`, `positions`, `passages`, `by_group` and `scenarios` are the
    tables of the claims (see the functions that make them). `since` is the folder of an
    earlier run.
    """

    study: Study
    audience: Audience
    since: str = ""

    @property
    def is_internal(self) -> bool:
        """Whether it is for the team: ids, every cell, every passage."""
        return self.audience == INTERNAL

    @property
    def is_strict(self) -> bool:
        """Whether even small counts within a group stay out (`small_cells`)."""
        return self.study.settings.small_cells == "strict" and not self.is_internal

    @property
    def with_pictures(self) -> bool:
        """Whether charts are wanted as pictures too."""
        return bool(os.environ.get(PICTURES))

    @property
    def k(self) -> int:
        """The fewest people that may be described."""
        return self.study.settings.k

    @cached_property
    def codings_by_id(self) -> dict[str, dict[str, Any]]:
        """Each coding, whoever's, by its id."""
        return {row["coding_id"]: row for row in list_rows(self.study.codings)}

    @cached_property
    def own_turns(self) -> dict[str, list[dict[str, Any]]]:
        """The turns of respondents, by document."""
        turns = self.study.turns[self.study.turns["respondent_id"].ne("")]
        return {
            str(document): list_rows(rows)
            for document, rows in turns.groupby("document_id")
        }

    @cached_property
    def notes(self) -> set[str]:
        """The documents that were taken down as notes, not word for word."""
        documents = self.study.documents
        return {*documents.loc[documents["voice"].eq(NOTES), "document_id"]}

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row a person heard."""
        settings = self.study.settings
        people = group_respondents(self.study.respondents, settings.report_groups)
        heard = people["respondent_id"].isin(self.study.turns["respondent_id"])
        people = people[heard].reset_index(drop=True)
        spoken = attribute_people(
            people,
            k=settings.k,
            nouns=settings.attributions,
            describe_by=settings.describe_by,
        )
        return people.merge(spoken, on="respondent_id")

    @cached_property
    def coded(self) -> pd.DataFrame:
        """The counted codings laid over turns, with the attributes of who speaks."""
        laid = lay_codings(cut_units(self.study.turns), self.study.counted)
        return join_attributes(laid, self.people)

    @cached_property
    def links(self) -> pd.DataFrame:
        """One row a claim and code that speaks for or against it."""
        return widen_links(self.study.claims.links, self.study.codes)

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """One row a respondent and claim, with report_group."""
        found = find_evidence(self.coded, self.links, self.study.respondents)
        return found.merge(
            self.people[["respondent_id", "report_group"]], on="respondent_id"
        )

    @cached_property
    def ratings(self) -> pd.DataFrame:
        """One row a claim or counted open question."""
        return rate_claims(
            self.evidence,
            rule=self.study.settings.strength,
            claim_ids=list_claims(self.study.claims),
        )

    @cached_property
    def asked(self) -> pd.DataFrame | None:
        """One row a claim and person it was put to; None where nobody recorded it."""
        return list_asked(self.study.guide, self.study.asked, self.study.turns)

    @cached_property
    def positions(self) -> pd.DataFrame:
        """One row a claim and person, silence included."""
        return list_positions(
            self.evidence,
            self.people,
            claim_ids=list_claims(self.study.claims),
            asked=self.asked,
        )

    @cached_property
    def by_group(self) -> pd.DataFrame:
        """One row a claim and report group: n_people, and how many say what."""
        groups = self.people.groupby("report_group", sort=False).size()
        order = [*self.study.settings.report_groups]
        named = sorted(groups.index, key=lambda g: order.index(g) if g in order else 99)
        sizes = pd.DataFrame({"report_group": pd.Series(named, dtype="str")})
        sizes = sizes.assign(n_people=groups[named].to_list())
        rows = self.ratings[["claim_id"]].merge(sizes, how="cross")
        key = ["claim_id", "report_group"]
        said = self.evidence[key].assign(
            **{each: self.evidence["direction"].eq(each) for each in DIRECTIONS}
        )
        counts = said.groupby(key, as_index=False)[[*DIRECTIONS]].sum()
        rows = rows.merge(counts, on=key, how="left")
        rows[[*DIRECTIONS]] = rows[[*DIRECTIONS]].fillna(0).astype("int64")
        return rows

    @cached_property
    def passages(self) -> pd.DataFrame:
        """One row a claim and coding that bears on it."""
        return list_passages(self.study, self.coded, self.links, self.evidence)

    @cached_property
    def told(self) -> set[str]:
        """Whose words may be told outside in the evaluator's: k of one description."""
        rows = find_judged(self.passages)
        rows = rows[rows["is_note"] | ~rows["may_quote"]]
        people = rows.groupby("attribution")["respondent_id"].nunique()
        many = people.index[people.ge(self.k)]
        return {*rows.loc[rows["attribution"].isin(many), "respondent_id"]}

    @cached_property
    def counter_evidence(self) -> pd.DataFrame:
        """One row a thing that speaks against a claim."""
        return find_counter_evidence(
            self.passages, self.positions, find_traps(self.study), self.links
        )

    @cached_property
    def divided(self) -> list[str]:
        """The claims on which groups disagree."""
        return find_divided(self.by_group)

    @cached_property
    def scenarios(self) -> pd.DataFrame:
        """One row a claim and scenario."""
        study = self.study
        coders = study.coders
        return try_scenarios(
            lay_codings(cut_units(study.turns), study.codings),
            self.links,
            study.respondents,
            rule=study.settings.strength,
            counting=coders.loc[coders["counts"], "coder_id"],
            claim_ids=list_claims(study.claims),
        )

    @cached_property
    def agreement(self) -> pd.DataFrame:
        """One row a theme, code, attribute …; none unless two coded the same."""
        return measure_coders(self.study)

    @cached_property
    def disagreements(self) -> pd.DataFrame:
        """One row a passage on which two coders differ; none likewise."""
        return list_disagreements(self.study)

    @cached_property
    def saturation(self) -> pd.DataFrame:
        """One row a number of interviews; none unless study.toml asks for it."""
        study = self.study
        if not study.settings.saturation or study.counted.empty:
            return pd.DataFrame()
        return draw_saturation(study.counted, documents=study.documents["document_id"])


def open_report(
    study: str | Path | Study, *, audience: Audience = "internal", since: str = ""
) -> Report:
    """Open a study (or its folder) for a report to an audience, internal or funder.

    `since` is the folder of an earlier run, to say what changed.
    """
    if audience not in (INTERNAL, FUNDER):
        raise ValueError(f"audience is 'internal' or 'funder', not {audience!r}")
    read = study if isinstance(study, Study) else read_study(study)
    return Report(read, audience, since)
