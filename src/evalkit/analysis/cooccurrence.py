"""Which codes come together in people's words."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.analysis.units import cut_units, lay_codings

_Numbers = npt.NDArray[np.int64]
_WORD = re.compile(r"\S+")
_CODES = ["code_a", "code_b"]
_CODINGS = ["coding_a", "coding_b"]


def pair_in_units(coded: pd.DataFrame) -> pd.DataFrame:
    """Pair the codings that lie on the same unit: two codes in one turn or sentence.

    `coded` are units with codings laid on them. One row two codings of different codes
    by one coder, and a respondent in whose words they meet: document_id,
    respondent_id, coding_a, coding_b, code_a, code_b (code_a sorts before code_b).
    However many units two codings share, they are one pair. Units that no respondent
    speaks (an interviewer's) pair nothing.

    >>> coded = pd.DataFrame({"document_id": "A", "unit": [1, 1, 2],
    ...     "respondent_id": "P1", "coding_id": ["x", "y", "z"],
    ...     "code_id": ["hope", "fear", "home"], "coder_id": "ana"})
    >>> pair_in_units(coded)[["coding_a", "coding_b", "code_a", "code_b"]]
      coding_a coding_b code_a code_b
    0        y        x   fear   hope
    """
    own = _keep_own(coded)
    nowhere = np.zeros(len(own), dtype="int64")
    return _pair(own, ["unit"], nowhere, nowhere)


def pair_overlapping(codings: pd.DataFrame, turns: pd.DataFrame) -> pd.DataFrame:
    """Pair the codings that share a character.

    One row as in `pair_in_units`. `turns` say whose words a coding holds: each
    respondent's in whose turns it has a character. A pair is a respondent's if both
    codings hold words of theirs; two codings in words of different people are no pair,
    nor are two in an interviewer's words.
    """
    held = _hold(codings[codings["start"].lt(codings["end"])], turns)
    first, last = held["first"].to_numpy("int64"), held["last"].to_numpy("int64")
    return _pair(held, [], first, last - 1)


def pair_within(
    codings: pd.DataFrame, turns: pd.DataFrame, *, n_words: int
) -> pd.DataFrame:
    """Pair the codings of a document with at most `n_words` words between them.

    One row as in `pair_in_units`; whose a pair is, as in `pair_overlapping`. Counted
    are the whole words (runs of letters between white space) after the end of one and
    before the start of the other, whoever says them; codings that overlap have none
    between them. Speakers' labels and notes outside the turns are no words.
    """
    if n_words < 0:
        raise ValueError(f"n_words is a number of words, not {n_words}")
    held = _hold(codings, turns)
    begins, ends, span, documents = _place_words(turns)
    offsets = documents.get_indexer(pd.Index(held["document_id"])) * span
    first = np.minimum(held["first"].to_numpy("int64"), span - 1)
    last = np.minimum(held["last"].to_numpy("int64"), span - 1)
    said_before = np.searchsorted(ends, offsets + first, side="right")
    begun_before = np.searchsorted(begins, offsets + last, side="left")
    return _pair(held, [], said_before, begun_before + min(n_words, len(ends)))


def count_pairs(
    pairs: pd.DataFrame, coded: pd.DataFrame, *, complete: bool = False
) -> pd.DataFrame:
    """Count, for each two codes, the people in whose words they come together.

    `pairs` of any of the three kinds; `coded` are the same codings laid over units,
    for everybody who has a code. One row two codes: code_a, code_b, n_respondents (a
    person counts once, however much they say and whoever coded it), n_documents,
    n_pairs (pairs of codings; where two coders coded the same words both their pairs
    count, so give the codings that a report counts), n_either (people who have either
    code anywhere), share (n_respondents / n_either: Jaccard's index of people, not of
    passages). Ordered by n_respondents, then n_pairs. Codes that never come together
    have no row, or with `complete` one of zeros.

    >>> coded = pd.DataFrame({"document_id": ["A", "A", "B"], "unit": 1,
    ...     "respondent_id": ["P1", "P1", "P2"], "coding_id": ["x", "y", "z"],
    ...     "code_id": ["hope", "fear", "hope"], "coder_id": "ana"})
    >>> count_pairs(pair_in_units(coded), coded).iloc[0].to_dict() == {
    ...     "code_a": "fear", "code_b": "hope", "n_respondents": 1, "n_documents": 1,
    ...     "n_pairs": 1, "n_either": 2, "share": 0.5}
    True
    """
    own = _keep_own(coded)
    speaks = pd.crosstab(own["respondent_id"], own["code_id"]).gt(0).astype("int64")
    unknown = pd.concat([pairs["code_a"], pairs["code_b"]])
    unknown = unknown[~unknown.isin(speaks.columns)]
    if len(unknown):
        raise ValueError(f"code_id {unknown.iloc[0]!r} is not in coded")
    met = pairs.groupby(_CODES)
    counts = pd.DataFrame(
        {
            "n_respondents": met["respondent_id"].nunique(),
            "n_documents": met["document_id"].nunique(),
            "n_pairs": pairs.drop_duplicates(_CODINGS).groupby(_CODES).size(),
        }
    )
    if complete:
        a, b = np.triu_indices(len(speaks.columns), k=1)
        every = [speaks.columns[a], speaks.columns[b]]
        counts = counts.reindex(pd.MultiIndex.from_arrays(every, names=_CODES))
    counts = counts.fillna(0).astype("int64").reset_index()
    both = speaks.to_numpy().T @ speaks.to_numpy()
    a, b = (speaks.columns.get_indexer(pd.Index(counts[each])) for each in _CODES)
    counts["n_either"] = both[a, a] + both[b, b] - both[a, b]
    counts["share"] = counts["n_respondents"] / counts["n_either"]
    return counts.sort_values(
        ["n_respondents", "n_pairs", *_CODES],
        ascending=[False, False, True, True],
        ignore_index=True,
    )


def _keep_own(coded: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows with a coding on a respondent's words."""
    own = coded["coding_id"].notna() & coded["respondent_id"].fillna("").ne("")
    return coded[own].reset_index(drop=True)


def _hold(codings: pd.DataFrame, turns: pd.DataFrame) -> pd.DataFrame:
    """Give each coding a row for each respondent whose words it holds."""
    spans = codings.assign(first=codings["start"], last=codings["end"])
    held = _keep_own(lay_codings(cut_units(turns), spans))
    held = held.drop_duplicates(["coding_id", "respondent_id"])
    return held.reset_index(drop=True)


def _place_words(turns: pd.DataFrame) -> tuple[_Numbers, _Numbers, int, pd.Index]:
    """Find where all words begin and end, each document `span` after the one before."""
    documents, names = pd.factorize(turns["document_id"])
    span = int(turns["end"].max()) + 2 if len(turns) else 2
    offsets = documents * span + turns["start"].to_numpy("int64")
    spans = np.array(
        [
            (offset + word.start(), offset + word.end())
            for offset, text in zip(offsets.tolist(), turns["text"], strict=True)
            for word in _WORD.finditer(text)
        ],
        dtype="int64",
    ).reshape(-1, 2)
    return np.sort(spans[:, 0]), np.sort(spans[:, 1]), span, pd.Index(names)


def _pair(
    held: pd.DataFrame, within: list[str], place: _Numbers, reach: _Numbers
) -> pd.DataFrame:
    """Pair each coding with those after it, up to the last place that it reaches.

    Only codings of the same document, coder and respondent pair, and of the same value
    of the columns `within`. Their number of steps is that of the pairs that meet.
    """
    who = ["document_id", "coder_id", "respondent_id", *within]
    group = held.groupby(who, dropna=False).ngroup().to_numpy("int64")
    span = 1 + int(max(place.max(), reach.max())) if len(held) else 1
    key = group * span + place
    order = np.argsort(key, kind="stable")
    at = np.arange(len(order))
    end = np.searchsorted(key[order], (group * span + reach)[order], side="right")
    n_after = np.maximum(end - at - 1, 0)
    one = np.repeat(at, n_after)
    other = one + 1 + np.arange(len(one))
    other -= np.repeat(np.cumsum(n_after) - n_after, n_after)
    codes, names = pd.factorize(held["code_id"], sort=True)
    one, other = order[one], order[other]
    differ = codes[one] != codes[other]
    one, other = one[differ], other[differ]
    swapped = codes[one] > codes[other]
    a, b = np.where(swapped, other, one), np.where(swapped, one, other)
    pairs = pd.DataFrame(
        {
            "document_id": held["document_id"].take(a).array,
            "respondent_id": held["respondent_id"].take(a).array,
            "coding_a": held["coding_id"].take(a).array,
            "coding_b": held["coding_id"].take(b).array,
            "code_a": names.take(codes[a]),
            "code_b": names.take(codes[b]),
        }
    )
    return pairs.drop_duplicates(["respondent_id", *_CODINGS], ignore_index=True)
