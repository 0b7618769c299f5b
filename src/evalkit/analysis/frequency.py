"""How many people speak to a code or a theme."""

from __future__ import annotations

import pandas as pd


def roll_up(coded: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Put each code's theme, the top of its branch, in the place of the code.

    One row a row of `coded`. A code that is not in `codes` raises `ValueError`.

    >>> codes = pd.DataFrame({"code_id": ["a", "a.b"], "parent_id": ["", "a"]})
    >>> roll_up(pd.DataFrame({"code_id": ["a.b", None]}), codes)["code_id"].to_list()
    ['a', nan]
    """
    themes = find_themes(codes)
    rolled = coded["code_id"].map(themes)
    unknown = coded.loc[rolled.isna() & coded["code_id"].notna(), "code_id"]
    if len(unknown):
        raise ValueError(f"code_id {unknown.iloc[0]!r} is not in codes")
    return coded.assign(code_id=rolled)


def find_themes(codes: pd.DataFrame) -> dict[str, str]:
    """Give the theme of each code."""
    parents = dict(zip(codes["code_id"], codes["parent_id"], strict=True))
    themes = {}
    for code_id in parents:
        theme = code_id
        while parents[theme]:
            theme = parents[theme]
        themes[code_id] = theme
    return themes


def count_codes(coded: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
    """Count, for each code, the people who speak to it and the codings.

    One row a code, or a value of the column `by` and a code, zeros included:
    n_respondents (people with at least one coding), n_codings (each coding once,
    however many units and whoever coded), n_people (all people in `coded`, or in the
    group), share_respondents (n_respondents / n_people). Rows that belong to no
    respondent (an interviewer's words) are not counted. Ordered by n_respondents.

    >>> coded = pd.DataFrame({"respondent_id": ["P1", "P1", "P2"],
    ...     "code_id": ["a", "a", None], "coding_id": ["x", "y", None]})
    >>> count_codes(coded)
      code_id  n_respondents  n_codings  n_people  share_respondents
    0       a              1          2         2                0.5
    """
    own = coded[coded["respondent_id"].fillna("").ne("")]
    groups = [by] if by else []
    if by:
        own = own[own[by].fillna("").ne("")]
    found = own[own["code_id"].notna()].groupby([*groups, "code_id"])
    counts = pd.DataFrame(
        {
            "n_respondents": found["respondent_id"].nunique(),
            "n_codings": found["coding_id"].nunique(),
        }
    )
    names = sorted(own["code_id"].dropna().unique())
    if by:
        people = own.groupby(by)["respondent_id"].nunique()
        every = pd.MultiIndex.from_product([people.index, names], names=[by, "code_id"])
        counts = counts.reindex(every, fill_value=0).reset_index()
        counts["n_people"] = counts[by].map(people)
    else:
        counts = counts.reindex(pd.Index(names, name="code_id")).reset_index()
        counts["n_people"] = own["respondent_id"].nunique()
    numbers = ["n_respondents", "n_codings", "n_people"]
    counts[numbers] = counts[numbers].astype("int64")
    counts["share_respondents"] = counts["n_respondents"] / counts["n_people"]
    return counts.sort_values(
        [*groups, "n_respondents", "n_codings", "code_id"],
        ascending=[True] * len(groups) + [False, False, True],
        ignore_index=True,
    )


def name_codes(counts: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Add each code's `name`: one row a row of `counts`.

    >>> codes = pd.DataFrame({"code_id": ["a"], "name": ["Morale"]})
    >>> name_codes(pd.DataFrame({"code_id": ["a"]}), codes)["name"].to_list()
    ['Morale']
    """
    names = dict(zip(codes["code_id"], codes["name"], strict=True))
    return counts.assign(name=counts["code_id"].map(names))


def count_speech(turns: pd.DataFrame) -> pd.DataFrame:
    """Count what was said in each document, by role.

    One row a document and role: n_turns, n_words (runs of letters and digits between
    white space), minutes (where the file has times: start of its last turn).
    """
    n_words = [len(words.split()) for words in turns["text"]]
    spoken = turns.assign(n_words=n_words).groupby(["document_id", "role"], sort=True)
    return spoken.agg(
        n_turns=("turn", "size"),
        n_words=("n_words", "sum"),
        minutes=("started_at", lambda seconds: seconds.max() / 60),
    ).reset_index()
