"""Claims with their evidence: how strongly, on whose word, and what speaks against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from evalkit.claims.ledger import (
    CONTRADICTS,
    MIXED,
    NOT_ASKED,
    QUALIFIES,
    SILENT,
    SUPPORTS,
    UNKNOWN,
)
from evalkit.claims.quantifiers import count_people, spell
from evalkit.claims.strength import (
    CONTESTED,
    LIMITED,
    MODERATE,
    NONE,
    SINGLE,
    STRONG,
    UNSUPPORTED,
    Condition,
    explain_rating,
    rate_counts,
)
from evalkit.errors import EvalkitError
from evalkit.report.blocks.quotations import (
    choose,
    passages_behind,
    quotations,
)
from evalkit.report.charts_claims import plot_evidence, plot_open_question, plot_totals
from evalkit.report.figures import figure
from evalkit.report.opened import DIRECTIONS, Report
from evalkit.report.page import (
    Block,
    begin,
    count,
    enumerate_names,
    join,
    section,
    set_figure,
    set_mark,
    squeeze,
)
from evalkit.report.small_cells import Counted
from evalkit.tables import list_rows, suggest

# What the word beside the strength says.
_ASIDES = {
    STRONG: "",
    MODERATE: "not strong: {why}",
    CONTESTED: "people disagree; this report takes no side",
    SINGLE: "one person says so; nobody else was found to",
    LIMITED: "not moderate: {why}",
    UNSUPPORTED: "nobody who spoke to it supports it",
    NONE: "nobody spoke to it",
}
_VERBS = {
    SUPPORTS: ("supports", "support"),
    QUALIFIES: ("qualifies", "qualify"),
    MIXED: ("says both", "say both"),
    CONTRADICTS: ("contradicts", "contradict"),
}
_FOR = {SUPPORTS: "for", QUALIFIES: "it depends", MIXED: "both", CONTRADICTS: "against"}


def findings(report: Report) -> Block:
    """Set every claim of claims.yaml out in full, as a section of its own."""
    ids = [each["claim_id"] for each in _list(report, "finding")]
    if not ids:
        return Block("")
    about = (
        "<p>A person counts once for a claim, however much they talked. Open a number "
        "to read the passages behind it that their speakers allow to be shown.</p>"
    )
    pieces: list[Block | str] = [about, *(finding(report, each) for each in ids)]
    return section("Claims and their evidence", pieces, name="claims")


def finding(report: Report, claim_id: str, *, n_quotations: int = 2) -> Block:
    """Set one claim out in full: rating, rule, evidence, quotations, what weighs."""
    claim = find_claim(report, claim_id)
    rating = find_rating(report, claim_id)
    strength = str(rating["strength"])
    is_contested = strength == CONTESTED
    question = _name_question(report, claim)
    heading = f"{claim_id}-h"
    head = (
        f'<header><p class="id">{escape(claim_id)}{question}</p>'
        f'<h3 id="{heading}"{_name_contents(claim)}>{escape(_head(claim))}</h3>'
        f'<p class="strength">{set_mark(strength)}{begin(strength)}'
        f"{_say_aside(report, claim_id, strength)}</p></header>"
    )
    inner = join(
        [
            head,
            _set_rule(report, claim_id),
            evidence(report, claim_id, n_quotations=n_quotations),
            quotations(report, claim_id, n=n_quotations),
            _weigh(report, claim, rating),
        ],
        before='<div class="contested-in">' if is_contested else "",
        after="</div>" if is_contested else "",
    )
    cls = "claim contested" if is_contested else "claim"
    opening = f'<article class="{cls}" id="{claim_id}" aria-labelledby="{heading}">'
    return join([inner], before=opening, after="</article>")


def evidence(report: Report, claim_id: str, *, n_quotations: int = 2) -> Block:
    """Set who says what on a claim: by group, and the passages behind each number."""
    find_claim(report, claim_id)
    rows = report.by_group[report.by_group["claim_id"].eq(claim_id)]
    again = {*choose(report, claim_id, n=n_quotations)["coding_id"]}
    return join(
        [_draw(report, claim_id, rows), _fold(report, claim_id, rows, again)],
        before='<div class="ev">',
        after="</div>",
    )


def questions(report: Report) -> Block:
    """Set the open questions: for, it depends, against, not asked; never a rating."""
    entries = _list(report, "question")
    if not entries:
        return Block("")
    title = "An open question" if len(entries) == 1 else "Open questions"
    pieces = [_question(report, each) for each in entries]
    return section(title, pieces, name="open")


def find_claim(report: Report, claim_id: str) -> dict[str, Any]:
    """Give the row of a statement; one that is not there is a mistake."""
    statements = report.study.claims.statements
    for row in list_rows(statements[statements["claim_id"].eq(claim_id)]):
        return row
    mend = suggest(claim_id, statements["claim_id"], "claims.yaml")
    raise EvalkitError(f"claims.yaml: there is no claim {claim_id!r}: {mend}")


def find_rating(report: Report, claim_id: str) -> dict[str, Any]:
    """Give the rating of a claim."""
    return list_rows(report.ratings[report.ratings["claim_id"].eq(claim_id)])[0]


def name_short(claim: Mapping[str, Any]) -> str:
    """Give a claim's short name, else its statement without the full stop."""
    return str(claim["short"] or claim["statement"].removesuffix("."))


