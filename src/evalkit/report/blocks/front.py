"""The front of a report: title, summary, the answers to its questions, its stamp."""

from __future__ import annotations

import datetime as dt
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
)
from evalkit.claims.quantifiers import SCALE, count_people, quantify, spell
from evalkit.claims.strength import (
    CONTESTED,
    LIMITED,
    MODERATE,
    NONE,
    SINGLE,
    STRONG,
    UNSUPPORTED,
    Rule,
    write_limit,
)
from evalkit.report.blocks.claims import find_rating, name_short
from evalkit.report.blocks.themes import say_themes
from evalkit.report.opened import Report
from evalkit.report.page import (
    Block,
    begin,
    count,
    enumerate_names,
    section,
    set_mark,
)
from evalkit.report.small_cells import HEARD, Counted
from evalkit.tables import list_rows

ORDER = (STRONG, MODERATE, LIMITED, SINGLE, CONTESTED, UNSUPPORTED, NONE)
OPEN = "open question"


def header(report: Report) -> Block:
    """Set the page's title and the facts of the study."""
    study, people = report.study, report.people
    own = study.turns.loc[study.turns["respondent_id"].ne(""), "text"]
    n_words = sum(len(words.split()) for words in own)
    dates = sorted(d for d in study.documents["collected_on"] if tell(d) != d)
    groups = people["report_group"].value_counts(sort=False)
    facts = {
        "Interviews": f"{count(len(study.documents), 'transcript')}, "
        f"{count(len(people), 'person', 'people')}",
        "Collected": _between(dates, exact=report.is_internal) or "not recorded",
        "Coded by": f"{count(int(study.coders['counts'].sum()), 'coder')}, "
        f"{count(study.counted['code_id'].nunique(), 'code')} used",
        "Words of respondents": f"{n_words:,}",
        "Who was heard": ", ".join(f"{group} ({n})" for group, n in groups.items()),
        "What was asked": " ".join(study.settings.questions.values()),
    }
    wide = {"Who was heard": "wide", "What was asked": "wide"}
    items = "".join(
        f'<div class="{wide.get(name, "fact")}"><dt>{name}</dt>'
        f"<dd>{escape(value)}</dd></div>"
        for name, value in facts.items()
        if value
    )
    title = escape(study.settings.title or study.folder.name)
    for_whom = "for the team" if report.is_internal else "for funders"
    return Block(
        f'<header class="title"><p class="kicker">Evaluation report {for_whom}</p>'
        f'<h1>{title}</h1><dl class="facts">{items}</dl></header>{_notice(report)}',
        counted=(_count_heard(report, "report_group"),),
    )


def summary(report: Report) -> Block:
    """Sum the claims up on a page: in words, and each with its counts."""
    if report.ratings.empty:
        return section("Summary", [say_themes(report)], name="summary")
    pieces = [_lead(report), _say(report), _overview(report)]
    return section("Summary", pieces, name="summary")


def answers(report: Report) -> Block:
    """Answer each question of the evaluation by the claims that bear on it."""
    statements = report.study.claims.statements
    pieces: list[Block | str] = []
    for number, (name, asked) in enumerate(report.study.settings.questions.items(), 1):
        rows = statements[statements["question"].eq(name)]
        pieces.append(_answer(report, f"{number}. {asked}", list_rows(rows)))
    if not pieces or statements.empty:
        return Block("")
    pieces.append(_set_scale(report.study.settings.strength))
    return section("Answers to the evaluation questions", pieces, name="answers")


def stamp(report: Report) -> Block:
    """Set what the report was built from and with, so that it can be built again."""
    import platform
    from importlib.metadata import version

    from evalkit.nlp import describe_pipeline

    study = report.study
    settings = study.settings
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("spacy", "matplotlib", "nbconvert")
    )
    facts = {
        "Command": f"evalkit report {study.folder.name} --audience {report.audience}",
        "Built by": f"evalkit {version('evalkit')}, "
        f"Python {platform.python_version()}, pandas {pd.__version__}, {packages}",
        "Pipeline": describe_pipeline(settings.pipeline, language=settings.language),
        "Codebook": f"version {study.codebook.version or 'not given'}",
    }
    if report.is_internal:
        facts["Transcripts"] = ", ".join(
            f"{row['document_id']} {row['sha256'][:12]}"
            for row in list_rows(study.documents)
        )
    items = "".join(
        f"<dt>{name}</dt><dd><code>{escape(value)}</code></dd>"
        for name, value in facts.items()
    )
    return Block(
        '<footer class="stamp" aria-labelledby="h-stamp"><h2 id="h-stamp">How to build '
        f"this report again</h2><dl>{items}</dl></footer>"
    )


