"""The passages behind a claim, and which of them a reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evalkit.analysis.units import find_own_words
from evalkit.claims.ledger import CONTRADICTS, STANCE, SUPPORTS
from evalkit.study import Study
from evalkit.study.verdicts import PARTLY, YES, find_stale
from evalkit.tables import BY_PASSAGE, QUOTABLE, list_rows

NOTES = "notes"  # a document's voice
PARAPHRASE_ONLY = "paraphrase only"
_BREATH = 220  # characters of a quotation that is read in one breath
_TURNED = {SUPPORTS: CONTRADICTS, CONTRADICTS: SUPPORTS}


def find_quotable(study: Study, own: pd.DataFrame) -> pd.Series:
    """Find the codings whose words their speaker lets be quoted.

    A no to a passage holds for every coding that shares a character with it, whoever
    made it. Who is asked for each passage agreed to these very words: not to words
    that changed since.
    """
    marks = study.codings.assign(mark=find_marks(study))
    no = marks.loc[~marks["mark"].isin(["", "yes"]), ["document_id", "start", "end"]]
    pairs = marks.merge(no, on="document_id", suffixes=("", "_no"))
    shares = pairs["start"].lt(pairs["end_no"]) & pairs["start_no"].lt(pairs["end"])
    free = marks[~marks["coding_id"].isin(pairs.loc[shares, "coding_id"])]
    as_said = study.anchors["status"].isin(["exact", "moved"])
    agreed = free.loc[free["mark"].eq("yes"), "coding_id"]
    agreed = agreed[agreed.isin(study.anchors.loc[as_said, "coding_id"])]
    says_yes = own["may_quote"].eq("yes") & own["coding_id"].isin(free["coding_id"])
    asked = own["may_quote"].isin(BY_PASSAGE) & own["coding_id"].isin(agreed)
    return own.loc[says_yes | asked, "coding_id"]


def find_marks(study: Study) -> pd.Series:
    """Give each coding's `quotable`, folded; "" where nothing is said."""
    if QUOTABLE not in study.codebook.attributes:
        return pd.Series("", index=study.codings.index)
    return study.codings[QUOTABLE].astype("str").str.strip().str.casefold()


def list_passages(
    study: Study, coded: pd.DataFrame, links: pd.DataFrame, evidence: pd.DataFrame
) -> pd.DataFrame:
    """List the passages that bear on each claim, the best to print first.

    `coded` is the counted codings laid over turns, with the attributes of who speaks
    and their `attribution`. One row a claim and coding: claim_id, coding_id, coder_id,
    code_id, respondent_id, report_group, attribution, document_id, start, end, words,
    is_note (taken down, not word for word), stance (towards the claim), is_direction
    (it is what the person counts as), may_quote (these words may be printed),
    may_paraphrase, bears_out, paraphrase,
    stale (the verdict is on another wording: "statement" or "words").
    """
    columns = ["coding_id", "respondent_id", "report_group", "attribution"]
    whose = coded.loc[coded["coding_id"].notna(), [*columns, "may_quote"]]
    whose = whose[whose["respondent_id"].ne("")].drop_duplicates("coding_id")
    quotable = find_quotable(study, whose)
    own = find_own_words(study.turns, study.counted)["coding_id"]
    whose = whose.assign(
        may_paraphrase=whose["may_quote"].isin(["yes", *BY_PASSAGE, PARAPHRASE_ONLY]),
        may_quote=whose["coding_id"].isin(quotable) & whose["coding_id"].isin(own),
    )
    rows = study.counted.rename(columns={"quotation": "words"}).merge(
        links, on="code_id"
    )
    # What was taken down as notes is nobody's words: no quotation marks.
    notes = study.documents.loc[study.documents["voice"].eq(NOTES), "document_id"]
    rows = rows.assign(is_note=rows["document_id"].isin(notes))
    rows = rows.merge(whose, on="coding_id").merge(
        evidence[["claim_id", "respondent_id", "direction"]],
        on=["claim_id", "respondent_id"],
    )
    stance = rows.get(STANCE, pd.Series("", index=rows.index))
    stance = stance.mask(rows["side"].eq("against"), stance.replace(_TURNED))
    rows = rows.assign(stance=stance, is_direction=stance.eq(rows["direction"]))
    rows = rows[rows["stance"].isin([SUPPORTS, CONTRADICTS, "qualifies"])]
    verdicts = study.verdicts[["claim_id", "coding_id", "bears_out", "paraphrase"]]
    verdicts = verdicts.assign(preferred=range(len(verdicts)))
    rows = rows.merge(verdicts, on=["claim_id", "coding_id"], how="left")
    stale = find_stale(study.verdicts, study.claims.statements, study.codings)
    rows = rows.merge(
        stale[["claim_id", "coding_id", "changed"]],
        on=["claim_id", "coding_id"],
        how="left",
    ).rename(columns={"changed": "stale"})
    texts = ["bears_out", "paraphrase", "stale"]
    rows[texts] = rows[texts].fillna("")
    off = (rows["words"].str.len() - _BREATH).abs()
    rows = rows.assign(off=off, preferred=rows["preferred"].fillna(len(verdicts)))
    rows = rows.sort_values(["preferred", "off", "coding_id"], ignore_index=True)
    return rows.drop(columns=["side", "off", "preferred", "memo", "at", "source"])