def name_groups(groups: Iterable[str]) -> str:
    """Name groups in a sentence, also those whose names have an “and” of their own."""
    return ", and ".join(f"the {group}" for group in groups)


def say_counts(said: Mapping[str, int]) -> str:
    """Say how many support, qualify, contradict, those who are."""
    parts = []
    for direction in DIRECTIONS:
        n = int(said.get(direction, 0))
        if n:
            parts.append(f"{spell(n)} {_VERBS[direction][n != 1]}")
    return enumerate_names(parts)


def count_groups(report: Report, claim_id: str) -> dict[tuple[str, str], int]:
    """Count the people of each group and direction, the groups as they are rated."""
    rows = report.evidence[report.evidence["claim_id"].eq(claim_id)]
    pairs = rows[["group", "direction"]].itertuples(index=False, name=None)
    return dict(Counter(pairs))


def _list(report: Report, kind: str) -> list[dict[str, Any]]:
    statements = report.study.claims.statements
    return list_rows(statements[statements["kind"].eq(kind)])


def _name_question(report: Report, claim: Mapping[str, Any]) -> str:
    names = [*report.study.settings.questions]
    asked = claim["question"]
    return f" · Question {names.index(asked) + 1}" if asked in names else ""


def _head(claim: Mapping[str, Any]) -> str:
    return squeeze(claim["statement"]).removesuffix(".")


def _name_contents(claim: Mapping[str, Any]) -> str:
    short = escape(f"{claim['claim_id']} {name_short(claim)}")
    return f' data-contents="{short}"'


def _say_aside(report: Report, claim_id: str, strength: str) -> str:
    counts = count_groups(report, claim_id)
    conditions = explain_rating(counts, report.study.settings.strength)
    missing = [each.what.casefold() for each in conditions if each.is_met is False]
    why = {
        "support": "too few people support it",
        "from": "they come from too few groups",
        "weight of contradiction": "people contradict it",
        "at least one group without a stake in the answer": "nobody without a stake "
        "in the answer is known to support it",
    }
    said = _ASIDES[strength]
    if strength == STRONG and _is_fragile(report, claim_id):
        said = "but only just: see how fragile"
    elif "{why}" in said:
        said = said.format(why=why[missing[0]]) if missing else ""
    return f" <span>{escape(said)}</span>" if said else ""


def _set_rule(report: Report, claim_id: str) -> str:
    counts = count_groups(report, claim_id)
    conditions = explain_rating(counts, report.study.settings.strength)
    if not conditions:
        return ""
    items = "".join(_set_condition(each, report.is_internal) for each in conditions)
    one = " one" if len(conditions) == 1 else ""
    label = "The rule, and what was counted"
    return f'<ul class="rulebox{one}" aria-label="{label}">{items}</ul>'


def _set_condition(condition: Condition, is_internal: bool) -> str:
    sign, said = {True: ("✓", "Met: "), False: ("✕", "Not met: "), None: ("–", "")}[
        condition.is_met
    ]
    counted = condition.counted
    if condition.what == "From" and condition.is_met and not is_internal:
        # How finely groups are told apart is not for outside.
        counted = f"at least {condition.needed.split(': ')[1].split()[0]} groups"
    between = ": " if condition.what not in ("From",) else " "
    number = f"{between}<b>{escape(counted)}</b>" if counted else ""
    needed = f" ({escape(condition.needed)})" if condition.needed else ""
    hidden = f'<span class="vh">{said}</span>' if said else ""
    return (
        f'<li><span aria-hidden="true">{sign}</span><span>{hidden}'
        f"{escape(condition.what)}{number}{needed}</span></li>"
    )


def _draw(report: Report, claim_id: str, rows: pd.DataFrame) -> Block:
    pictures = report.with_pictures
    if report.is_strict:
        totals = {each: int(rows[each].sum()) for each in (*DIRECTIONS, "n_people")}
        n_with = int(rows[SUPPORTS].gt(0).sum())
        ax = plot_totals(totals, n_groups=len(rows), n_groups_supporting=n_with)
        return set_figure(figure(ax, picture=pictures))
    counted = [
        Counted(
            f"who {_VERBS[each][1]} {claim_id}",
            "report_group",
            dict(
                zip(rows["report_group"], rows[each].astype(int).to_list(), strict=True)
            ),
        )
        for each in DIRECTIONS
        if rows[each].sum()
    ]
    return set_figure(figure(plot_evidence(rows), picture=pictures), *counted)


