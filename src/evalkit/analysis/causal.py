"""What people say leads to what: causal links, counted by who tells them.

Causal coding as QuIP and causal mapping do it (Powell, Copestake & Remnant 2024,
"Causal mapping for evaluators", Evaluation 30(1)). That many people say X leads to Y
does not show that X leads to Y: the figures say who claims a link, how often and in
which direction. Whether the claims together warrant it is for the analyst to judge,
who reads them.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from evalkit.analysis.units import join_attributes
from evalkit.errors import EvalkitError

CAUSE, EFFECT = "cause", "effect"
DENIES = "contradicts"  # the stance of who says that it did not come about
_SIGNS = ("+", "-")
_SAME = ["document_id", "unit", "respondent_id", "coder_id"]
_ENDS = ["cause", "effect"]
_CITATION = ["cause_coding", "effect_coding"]
_LINK = [*_SAME, *_ENDS, *_CITATION, "sign", "stance"]


def pair_causes(coded: pd.DataFrame, *, by: str = "causal") -> pd.DataFrame:
    """Pair what one coder marked as cause and as effect on one unit of one person.

    `coded` is units with their codings (`lay_codings`); its column `by`, a segment
    attribute, says "cause" or "effect". Every cause on a unit is paired with every
    effect of another code: mark units that tell one story, sentences rather than long
    turns. An interviewer's words are left out.

    One row a link: document_id, unit, respondent_id, coder_id, cause, effect (codes),
    cause_coding, effect_coding, and of the effect's coding sign ("+", "-", "" for
    none said) and stance. A missing column `by`, or another sign, raises
    `EvalkitError`.

    >>> coded = pd.DataFrame({"document_id": "A", "unit": 1, "respondent_id": "P1",
    ...     "coder_id": "ana", "coding_id": ["x", "y"], "code_id": ["rain", "yield"],
    ...     "causal": ["cause", "effect"], "sign": ["", "-"]})
    >>> pair_causes(coded)[["cause", "effect", "cause_coding", "effect_coding", "sign"]]
      cause effect cause_coding effect_coding sign
    0  rain  yield            x             y    -
    """
    if by not in coded:
        mend = f"add {by}: [{CAUSE}, {EFFECT}] to the attributes in codebook.yaml"
        raise EvalkitError(f"codings: no coding has the attribute {by!r}: {mend}")
    own = coded[coded["respondent_id"].fillna("").ne("") & coded["coding_id"].notna()]
    for mark in ("sign", "stance"):
        own = own.assign(**{mark: own[mark].fillna("") if mark in own else ""})
    _check_signs(own)
    causes = own.loc[own[by].eq(CAUSE), [*_SAME, "code_id", "coding_id"]]
    causes = causes.rename(columns={"code_id": CAUSE, "coding_id": "cause_coding"})
    effects = own[own[by].eq(EFFECT)]
    effects = effects.rename(columns={"code_id": EFFECT, "coding_id": "effect_coding"})
    links = causes.merge(effects, on=_SAME)[_LINK]
    return links[links["cause"].ne(links["effect"])].reset_index(drop=True)


def _check_signs(own: pd.DataFrame) -> None:
    wrong = own[~own["sign"].isin([*_SIGNS, ""])]
    if len(wrong):
        coding_id, sign = wrong[["coding_id", "sign"]].iloc[0]
        what = f"codings: coding {coding_id!r} has the sign {sign!r}"
        raise EvalkitError(f"{what}: write one of: {', '.join(_SIGNS)}")


def count_links(
    links: pd.DataFrame,
    respondents: pd.DataFrame | None = None,
    *,
    by: str | None = None,
) -> pd.DataFrame:
    """Count, for each cause and effect, the people who claim the link and how often.

    One row a cause and effect, or a value of the respondents' column `by` (their group)
    and a link, zeros included: n_sources (people who claim it), n_citations (pairs of
    codings, each once however many units it lies on), n_positive and n_negative (those
    of them with a sign), n_denied (pairs of codings whose effect's stance is
    "contradicts": it did not come about; they count as neither of the above),
    n_people (everybody in `respondents`, or in the group; without respondents all who
    tell a link), share_sources (n_sources / n_people). Ordered by n_sources. Give the
    respondents who were heard: those in the table who were not would lower each share.

    >>> links = pd.DataFrame({"respondent_id": ["P1", "P2"], "cause": "rain",
    ...     "effect": "yield", "cause_coding": ["a", "c"], "effect_coding": ["b", "d"],
    ...     "sign": ["+", "-"], "stance": ""})
    >>> count_links(links).iloc[0].to_dict()  # doctest: +NORMALIZE_WHITESPACE
    {'cause': 'rain', 'effect': 'yield', 'n_sources': 2, 'n_citations': 2,
     'n_positive': 1, 'n_negative': 1, 'n_denied': 0, 'n_people': 2,
     'share_sources': 1.0}
    """
    if respondents is None:
        if by:
            raise ValueError(f"whose {by!r}? give the respondents")
        respondents = links[["respondent_id"]].drop_duplicates()
    groups = [by] if by else []
    people = respondents[["respondent_id", *groups]]
    if by:
        people = people[people[by].fillna("").ne("")]
    told = join_attributes(links, people)
    told = told[told["respondent_id"].isin(people["respondent_id"])]
    pair = told.groupby(_CITATION).ngroup()
    claims = told["stance"].ne(DENIES)
    counted = {
        "n_sources": told["respondent_id"].where(claims),
        "n_citations": pair.where(claims),
        "n_positive": pair.where(claims & told["sign"].eq("+")),
        "n_negative": pair.where(claims & told["sign"].eq("-")),
        "n_denied": pair.where(~claims),
    }
    told = told.assign(**counted)
    counts = told.groupby([*groups, *_ENDS])[[*counted]].nunique().reset_index()
    every = told[_ENDS].drop_duplicates().assign(n_people=len(people))
    if by:
        sizes = people.groupby(by).size().rename("n_people").reset_index()
        every = sizes.merge(every[_ENDS], how="cross")
    counts = every.merge(counts, how="left", on=[*groups, *_ENDS])
    counts = counts.fillna(dict.fromkeys(counted, 0))
    numbers = [*counted, "n_people"]
    counts[numbers] = counts[numbers].astype("int64")
    counts["share_sources"] = counts["n_sources"] / counts["n_people"]
    return counts[[*groups, *_ENDS, *numbers, "share_sources"]].sort_values(
        [*groups, "n_sources", "n_citations", *_ENDS],
        ascending=[True] * len(groups) + [False, False, True, True],
        ignore_index=True,
    )


def count_threads(links: pd.DataFrame, *, start: str, end: str) -> int:
    """Count the people who lead from `start` to `end` with their own links alone.

    The "source thread count": one person's A → M and another's M → Z are nobody's
    thread from A to Z. A link that its teller denies ("contradicts") leads nowhere.
    From a code to itself leads who tells a circle, of at least one link.

    >>> links = pd.DataFrame({"respondent_id": ["P1", "P1", "P2", "P3"],
    ...     "cause": ["A", "M", "A", "M"], "effect": ["M", "Z", "M", "Z"],
    ...     "stance": ""})
    >>> count_threads(links, start="A", end="Z")
    1
    """
    return len(find_threads(links, start=start, end=end))


def find_threads(links: pd.DataFrame, *, start: str, end: str) -> pd.DataFrame:
    """Find who leads from `start` to `end` with their own links alone, and how.

    One row such a person: respondent_id, path (the codes of their shortest way, joined
    with " → "; of several the first by the alphabet), n_links (its length). What counts
    as a way is said at `count_threads`.

    >>> links = pd.DataFrame({"respondent_id": "P1", "cause": ["A", "M"],
    ...     "effect": ["M", "Z"], "stance": ""})
    >>> find_threads(links, start="A", end="Z")
      respondent_id       path  n_links
    0            P1  A → M → Z        2
    """
    told = links[links["stance"].ne(DENIES) & links["respondent_id"].ne("")]
    threads = []
    for respondent_id, own in told.groupby("respondent_id"):
        path = _find_path(own, start, end)
        if path:
            threads.append((respondent_id, " → ".join(path), len(path) - 1))
    found = pd.DataFrame(threads, columns=["respondent_id", "path", "n_links"])
    return found.astype({"respondent_id": "str", "path": "str", "n_links": "int64"})


def _find_path(own: pd.DataFrame, start: str, end: str) -> tuple[str, ...]:
    """Find the shortest way along one person's links; () where there is none."""
    effects: dict[str, set[str]] = defaultdict(set)
    for cause, effect in zip(own["cause"], own["effect"], strict=True):
        effects[cause].add(effect)
    paths: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while paths:
        longer = []
        for path in paths:
            for effect in sorted(effects[path[-1]] - seen):
                if effect == end:
                    return (*path, effect)
                seen.add(effect)
                longer.append((*path, effect))
        paths = longer
    return ()