def find_judged(passages: pd.DataFrame) -> pd.DataFrame:
    """Find the passages that may be printed and were judged to bear out their claim."""
    judged = passages["bears_out"].isin([YES, PARTLY]) & passages["stale"].eq("")
    told = passages["paraphrase"].ne("") & passages["may_paraphrase"]
    return passages[judged & (passages["may_quote"] | told)]


def find_context(study: Study, passage: Mapping[str, Any]) -> tuple[str, str]:
    """Give the words of the passage's sentences that stand before and after it.

    Words that somebody refused are no context.
    """
    from evalkit.nlp import cut_sentences

    here = study.turns["document_id"].eq(passage["document_id"])
    here &= study.turns["start"].le(passage["start"])
    here &= study.turns["end"].ge(passage["end"])
    for turn in list_rows(study.turns[here]):
        text, offset = turn["text"], turn["start"]
        start, end = passage["start"] - offset, passage["end"] - offset
        (spans,) = cut_sentences([text], language=study.settings.language)
        touched = [(a, b) for a, b in spans if a < end and start < b]
        if touched:
            first = min(start, *(a for a, _ in touched))
            last = max(end, *(b for _, b in touched))
            refused = find_refused(study, passage["document_id"])
            if any(a < last + offset and first + offset < b for a, b in refused):
                return "", ""
            return text[first:start], text[end:last]
    return "", ""


def find_refused(study: Study, document_id: str) -> list[tuple[int, int]]:
    """Find the spans of a document that may not be quoted."""
    marks = find_marks(study)
    rows = study.codings[~marks.isin(["", "yes"])]
    rows = rows[rows["document_id"].eq(document_id)]
    return [*zip(rows["start"], rows["end"], strict=True)]


def split_words(study: Study) -> tuple[list[str], list[str]]:
    """Split what was said into what may not be printed outside, and what may.

    Refused are passages marked so, and all that people say who may not be quoted, or
    are asked for each passage and did not agree to it.
    """
    people = study.respondents.set_index("respondent_id")["may_quote"]
    refused, free = [], []
    for turn in list_rows(study.turns):
        text, offset = turn["text"], turn["start"]
        if not turn["respondent_id"]:
            free.append(text)
            continue
        if people.get(turn["respondent_id"]) != "yes":
            refused.append(text)
            continue
        at = 0
        for a, b in sorted(find_refused(study, turn["document_id"])):
            a, b = max(a - offset, 0), min(b - offset, len(text))
            if a < b:
                refused.append(text[a:b])
                free.append(text[at:a])
                at = max(at, b)
        free.append(text[at:])
    own = find_own_words(study.turns, study.codings)
    own = own.assign(may_quote=own["respondent_id"].map(people))
    agreed = find_quotable(study, own[own["may_quote"].isin(BY_PASSAGE)])
    is_agreed = study.codings["coding_id"].isin(agreed)
    free += study.codings.loc[is_agreed, "quotation"].to_list()
    return refused, free
