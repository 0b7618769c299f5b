"""The framework matrix: what each person said on each theme, or was never asked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap

import pandas as pd

from evalkit.tables import list_rows

SAID, SILENT, NOT_ASKED = "said", "nothing said", "not asked"
UNKNOWN = "nothing said; not known if asked"
_CELL = ["respondent_id", "code_id"]
_SHOWN = {SILENT: "—", NOT_ASKED: NOT_ASKED, UNKNOWN: "— (not known if asked)"}


def find_asked_codes(
    asked_claims: pd.DataFrame | None, links: pd.DataFrame
) -> pd.DataFrame | None:
    """Find who was asked about what each code is about; None where nobody recorded it.

    `asked_claims` has one row a claim and person to whom it was put (`list_asked`),
    `links` one row a claim and code. Of themes: give `roll_up(links, codes)`; a person
    who was asked about any code of a theme was asked about the theme.

    One row a code and person: code_id, respondent_id.

    >>> asked = pd.DataFrame({"claim_id": ["K1"], "respondent_id": ["P1"]})
    >>> links = pd.DataFrame({"claim_id": ["K1", "K2"], "code_id": ["a", "b"]})
    >>> find_asked_codes(asked, links)
      code_id respondent_id
    0       a            P1
    """
    if asked_claims is None:
        return None
    put = asked_claims.merge(links[["claim_id", "code_id"]], on="claim_id")
    return put[["code_id", "respondent_id"]].drop_duplicates(ignore_index=True)


def build_framework(
    coded: pd.DataFrame,
    *,
    people: pd.DataFrame,
    codes: pd.DataFrame,
    asked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build the framework matrix (Ritchie & Spencer 1994), silence and its kind told.

    `coded` has one row a unit and coding (`lay_codings` over turns), with themes in the
    place of codes where themes are to be shown (`roll_up`). `people` are those heard,
    `codes` the codes to show, both in their order. `asked` has one row a code and
    person who was asked about it (`find_asked_codes`); None where nobody recorded it.

    One row a person and code, every pair of them: respondent_id, code_id, name, state
    ("said", asked or not; "nothing said"; "not asked"; "nothing said; not known if
    asked"), was_asked (missing where nobody knows), n_codings, coding_ids, quotations
    (the passages, in the order of `coded`; one coded twice stands once). A passage over
    several turns stands whole, with what others say in it. Codings of which none is to
    be shown raise `ValueError`: they are codes, and `codes` are themes.

    >>> coded = pd.DataFrame({"document_id": "A", "unit": [1], "coding_id": ["x"],
    ...     "respondent_id": ["P1"], "code_id": ["a"], "quotation": ["Hope"]})
    >>> people = pd.DataFrame({"respondent_id": ["P1", "P2"]})
    >>> codes = pd.DataFrame({"code_id": ["a"], "name": ["Morale"]})
    >>> asked = pd.DataFrame({"code_id": ["a"], "respondent_id": ["P1"]})
    >>> matrix = build_framework(coded, people=people, codes=codes, asked=asked)
    >>> matrix[["respondent_id", "name", "state", "quotations"]]
      respondent_id    name      state quotations
    0            P1  Morale       said    (Hope,)
    1            P2  Morale  not asked         ()
    """
    said = coded[
        coded["code_id"].notna() & coded["respondent_id"].isin(people["respondent_id"])
    ]
    shown = said[said["code_id"].isin(codes["code_id"])]
    if len(said) and shown.empty:
        raise ValueError("no coding is of a code to be shown: roll_up them first")
    shown = shown.drop_duplicates([*_CELL, "coding_id"])
    passages = shown.drop_duplicates([*_CELL, "document_id", "unit", "quotation"])
    coding_ids, quotations = _gather(shown, "coding_id"), _gather(passages, "quotation")
    put = None if asked is None else {*_list_pairs(asked)}
    rows = people[["respondent_id"]].merge(codes[["code_id", "name"]], how="cross")
    pairs = _list_pairs(rows)
    was_asked = [None if put is None else pair in put for pair in pairs]
    states = [
        SAID if pair in coding_ids else _name_silence(known)
        for pair, known in zip(pairs, was_asked, strict=True)
    ]
    ids_of = [coding_ids.get(pair, ()) for pair in pairs]
    words_of = [quotations.get(pair, ()) for pair in pairs]
    return rows.assign(
        state=pd.Series(states, dtype="str"),
        was_asked=pd.array(was_asked, dtype="boolean"),
        n_codings=pd.Series([*map(len, ids_of)], dtype="int64"),
        coding_ids=pd.Series(ids_of, dtype="object"),
        quotations=pd.Series(words_of, dtype="object"),
    )