def _count_heard(report: Report, by: str) -> Counted:
    sizes = report.people[by].value_counts(sort=False)
    return Counted(HEARD, by, {str(group): int(n) for group, n in sizes.items()})


def _notice(report: Report) -> str:
    said = []
    if report.study.settings.illustrative:
        said.append(
            "<p><strong>This report is illustrative.</strong> Every person, delegation "
            "and word in it is invented, to show what a report looks like.</p>"
        )
    if report.is_internal:
        said.append(
            "<p><strong>Internal, not for publication.</strong> It names respondents’ "
            "ids, groups of fewer people than may be described, and passages that may "
            "not be quoted.</p>"
        )
    cls = "notice internal" if report.is_internal else "notice"
    return f'<div class="{cls}">{"".join(said)}</div>' if said else ""


def _lead(report: Report) -> Block:
    strengths = _list_strengths(report)
    n_people, n_open = len(report.people), list(strengths.values()).count(OPEN)
    parts = []
    for word in ORDER:
        n = list(strengths.values()).count(word)
        if n:
            rest = {STRONG: "on strong evidence", MODERATE: "on moderate evidence"}
            if word in rest:
                verb = "rests" if n == 1 else "rest"
                parts.append(f"{spell(n)} {verb} {rest[word]}")
            else:
                parts.append(
                    f"{spell(n)} {'is' if n == 1 else 'are'} {_ADJECTIVE[word]}"
                )
    if n_open:
        parts.append(f"{spell(n_open)} {'stays' if n_open == 1 else 'stay'} open")
    said = (
        f"We asked {count_people(n_people)}. Of the {spell(len(strengths))} statements "
        f"we tested {enumerate_names(parts)}."
    )
    return Block(f'<p class="lead">{escape(said)}</p>')


_ADJECTIVE = {
    LIMITED: "borne out by few",
    SINGLE: "said by a single person",
    CONTESTED: "contested",
    UNSUPPORTED: "supported by nobody",
    NONE: "without any evidence",
}


def _list_strengths(report: Report) -> dict[str, str]:
    """Give each rated claim its strength; open questions have none."""
    kinds = report.study.claims.statements.set_index("claim_id")["kind"]
    return {
        row["claim_id"]: OPEN
        if kinds[row["claim_id"]] == "question"
        else row["strength"]
        for row in list_rows(report.ratings)
    }


def _say(report: Report) -> Block:
    """Set what can be said, what is disputed and what is not known side by side."""
    strengths = _list_strengths(report)
    rows = {row["claim_id"]: row for row in list_rows(report.study.claims.statements)}

    def names(*words: str) -> str:
        short = [name_short(rows[c]) for c, word in strengths.items() if word in words]
        return " ".join(f"{each}." for each in short) or "Nothing."

    weak = (LIMITED, SINGLE, UNSUPPORTED, NONE)
    columns = {
        "What we can say": names(STRONG, MODERATE),
        "What is disputed": names(CONTESTED),
        "What we do not know": names(OPEN, *weak).replace("?.", "?"),
    }
    items = "".join(
        f"<li><strong>{title}</strong> {escape(said)}</li>"
        for title, said in columns.items()
    )
    return Block(f'<ul class="says">{items}</ul>')