def _fold(
    report: Report,
    claim_id: str,
    rows: pd.DataFrame,
    again: set[str],
    words: Mapping[str, str] | None = None,
) -> Block:
    folded = []
    for direction in DIRECTIONS:
        n = int(rows[direction].sum())
        if n or direction != MIXED:
            verb = words[direction] if words else _VERBS[direction][n != 1]
            folded.append(
                passages_behind(report, claim_id, direction, n, words=verb, again=again)
                if n
                else Block(f'<p class="nil"><b>0</b> {verb}</p>')
            )
    head = '<div class="behind"><h4>Passages behind the numbers</h4>'
    return join(folded, before=head, after="</div>")


def _weigh(
    report: Report, claim: Mapping[str, Any], rating: Mapping[str, Any]
) -> Block:
    parts = {
        "Who says so": _say_who(report, claim["claim_id"]),
        "Rival explanation": claim["rivals"].replace(".; ", ". ")
        or "None was written down.",
        "Counter-evidence": _say_counter(report, claim["claim_id"], rating),
        "How fragile is this?": _say_fragile(report, claim["claim_id"], rating),
    }
    silence = _say_silence(report, claim["claim_id"])
    if silence:
        parts["Asked, and silent"] = silence
    items = "".join(
        f"<div><dt>{name}</dt><dd>{escape(said)}</dd></div>"
        for name, said in parts.items()
    )
    return Block(f'<dl class="weigh">{items}</dl>')


def _say_who(report: Report, claim_id: str) -> str:
    rows = report.by_group[report.by_group["claim_id"].eq(claim_id)]
    spoke = rows[rows[[*DIRECTIONS]].sum(axis=1).gt(0)]
    if spoke.empty:
        return "Nobody spoke to it."
    silent = rows.loc[rows[[*DIRECTIONS]].sum(axis=1).eq(0), "report_group"]
    with_support = rows.loc[rows[SUPPORTS].gt(0), "report_group"].to_list()
    said = f"{count(int(spoke[[*DIRECTIONS]].to_numpy().sum()), 'person', 'people')} "
    said += f"spoke to it, of {len(report.people)}. "
    if report.is_strict:
        return said + f"Groups with a supporter: {len(with_support)} of {len(rows)}."
    if len(with_support) == len(rows) and len(rows) > 1:
        said += "Every group has a supporter. "
    elif with_support:
        said += f"Support comes from {name_groups(with_support)}. "
    if len(silent):
        said += f"Nobody spoke to it among {name_groups(silent)}. "
    if claim_id in report.divided:
        said += (
            "The groups disagree: where most of one support it, most of another do not."
        )
    return said.strip()


def _say_counter(report: Report, claim_id: str, rating: Mapping[str, Any]) -> str:
    heard = count(len(report.study.documents), "transcript")
    said = {each: int(rating[each]) for each in (QUALIFIES, MIXED, CONTRADICTS)}
    rows = report.counter_evidence
    rows = rows[rows["claim_id"].eq(claim_id)]
    n_traps = int(rows["kind"].eq("trap").sum())
    looked = f"Looked for in all {heard}"
    if not any(said.values()) and not n_traps:
        return f"{looked}: none found."
    told = f"{looked}. "
    if any(said.values()):
        told += f"Of the {rating['n']} who spoke to it {say_counts(said)}. "
    else:
        told += "Nobody qualifies or contradicts it. "
    if n_traps:
        verbs = (
            "sounds like support and was"
            if n_traps == 1
            else "sound like support and were"
        )
        told += f"{count(n_traps, 'passage')} {verbs} not counted."
    return told.strip()


def _say_silence(report: Report, claim_id: str) -> str:
    rows = report.positions[report.positions["claim_id"].eq(claim_id)]
    if rows["was_asked"].isna().all():
        return ""
    n_silent = int(rows["position"].eq(SILENT).sum())
    n_not = int(rows["position"].eq(NOT_ASKED).sum())
    silent = "Nobody who was asked stayed silent on it"
    if n_silent:
        verb = "was" if n_silent == 1 else "were"
        silent = f"{begin(count_people(n_silent))} {verb} asked and did not speak to it"
    others = count_people(n_not) if n_not else "nobody"
    return f"{silent}; {others} {'was' if n_not < 2 else 'were'} not asked."