def count_coverage(matrix: pd.DataFrame) -> pd.DataFrame:
    """Count, of each code, who was asked about it and who said something.

    One row a code, in the order of the matrix: code_id, name, n_people (n_said +
    n_nothing + n_not_asked), n_asked, n_said, n_unasked (of n_said, who said it without
    being asked), n_nothing (asked, and said nothing), n_not_asked (and said nothing),
    share_said (who said something, of those asked; NaN where nobody was). Where nobody
    recorded what was asked, only n_people and n_said are known; the rest is missing.
    """
    said, asked = matrix["state"].eq(SAID), matrix["was_asked"]
    counted = matrix[["code_id", "name"]].assign(
        n_people=1,
        n_asked=asked.astype("Int64"),
        n_said=said.astype("int64"),
        n_unasked=(~asked & said).astype("Int64").mask(asked.isna()),
        n_nothing=matrix["state"].eq(SILENT).astype("Int64").mask(asked.isna()),
        n_not_asked=matrix["state"].eq(NOT_ASKED).astype("Int64").mask(asked.isna()),
    )
    found = counted.groupby(["code_id", "name"], sort=False)
    counts = found.sum(min_count=1).reset_index()
    answered = (counts["n_said"] - counts["n_unasked"]).astype("float64")
    share = answered / counts["n_asked"].astype("float64")
    return counts.assign(share_said=share)


def spread_framework(matrix: pd.DataFrame) -> pd.DataFrame:
    """Spread the matrix for a spreadsheet: its passages numbered, a line each.

    One row a person: respondent_id, and a column a code, headed by its name (and its
    code_id, where two have one name). Nothing said is "—", not asked "not asked".
    """
    names = matrix.drop_duplicates("code_id").set_index("code_id")["name"]
    shared = names[names.duplicated(keep=False)].index
    heads = {c: f"{n} ({c})" if c in shared else n for c, n in names.items()}
    cells = [
        _SHOWN.get(state) or _number(quotations)
        for state, quotations in zip(matrix["state"], matrix["quotations"], strict=True)
    ]
    wide = matrix.assign(cell=pd.Series(cells, matrix.index, dtype="str"))
    wide = wide.pivot_table("cell", "respondent_id", "code_id", aggfunc="first")
    people = matrix["respondent_id"].drop_duplicates()
    wide = wide.reindex(index=people, columns=names.index)
    return wide.rename(columns=heads).rename_axis(columns=None).reset_index()


def _name_silence(was_asked: bool | None) -> str:
    if was_asked is None:
        return UNKNOWN
    return SILENT if was_asked else NOT_ASKED


def _list_pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return [*zip(rows["respondent_id"], rows["code_id"], strict=True)]


def _gather(rows: pd.DataFrame, column: str) -> dict[tuple[str, str], tuple[str, ...]]:
    gathered: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in list_rows(rows[[*_CELL, column]]):
        pair = row["respondent_id"], row["code_id"]
        gathered[pair] = (*gathered.get(pair, ()), row[column])
    return gathered


def _number(quotations: Sequence[str]) -> str:
    lines = enumerate((" ".join(words.split()) for words in quotations), start=1)
    return "\n".join(starmap("{}. “{}”".format, lines))
