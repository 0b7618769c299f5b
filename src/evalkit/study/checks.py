"""What is wrong with a study: every problem, with its file, place and mend."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evalkit.analysis.units import group_respondents, lay_codings
from evalkit.claims.ledger import (
    CONTRADICTS,
    NEUTRAL,
    QUALIFIES,
    STANCE,
    SUPPORTS,
    list_without_stance,
    widen_links,
)
from evalkit.claims.statements import FILE as CLAIMS_FILE
from evalkit.claims.statements import Claims, find_gaps
from evalkit.coding.codebook import FILE as CODEBOOK_FILE
from evalkit.coding.codebook import Codebook
from evalkit.coding.log import CONSENSUS
from evalkit.errors import Problem
from evalkit.study.settings import FILE as SETTINGS_FILE
from evalkit.study.settings import Settings
from evalkit.study.verdicts import FILE as VERDICTS_FILE
from evalkit.tables import find_unknown, list_rows, suggest
from evalkit.transcripts.label_lines import Unsure
from evalkit.transcripts.read import Transcript

EVERY_DOCUMENT = "*"
PART = "#"


def check_references(
    interviews: pd.DataFrame, respondents: pd.DataFrame, speakers: pd.DataFrame
) -> list[Problem]:
    """List what refers to a person or a document that is not there."""
    people = respondents["respondent_id"].to_list()
    documents = [*interviews["document_id"], EVERY_DOCUMENT]
    return [
        *(
            problem
            for file, table in (
                ("interviews.csv", interviews),
                ("speakers.csv", speakers),
            )
            for problem in find_unknown(
                table["respondent_id"], people, file=file, of="respondents.csv"
            )
        ),
        *find_unknown(
            speakers["document_id"],
            documents,
            file="speakers.csv",
            of="interviews.csv, or write * for every document",
        ),
    ]


def split_part(folder: Path, file: str) -> tuple[str, str]:
    """Split `file.csv#part`; a `#` in the name of a file that is there is its own."""
    if (folder / "transcripts" / file).exists():
        return file, ""
    name, _, part = file.partition(PART)
    return name, part


def find_transcript(folder: Path, file: str) -> Path:
    """Find the file of a document, as `interviews.csv` names it."""
    return folder / "transcripts" / split_part(folder, file)[0]


def check_consent(
    respondents: pd.DataFrame, interviews: pd.DataFrame, speakers: pd.DataFrame
) -> list[Problem]:
    """Absent is not yes: a person whose words are here has said yes or no to each."""
    heard = {*interviews["respondent_id"], *speakers["respondent_id"]} - {""}
    problems = []
    for row, person in zip(respondents.index, list_rows(respondents), strict=True):
        date = str(person["withdrawn_on"])
        if date and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
            what = f"withdrawn_on of {person['respondent_id']} is {date!r}"
            mend = "write a date such as 2026-05-31, or nothing; they are left out"
            problems.append(Problem("respondents.csv", int(row) + 2, what, mend))
        is_out = date or person["may_analyse"] == "no"
        if person["respondent_id"] not in heard or is_out:
            continue
        empty = [c for c in ("may_analyse", "may_quote") if not person[c]]
        if empty:
            what = f"{person['respondent_id']}: {' and '.join(empty)} not filled in"
            mend = "write yes or no, as the person agreed"
            problems.append(Problem("respondents.csv", int(row) + 2, what, mend))
    return problems


def check_turns(
    turns: pd.DataFrame, transcripts: Mapping[str, Transcript]
) -> list[Problem]:
    """List the speakers that a person has to say something about, each once."""
    problems = []
    unsure: dict[str, list[tuple[str, Unsure]]] = defaultdict(list)
    for document_id, transcript in transcripts.items():
        for each in transcript.unsure:
            unsure[each.speaker].append((document_id, each))
    for speaker, found in unsure.items():
        document_id, first = found[0]
        n_others = len({each for each, _ in found}) - 1
        where = f"{document_id} and {n_others} more" if n_others else document_id
        whose = EVERY_DOCUMENT if n_others else document_id
        what = f"{where}: {speaker or 'text without a label'!r}: {first.what}"
        role = "interviewer" if speaker else "respondent"
        mend = f"say who it is in a row such as `{whose},{speaker},,{role}`"
        mend += "" if speaker else " (or other, for a title)"
        problems.append(Problem("speakers.csv", 0, what, mend, warning=True))
    lost = turns[turns["role"].eq("respondent") & turns["respondent_id"].eq("")]
    for _, (document_id, speaker) in (
        lost[["document_id", "speaker"]].drop_duplicates().iterrows()
    ):
        what = f"{document_id}: nobody knows which respondent {speaker!r} is"
        mend = f"write the respondent in a row `{document_id},{speaker},…,respondent`"
        problems.append(Problem("speakers.csv", 0, what, mend))
    return problems


def check_words(
    turns: pd.DataFrame, codings: pd.DataFrame, anchors: pd.DataFrame
) -> list[Problem]:
    """List the codings that lie on no respondent's words: they count for nobody."""
    own = turns[turns["respondent_id"].ne("")]
    counted = lay_codings(own, codings)["coding_id"].dropna()
    stray = codings[~codings["coding_id"].isin(counted)]
    stray = stray.merge(anchors[["coding_id", "line"]], on="coding_id")
    return [
        Problem(
            f"codings/{coder_id}.jsonl",
            int(rows["line"].iloc[0]),
            f"codings of {code_id!r} lie on no respondent's words ({len(rows)})",
            "they count for nobody: recode them, or say in speakers.csv who speaks",
            warning=True,
        )
        for (coder_id, code_id), rows in stray.groupby(["coder_id", "code_id"])
    ]