def _overview(report: Report) -> Block:
    """Set every claim with its counts in one table, by strength."""
    strengths = _list_strengths(report)
    claims = {row["claim_id"]: row for row in list_rows(report.study.claims.statements)}
    ratings = {row["claim_id"]: row for row in list_rows(report.ratings)}
    widest = max(
        [
            1,
            *(
                row["qualifies"] + row["contradicts"] + row["mixed"]
                for row in ratings.values()
            ),
        ]
    )
    longest = max([1, *(row["supports"] for row in ratings.values())])
    bodies = []
    for word in (*ORDER, OPEN):
        ids = [each for each, strength in strengths.items() if strength == word]
        if not ids:
            continue
        ids.sort(key=lambda each: _rank(ratings[each]))
        what = (
            count(len(ids), "claim")
            if word != OPEN
            else f"{len(ids)}, without an answer"
        )
        what += ": people disagree" if word == CONTESTED else ""
        head = (
            f'<tr class="grp"><th scope="rowgroup" colspan="5">{set_mark(word)}'
            f"{begin(word)}{'s' if word == OPEN and len(ids) > 1 else ''} "
            f"<span>· {what}</span></th></tr>"
        )
        bodies.append(
            f'<tbody class="g">{head}'
            + "".join(
                _set_row(claims[each], ratings[each], widest, longest) for each in ids
            )
            + "</tbody>"
        )
    n = list(strengths.values()).count(STRONG)
    of = len(strengths)
    caption = f"{begin(spell(n)) if n else 'None'} of {spell(of)} statements "
    caption += f"{'rests' if n == 1 else 'rest'} on strong evidence"
    heads = "".join(
        f'<th scope="col"{cls}>{name}</th>'
        for name, cls in (
            ("Statement", ""),
            ("Against and for", ' class="bar"'),
            ("For", ' class="n"'),
            ("Partly", ' class="n"'),
            ("Against", ' class="n"'),
        )
    )
    return Block(
        f'<div class="over"><table><caption>{caption} <span>How many people support, '
        "qualify or contradict each one. Each person counts once.</span></caption>"
        f"<thead><tr>{heads}</tr></thead>{''.join(bodies)}</table></div>"
        '<p class="xs">For = supports the statement. Partly = qualifies it, or says '
        "both. Against = contradicts it. The words are set by a printed rule: see "
        '<a href="#strength">how strength is decided</a>.</p>'
    )


def _rank(rating: Mapping[str, Any]) -> tuple[float, int]:
    n = max(int(rating["n"]), 1)
    return (-rating["supports"] / n, -int(rating["n"]))


def _set_row(
    claim: Mapping[str, Any], rating: Mapping[str, Any], widest: int, longest: int
) -> str:
    claim_id = escape(claim["claim_id"])
    partly = int(rating[QUALIFIES]) + int(rating[MIXED])
    cells = "".join(
        f'<td class="n{"" if n else " z"}">{n}</td>'
        for n in (int(rating[SUPPORTS]), partly, int(rating[CONTRADICTS]))
    )
    return (
        f'<tr><th scope="row"><span class="id">{claim_id}</span>'
        f'<a href="#{claim_id}">{escape(name_short(claim))}</a></th>'
        f'<td class="bar">{_spark(rating, widest, longest)}</td>{cells}</tr>'
    )


def _spark(rating: Mapping[str, Any], widest: int, longest: int) -> str:
    """Draw a claim's counts as squares, for the eye; the numbers stand beside."""
    step = min(11.0, 146 / (widest + longest))
    side = step - 1.5
    zero = widest * step + 1
    squares = []
    at = zero - step
    for direction, style in (
        (QUALIFIES, 'class="f-qedge" fill="none" stroke="#9a6a00"'),
        (MIXED, 'class="f-qedge" fill="none" stroke="#9a6a00" stroke-dasharray="2 1"'),
        (CONTRADICTS, 'class="f-con" fill="#d9703a"'),
    ):
        for _ in range(int(rating[direction])):
            inset = 0.5 if direction != CONTRADICTS else 0.0
            squares.append(
                f'<rect {style} x="{at + inset:.1f}" y="{3 + inset}" '
                f'width="{side - 2 * inset:.1f}" height="{10 - 2 * inset}"/>'
            )
            if direction != CONTRADICTS:
                x = at + inset
                squares.append(
                    f'<path class="sf-qua" stroke="#9a6a00" stroke-width="1.4" '
                    f'd="M{x:.1f} {12.5}L{x + side - 1:.1f} {3.5}"/>'
                )
            at -= step
    for number in range(int(rating[SUPPORTS])):
        x = zero + 1 + number * step
        squares.append(
            f'<rect class="f-sup" fill="#173f6e" x="{x:.1f}" y="3" '
            f'width="{side:.1f}" height="10"/>'
        )
    return (
        '<svg viewBox="0 0 150 16" aria-hidden="true" focusable="false">'
        f"{''.join(squares)}"
        f'<path class="sf-ink" d="M{zero:.1f} 0V16" stroke="#1b1f24"/></svg>'
    )


