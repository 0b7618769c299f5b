"""How the counts came about, what limits them, and what changed since the last run."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pandas as pd

from evalkit.claims.counter import find_grave, find_unheard
from evalkit.claims.quantifiers import count_people
from evalkit.claims.strength import SINGLE
from evalkit.report.blocks.quotations import quote
from evalkit.report.blocks.soundness import soundness
from evalkit.report.opened import Report
from evalkit.report.page import (
    CHANGES,
    Block,
    begin,
    count,
    enumerate_names,
    join,
    section,
    squeeze,
    table,
)
from evalkit.report.passages import find_quotable
from evalkit.report.small_cells import HEARD, Counted, merge_small
from evalkit.tables import list_rows


def method(report: Report) -> Block:
    """Set how the counts came about: sample, coding, agreement, limits."""
    pieces: list[Block | str] = [
        _set_chain(report),
        '<h3 class="sub">Who was heard</h3>',
        _set_sample(report),
        '<h3 class="sub">How it was coded</h3>',
        _list_lines(_say_coding(report)),
        soundness(report),
        '<h3 class="sub">What this study cannot show</h3>',
        limits(report),
        _set_grave(report),
    ]
    return section("Method and limits", pieces, name="method")


def limits(report: Report) -> Block:
    """List what limits the study, as far as its tables know."""
    return _list_lines(_say_limits(report), cls="limits-list")


def crosstab(report: Report, by: str, *, caption: str = "", head: str = "") -> Block:
    """Count the people heard by an attribute; few people are merged with others.

    `by` is a column of respondents.csv, or report_group. For a reader outside,
    categories of fewer than k people become one.
    """
    people = report.people
    values = people[by].replace("", "not recorded")
    if not report.is_internal:
        values = merge_small(people, by, k=report.k)
    sizes = values.value_counts(sort=by != "report_group")
    rows = pd.DataFrame({"of": sizes.index.astype("str"), "n": sizes.to_numpy()})
    shown = {row["of"]: int(row["n"]) for row in list_rows(rows)}
    shown.pop("other", None)
    counted = (Counted(HEARD, by, shown),) if shown != {"any": len(people)} else ()
    set_rows = table(
        rows,
        caption=caption or f"People heard, by {by.replace('_', ' ')}",
        names={"of": head or begin(by.replace("_", " ")), "n": "People"},
        total={"of": "All", "n": len(people)},
    )
    return Block(set_rows.html, counted=counted)


def changes(report: Report) -> Block:
    """Say what changed since an earlier run, and why; nothing without one."""
    if not report.since:
        return Block("")
    return section("Since the last run", [CHANGES], name="since")


def _set_chain(report: Report) -> Block:
    study = report.study
    n_coders = int(study.coders["counts"].sum())
    steps = [
        (len(study.documents), "transcript", "as collected"),
        (len(study.turns), "turn of speech", ""),
        (len(study.counted), "coding", f"by {count(n_coders, 'coder')}"),
        (len(report.evidence), "judgement", "one person on one claim"),
        (len(report.ratings), "statement", "rated by rule"),
    ]
    items = "".join(
        f"<li><b>{n:,}</b> {what if n == 1 else _many(what)}{how and ', '}{how}</li>"
        for n, what, how in steps
        if n
    )
    return Block(
        f'<ol class="pipe" aria-label="From interviews to claims">{items}</ol>'
    )


def _many(what: str) -> str:
    first, *rest = what.split()
    return " ".join([f"{first}s", *rest])


def _set_sample(report: Report) -> Block:
    own = report.study.turns.merge(
        report.people[["respondent_id", "report_group"]], on="respondent_id"
    )
    words = own.assign(n_words=[len(each.split()) for each in own["text"]])
    by_group = words.groupby("report_group", sort=False)["n_words"].sum()
    sizes = report.people["report_group"].value_counts(sort=False)
    rows = pd.DataFrame(
        {
            "group": sizes.index.astype("str"),
            "n": sizes.to_numpy(),
            "n_words": by_group.reindex(sizes.index).astype("int64").to_numpy(),
        }
    )
    set_rows = table(
        rows,
        caption="By group",
        unit="People, and the words they said",
        names={"group": "Group", "n": "People", "n_words": "Words"},
        total={
            "group": "All",
            "n": len(report.people),
            "n_words": rows["n_words"].sum(),
        },
    )
    counted = Counted(HEARD, "report_group", {str(g): int(n) for g, n in sizes.items()})
    said = (
        f'<p class="xs keep">Groups of fewer than {report.k} people are merged, and '
        "nobody is described by words that fit fewer.</p>"
    )
    return join(
        [Block(set_rows.html, counted=(counted,)), "" if report.is_internal else said]
    )


def _say_coding(report: Report) -> Iterator[str]:
    study = report.study
    coders = ", ".join(
        f"{row['name']} ({row['kind']}{'' if row['counts'] else ', not counted'})"
        for row in list_rows(study.coders)
    )
    counting = study.coders.loc[study.coders["counts"], "coder_id"]
    anchors = study.anchors[study.anchors["coder_id"].isin(counting)]
    stand = anchors["status"].value_counts()
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in stand.items()) or "none"
    n_themes = int(study.codes["parent_id"].eq("").sum())
    n_codes = len(study.codes) - n_themes
    yield (
        f"Codebook version {study.codebook.version or 'not given'}: "
        f"{count(n_themes, 'theme')}, {count(n_codes, 'code')} below them."
    )
    if report.is_internal:
        yield f"Coders: {coders or 'none yet'}."
    else:
        n_all, n_counting = len(study.coders), int(study.coders["counts"].sum())
        second = (
            f"; {n_all - n_counting} more coded to be compared"
            if n_all > n_counting
            else ""
        )
        yield f"Coded by {count(n_counting, 'person', 'people')}{second}."
    yield (
        f"Codings counted: {len(study.counted):,}. Where their words stand in the "
        f"transcripts today: {kinds}."
    )
    yield (
        "A person counts once for a claim, however much they talk. An interviewer’s "
        "words are never counted. A computer’s suggestions count only when a person "
        "accepted them."
    )
    if len(study.guide.questions):
        yield (
            f"The interview guide has {count(len(study.guide.questions), 'question')}; "
            "which of them were put in each interview is recorded, so that silence and "
            "not having been asked are told apart."
        )
    if len(study.verdicts):
        yield (
            f"For {count(len(study.verdicts), 'passage')} an evaluator said whether it "
            "bears out its claim; only those that do, or do in part, are printed."
        )


def _say_limits(report: Report) -> Iterator[str]:
    study = report.study
    voices = study.documents["voice"]
    n_indirect = int((~voices.isin(["verbatim", ""])).sum())
    if n_indirect:
        yield (
            f"{count(n_indirect, 'transcript')} of {len(voices)} were interpreted, "
            "written, or taken down as notes. Tone and wording may have changed on the "
            "way."
        )
    unheard = (
        find_unheard(report.evidence, report.people) if len(report.ratings) else []
    )
    if unheard:
        who = f" ({', '.join(unheard)})" if report.is_internal else ""
        verb = "stand" if len(unheard) > 1 else "stands"
        yield f"The words of {count_people(len(unheard))}{who} {verb} behind no claim."
    if report.divided:
        yield f"Groups disagree on {enumerate_names(report.divided)}."
    single = report.ratings.loc[report.ratings["strength"].eq(SINGLE), "claim_id"]
    if len(single):
        yield f"One person alone supports {enumerate_names(single)}."
    people = study.respondents
    n_out = len(people) - len(report.people)
    if n_out:
        yield (
            f"{begin(count_people(n_out))} withdrew, did not agree to analysis or left "
            "no transcript; nothing of theirs is counted or printed."
        )
    withheld = _count_withheld(report)
    if withheld and not report.is_internal:
        yield f"{begin(count_people(withheld))} may be counted, but not quoted."
    if report.ratings.empty or not len(study.guide.questions):
        yield (
            "What was asked in each interview is not recorded: silence may mean that "
            "nobody asked."
        )
    yield (
        "The counts say who holds a view, not how often it is true; no document was "
        "used to check what people say happened."
    )
    warnings = [problem for problem in study.problems if problem.warning]
    if warnings:
        yield f"The study was checked with {count(len(warnings), 'warning')}."


def _count_withheld(report: Report) -> int:
    coded = report.coded[report.coded["coding_id"].notna()]
    own = coded[coded["respondent_id"].ne("")].drop_duplicates("coding_id")
    may = own[own["coding_id"].isin(find_quotable(report.study, own))]
    return int(own["respondent_id"].nunique() - may["respondent_id"].nunique())


def _set_grave(report: Report) -> Block:
    """Keep in sight what one person said of a harm or a wrong: it is not outvoted."""
    grave = find_grave(report.study.counted)
    if grave.empty:
        return Block("")
    rows = report.coded[report.coded["coding_id"].isin(grave["coding_id"])]
    rows = rows.drop_duplicates("coding_id")
    quotable = {*find_quotable(report.study, rows)}
    pieces: list[Block | str] = []
    for row in list_rows(rows):
        if row["document_id"] in report.notes:
            continue
        if row["coding_id"] in quotable or report.is_internal:
            coding = report.codings_by_id[row["coding_id"]]
            told = {**row, **coding, "claim_id": "", "words": coding["quotation"]}
            quoted = quote(report, told)
            whose = escape(begin(quoted.attribution))
            said = f'<q class="said">{escape(quoted.words)}</q>'
            html = f"<li>{said}<small>{whose}</small></li>"
            pieces.append(Block(html, quoted=(quoted,)))
    n_kept = len(rows) - len(pieces)
    if n_kept:
        verb = "was" if n_kept == 1 else "were"
        kept = f"{count(n_kept, 'other statement')} of this kind {verb} made that may "
        pieces.append(f"<li><small>{kept}not be printed.</small></li>")
    return join(
        pieces,
        before='<h3 class="sub" id="grave">Told by few, and not outvoted</h3>'
        "<p>Somebody told of a harm or a wrong. It stands here whatever the counts say."
        '</p><ul class="passages">',
        after="</ul>",
    )


def _list_lines(lines: Iterator[str], *, cls: str = "") -> Block:
    named = f' class="{cls}"' if cls else ""
    items = "".join(f"<li>{escape(squeeze(line))}</li>" for line in lines)
    return Block(f"<ul{named}>{items}</ul>")