def check_claims(
    claims: Claims, codebook: Codebook, settings: Settings, counted: pd.DataFrame
) -> list[Problem]:
    """List what keeps claims from their evidence: unknown codes, unsaid stances, …"""
    problems = find_gaps(claims, codebook.codes, settings.questions)
    if claims.links.empty:
        return problems
    needed = {SUPPORTS, QUALIFIES, CONTRADICTS}
    if not needed <= {*codebook.attributes.get(STANCE, ())}:
        what = "claims need the attribute stance, which says how a passage bears on one"
        mend = f"write `stance: [{SUPPORTS}, {QUALIFIES}, {CONTRADICTS}, neutral]`"
        return [*problems, Problem(CODEBOOK_FILE, 0, what, mend)]
    rule = settings.strength
    if rule.strong.a_group_without_stake and not rule.with_a_stake:
        what = (
            "[strength] does not say which groups have a stake: nothing can be strong"
        )
        mend = "write `with_a_stake = [groups]` (or a_group_without_stake = false)"
        problems.append(Problem(SETTINGS_FILE, 0, what, mend, warning=True))
    odd = {*codebook.attributes[STANCE]} - needed - {NEUTRAL}
    for stance in sorted(odd):
        what = f"stance {stance!r} is no evidence for or against a claim"
        mend = f"write one of: {', '.join([*sorted(needed), NEUTRAL])}"
        problems.append(Problem(CODEBOOK_FILE, 0, what, mend, warning=True))
    links = widen_links(claims.links, codebook.codes)
    coded = links[links["code_id"].isin(counted["code_id"])]
    for claim_id in sorted({*links["claim_id"]} - {*coded["claim_id"]}):
        what = f"{claim_id}: nobody coded any of its codes yet"
        mend = "code it, or take it out"
        place = claims.lines[claim_id]
        problems.append(Problem(CLAIMS_FILE, place, what, mend, warning=True))
    for coder_id, code_id, n in list_without_stance(counted, links):
        what = f"codings of {code_id!r} bear on a claim, but have no stance ({n})"
        mend = "set it, or they are no evidence"
        file = f"codings/{coder_id}.jsonl"
        problems.append(Problem(file, 0, what, mend, warning=True))
    return problems


def check_settings(
    settings: Settings, respondents: pd.DataFrame, coders: pd.DataFrame
) -> list[Problem]:
    """List the groups, attributes and coders that study.toml names and nobody is."""
    groups = [each for each in respondents["group"].unique() if each]
    names = coders["coder_id"].to_list()
    problems = [
        Problem(
            SETTINGS_FILE,
            0,
            f"with_a_stake: nobody is in group {each!r}",
            suggest(each, groups, "respondents.csv"),
        )
        for each in settings.strength.with_a_stake
        if each not in groups
    ]
    people = group_respondents(respondents, settings.report_groups)
    for key, named, known in (
        ("attributions", settings.attributions, [*people["report_group"].unique()]),
        ("describe_by", settings.describe_by, [*respondents.columns]),
    ):
        for each in named:
            if len(respondents) and each not in known:
                mend = suggest(each, known, "respondents.csv, or take it out")
                what = f"{key}: {each!r} is nothing that is known of anybody"
                problems.append(Problem(SETTINGS_FILE, 0, what, mend, warning=True))
    for name, coder in settings.coders.items():
        if name not in names and not coder.counts:
            what = f"[coders] {name!r} has no log, so nothing is left uncounted"
            mend = suggest(name, names, "codings, or take it out")
            problems.append(Problem(SETTINGS_FILE, 0, what, mend, warning=True))
    if len(coders) and not coders["counts"].any():
        what = "[coders] nobody's codings count"
        mend = "take `counts = false` out somewhere"
        problems.append(Problem(SETTINGS_FILE, 0, what, mend, warning=True))
    return problems


def check_verdicts(verdicts: pd.DataFrame, claims: Claims) -> list[Problem]:
    """List the verdicts on claims that are not made."""
    known = claims.statements["claim_id"]
    return [
        replace(problem, warning=True)
        for problem in find_unknown(
            verdicts["claim_id"], known, file=VERDICTS_FILE, of=CLAIMS_FILE
        )
    ]


def check_consensus(counted: pd.DataFrame) -> list[Problem]:
    """Say where a passage counts twice: for the consensus, and for who was compared."""
    is_consensus = counted["coder_id"].eq(CONSENSUS)
    agreed = counted.loc[is_consensus, "document_id"].unique()
    also = counted[~is_consensus & counted["document_id"].isin(agreed)]
    return [
        Problem(
            f"codings/{CONSENSUS}.jsonl",
            0,
            f"{', '.join(sorted(codings['document_id'].unique()))}: what {coder_id} "
            "coded is counted beside the consensus",
            f"write `{coder_id} = {{ counts = false }}` under [coders] in study.toml "
            "when all is decided",
            warning=True,
        )
        for coder_id, codings in also.groupby("coder_id")
    ]


def find_unregistered(folder: Path, interviews: pd.DataFrame) -> list[Problem]:
    """List the transcripts that nobody registered."""
    registered = {split_part(folder, str(file))[0] for file in interviews["file"]}
    return [
        Problem(
            f"transcripts/{path.name}",
            0,
            "the file is not registered",
            "`evalkit add` it, or take it out",
            warning=True,
        )
        for path in sorted((folder / "transcripts").glob("*"))
        if path.is_file()
        and path.name not in registered
        and not path.name.startswith(".")
    ]
