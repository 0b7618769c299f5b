"""The commands that make a report, and what leads to it and follows from it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evalkit.errors import EvalkitError

StudyFolder = Annotated[
    Path,
    typer.Argument(metavar="STUDY", help="The study's folder.", show_default=False),
]


class To(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"


class Audience(StrEnum):
    """Who reads a report."""

    INTERNAL = "internal"
    FUNDER = "funder"


def report(
    study: StudyFolder,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder to write to.")
    ] = None,
    to: Annotated[
        list[To] | None, typer.Option(help="html, pdf or docx; all three otherwise.")
    ] = None,
    audience: Annotated[
        Audience | None,
        typer.Option(help="internal or funder; both otherwise, in two folders."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="The folder of an earlier run, to say what changed."),
    ] = None,
) -> None:
    """Build a study's report: report.html, .pdf and .docx, tables and manifest.json.

    Runs the study's own report.ipynb, or the notebook that ships with evalkit. The
    funder's report is refused, with a line for each reason, when a quotation no longer
    matches, somebody may not be quoted, few people could be made out, a claim has no
    evidence, ... The internal one, for the team, shows ids and every cell; without
    --audience it goes into a folder beside the funder's, OUT-internal.

    Example: evalkit report corpus/villages --out reports/villages
    """
    from evalkit.report.build import build_report
    from evalkit.report.pdf import MISSING, can_render_pdf

    formats = [each.value for each in to or To]
    if not to and not can_render_pdf():
        formats.remove(To.PDF.value)
        print(MISSING, file=sys.stderr)
    out = out or Path("reports") / study.resolve().name
    beside = out.with_name(f"{out.name}-internal")
    folders = {Audience.INTERNAL: (beside, since), Audience.FUNDER: (out, since)}
    if since:
        beside_since = since.with_name(f"{since.name}-internal")
        folders[Audience.INTERNAL] = (beside, beside_since)
    if audience:
        folders = {audience: (out, since)}
    refused = None
    for each, (folder, earlier) in folders.items():
        try:
            written = build_report(
                study,
                folder,
                audience=each.value,
                to=formats,
                since=earlier or "",
            )
        except EvalkitError as error:
            if refused:
                break  # the same stands in the way of both
            refused = error
            continue
        for path in written:
            if path.name.startswith("report."):
                print(path)
    if refused:
        raise refused


def judge(
    study: StudyFolder,
    by: Annotated[str, typer.Option("--by", help="Who judges.", prompt="Your name")],
    claim: Annotated[
        str, typer.Option(help="Only this claim, such as K05; else all in turn.")
    ] = "",
) -> None:
    """Say, passage by passage, whether it really bears out the claim it is coded for.

    Only passages judged yes or partly are printed for a funder. A passage is asked
    about again when its words or the claim's statement change. Each answer is saved at
    once, in verdicts.csv.

    Example: evalkit judge corpus/villages --claim K05 --by ana
    """
    from evalkit.report.judging import list_unjudged
    from evalkit.study.verdicts import add_verdict

    waiting = list_unjudged(study, claim_id=claim)
    print(f"{len(waiting)} passages to judge; y yes, p partly, n no, s skip, q quit")
    answers = {"y": "yes", "p": "partly", "n": "no"}
    for number, row in enumerate(waiting, start=1):
        print(f"\n{number} of {len(waiting)} · {row['claim_id']}: {row['statement']}")
        print(f"{row['respondent_id']} {row['stance']} it:\n\n  “{row['words']}”\n")
        answer = ""
        while answer not in (*answers, "s", "q"):
            answer = typer.prompt("Does it bear that out? [y/p/n/s/q]").strip().lower()
        if answer == "q":
            break
        if answer == "s":
            continue
        paraphrase = ""
        if row["paraphrase_only"] and answer != "n":
            asked = "These words may not be quoted. In your own"
            paraphrase = typer.prompt(f"{asked} (s skips)").strip()
            if paraphrase.casefold() in ("s", "q"):
                continue
        add_verdict(
            study,
            claim_id=row["claim_id"],
            coding_id=row["coding_id"],
            bears_out=answers[answer],
            statement=row["statement"],
            words=row["quotation"],
            by=by,
            paraphrase=paraphrase,
        )


def withdraw(
    study: StudyFolder,
    respondent: Annotated[str, typer.Argument(help="Who withdraws.")],
    on: Annotated[str, typer.Option("--on", help="The date, such as 2026-05-31.")],
) -> None:
    """Withdraw a person: their words and counts are gone from the next run on.

    Writes the date into respondents.csv and nothing else. Lists what still stands in
    the folder, which no program should delete for you.

    Example: evalkit withdraw corpus/villages P07 --on 2026-05-31
    """
    from evalkit.study import withdraw as written

    done = written.withdraw(study, respondent, on=on)
    print(f"{done.respondent_id} is withdrawn as of {done.on}.")
    if done.documents:
        print(f"{done.n_codings} codings leave, with {', '.join(done.documents)}.")
    if done.shared:
        print(f"Their words are masked in {', '.join(done.shared)}.")
    remains = written.list_remains(study, respondent)
    if remains:
        print("Their words still stand here, for you to decide about:")
    for each in remains:
        print(f"  {each}")
    print("Reports sent before are superseded: build them anew and tell who has them.")


def diff(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="The earlier run.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="The later run.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the table as CSV.")
    ] = None,
) -> None:
    """Say what changed between two runs, and why: which ratings, counts, quotations.

    A run is the folder of a built report. Causes are data, codings, codebook, claims,
    rule and consent.

    Example: evalkit diff reports/may reports/june
    """
    from evalkit.files import write_whole
    from evalkit.report.runs import compare_runs, describe_changes

    changes = compare_runs(run_a, run_b)
    if out:
        write_whole(out, changes.to_csv(index=False, lineterminator="\n"))
    print(describe_changes(changes))