def _answer(report: Report, asked: str, claims: list[dict[str, Any]]) -> Block:
    strengths = _list_strengths(report)
    rows = [each for each in claims if each["kind"] in ("finding", "question")]
    rows.sort(
        key=lambda row: (*ORDER, OPEN).index(strengths.get(row["claim_id"], OPEN))
    )
    items = "".join(
        f"<li>{set_mark(strengths.get(row['claim_id'], OPEN))}<span>"
        f'<a href="#{escape(row["claim_id"])}">{escape(name_short(row))}</a> '
        f'<span class="how">{escape(_say_answer(report, row, strengths))}</span>'
        "</span></li>"
        for row in rows
    )
    told = f'<ul class="told">{items}</ul>' if items else "<p>No claim answers it.</p>"
    return Block(f'<div class="answer"><h3>{escape(asked)}</h3>{told}</div>')


def _say_answer(
    report: Report, claim: Mapping[str, Any], strengths: Mapping[str, str]
) -> str:
    """Say in words, written from the counts, who stands behind a claim."""
    claim_id = claim["claim_id"]
    if claim_id not in strengths:
        return "An open question; nobody’s word is counted."
    rating = find_rating(report, claim_id)
    rows = report.positions[report.positions["claim_id"].eq(claim_id)]
    if not rating["n"]:
        return "Nobody spoke to it."
    if strengths[claim_id] == OPEN:
        return _say_open(rating, rows)
    n_silent = int(rows["position"].eq(SILENT).sum())
    could, n = int(rating["n"]) + n_silent, int(rating[SUPPORTS])
    who = "who were asked or spoke to it" if n_silent else "who spoke to it"
    many, verb = quantify(n, could), "support" if n > 1 else "supports"
    said = f"{begin(many)} of the {spell(could)} {who} {verb} it"
    if could == 1:
        does = "supports" if n else "does not support"
        said = f"The one person who spoke to it {does} it"
    return f"{said}. {begin(strengths[claim_id])}."


def _say_open(rating: Mapping[str, Any], rows: pd.DataFrame) -> str:
    sides = [
        f"{spell(int(rating[side])) if rating[side] else 'none'} {word}"
        for side, word in ((SUPPORTS, "for"), (CONTRADICTS, "against"))
    ]
    n_not = int(rows["position"].eq(NOT_ASKED).sum())
    said = f"Open: {', '.join(sides)}"
    return f"{said}; {spell(n_not)} of {len(rows)} not asked." if n_not else f"{said}."


def _set_scale(rule: Rule) -> str:
    strong, moderate = rule.strong, rule.moderate
    stake = ", one without a stake" if strong.a_group_without_stake else ""
    lines = {
        CONTESTED: f"Weight of contradiction {write_limit(rule.contested)} or more",
        STRONG: f"{strong.supporters} or more support, from {strong.groups} or more "
        f"groups{stake}; contradiction {write_limit(strong.contradiction)} or less",
        MODERATE: f"{moderate.supporters} or more support, from {moderate.groups} or "
        "more groups",
        SINGLE: "1 person supports",
        LIMITED: "Anything else",
        UNSUPPORTED: "Somebody spoke to it, nobody supports it",
    }
    rows = "".join(
        f'<tr><th scope="row" class="nw"><strong>{set_mark(word)}{begin(word)}</strong>'
        f"</th><td>{said}</td></tr>"
        for word, said in lines.items()
    )
    return (
        '<h3 class="sub" id="strength">How strength is decided</h3>'
        "<p>Weight of contradiction: the share of people who contradict, plus half the "
        "share who qualify or say both. The thresholds are this study’s own, no "
        "published standard. The first line that fits applies.</p>"
        '<table><caption class="vh">The strength words and the rule for each</caption>'
        '<thead><tr><th scope="col">Word</th><th scope="col">Rule</th></tr></thead>'
        f'<tbody>{rows}</tbody></table><p class="small">{SCALE}</p>'
    )


def _between(dates: Iterable[str], *, exact: bool) -> str:
    told = [tell(date) if exact else tell(date).split(" ", 1)[-1] for date in dates]
    if not told:
        return ""
    return told[0] if told[0] == told[-1] else f"{told[0]} to {told[-1]}"


def tell(date: str) -> str:
    """Write a date as people do; what is no date stays as it is."""
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        return date
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January February March April May June July August September October November "
    "December"
).split()