def _find_fragile(report: Report, claim_id: str) -> tuple[Counter[str], list[str]]:
    """Find how many people of each direction, and which report groups, decide."""
    rule = report.study.settings.strength
    rows = report.evidence[report.evidence["claim_id"].eq(claim_id)]
    strength = find_rating(report, claim_id)["strength"]
    alone = str(find_rating(report, claim_id)["fragile_respondents"]).split("; ")
    people = Counter(rows.loc[rows["respondent_id"].isin(alone), "direction"])
    groups = []
    for group, members in rows.groupby("report_group", sort=False):
        rest = rows.drop(members.index)
        pairs = rest[["group", "direction"]].itertuples(index=False, name=None)
        if rate_counts(Counter(pairs), rule) != strength:
            groups.append(str(group))
    return people, groups


def _is_fragile(report: Report, claim_id: str) -> bool:
    people, _ = _find_fragile(report, claim_id)
    return people.total() > 0


def _say_fragile(report: Report, claim_id: str, rating: Mapping[str, Any]) -> str:
    people, groups = _find_fragile(report, claim_id)
    names = {
        SUPPORTS: "supporter",
        QUALIFIES: "person who qualifies it",
        MIXED: "person who says both",
        CONTRADICTS: "person who contradicts it",
    }
    said = ""
    if not people.total():
        said = "No single person decides this rating. "
    for direction, n in people.items():
        all_of = int(rating[direction])
        if n == 1:
            said += f"Leaving out one {names[direction]} would change the rating. "
        elif n == all_of:
            who = names[direction].replace("person who", "people who")
            who = who if who.startswith("people") else f"{who}s"
            who = who.replace("qualifies", "qualify").replace("says", "say")
            who = who.replace("contradicts", "contradict")
            said += f"Leaving out any one of the {spell(n)} {who} would change it. "
        else:
            said += f"Leaving out any of {count_people(n)} would change the rating. "
    if groups:
        listed = ", or ".join(f"the {group}" for group in groups)
        so = "So would" if people.total() else "But"
        verb = "" if people.total() else " would change it"
        said += f"{so} leaving out a whole group{verb}: {listed}."
    else:
        said += "No group decides it."
    if report.is_internal and rating["fragile_respondents"]:
        said += f" Who: {rating['fragile_respondents']}."
    return said


def _question(report: Report, claim: Mapping[str, Any]) -> Block:
    claim_id = str(claim["claim_id"])
    head = (
        f'<p class="id">{escape(claim_id)}{_name_question(report, claim)}</p>'
        f'<h3 id="{claim_id}-h"{_name_contents(claim)}>{escape(name_short(claim))}</h3>'
    )
    rows = report.positions[report.positions["claim_id"].eq(claim_id)]
    opening = f'<article class="open" id="{claim_id}" aria-labelledby="{claim_id}-h">'
    if rows.empty:
        nobody = "Not a finding: no code stands for it, so nobody’s word is counted."
        closed = [head, _mark_open(nobody), _say_rivals(claim)]
        return join(closed, before=opening, after="</article>")
    counts = {each: int(rows["position"].eq(each).sum()) for each in _POSITIONS}
    n_out = counts[NOT_ASKED] + counts[UNKNOWN]
    verb = "was" if n_out == 1 else "were"
    how = f"{verb} not asked" if counts[NOT_ASKED] else "did not speak to it"
    aside = (
        f"not a finding: {spell(n_out)} of {len(rows)} {how}"
        if n_out
        else "not a finding"
    )
    shown = {_ANSWERS.get(k, k): n for k, n in counts.items() if n}
    drawn = figure(plot_open_question(shown), picture=report.with_pictures)
    by_group = report.by_group[report.by_group["claim_id"].eq(claim_id)]
    again = {*choose(report, claim_id, n=2)["coding_id"]}
    behind = _fold(report, claim_id, by_group, again, words=_FOR)
    ev = join([set_figure(drawn), behind], before='<div class="ev">', after="</div>")
    parts: list[Block | str] = [
        head,
        _mark_open(aside),
        ev,
        quotations(report, claim_id),
        _say_rivals(claim),
    ]
    return join(parts, before=opening, after="</article>")


_ANSWERS = {SILENT: "silent", NOT_ASKED: "not_asked", UNKNOWN: "unknown"}
_POSITIONS = (*DIRECTIONS, SILENT, NOT_ASKED, UNKNOWN)


def _mark_open(aside: str) -> str:
    mark = set_mark("open question")
    return f'<p class="strength">{mark}Open <span>{escape(aside)}</span></p>'


def _say_rivals(claim: Mapping[str, Any]) -> str:
    if not claim["rivals"]:
        return ""
    said = escape(claim["rivals"].replace(".; ", ". "))
    return f'<p class="small"><strong>To be weighed:</strong> {said}</p>'
