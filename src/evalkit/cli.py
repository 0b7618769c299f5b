"""The command line: parse, call, print."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evalkit.cli_report import StudyFolder, diff, judge, report, withdraw
from evalkit.errors import EvalkitError, Problem

app = typer.Typer(
    name="evalkit",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "From interview transcripts to an evaluation report that refuses to be wrong "
        "about its evidence.\n\n"
        "A study is a folder: begin one with `new`, put transcripts in with `add`, "
        "see what is missing with `check`, look at it in JupyterLab with `lab`, and "
        "build the report with `report`.\n\n"
        "Exit codes: 0 done, 1 the study has problems (listed), 2 the command was "
        "wrong."
    ),
)


class Format(StrEnum):
    """How tables are written."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


class Unit(StrEnum):
    """What agreement is counted on."""

    TURN = "turn"
    SENTENCE = "sentence"
    CHARACTER = "character"


class Among(StrEnum):
    """Which units count."""

    ALL = "all"
    CODED = "coded"


class Answer(StrEnum):
    """What a respondent agreed to."""

    YES = "yes"
    NO = "no"


class Status(StrEnum):
    """Which re-found codings a person confirms."""

    MOVED = "moved"
    CLOSE = "close"


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    title: Annotated[str, typer.Option("--title", "-t", help="The study's title.")],
) -> None:
    """Begin a new study, ready to fill.

    Example: evalkit new corpus/villages --title "Two villages and a road"
    """
    from evalkit.study import new_study

    new_study(folder, title=title)
    print(f"{folder}: a new study; next: evalkit add {folder} FILE…")


@app.command()
def add(
    study: StudyFolder,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Transcripts, in any format.")
    ],
    may_analyse: Annotated[
        Answer | None,
        typer.Option(help="What these respondents agreed to: analysis of their words."),
    ] = None,
    may_quote: Annotated[
        Answer | None,
        typer.Option(help="What these respondents agreed to: being quoted."),
    ] = None,
) -> None:
    """Copy transcripts into a study and register them, each with a respondent.

    Reads .docx .odt .rtf .txt .md .pdf .vtt .srt .sbv .ttml .csv .xlsx. A file that
    cannot be read is refused with a line that says why. Consent is only written if
    you give it: a report needs a yes or no for each person (respondents.csv).

    Example: evalkit add corpus/villages ~/interviews/*.docx --may-analyse yes
    """
    from evalkit.study import add_documents

    added = add_documents(
        study, files, may_analyse=may_analyse or "", may_quote=may_quote or ""
    )
    for document_id in added.added:
        print(f"added {document_id}")
    for name in added.known:
        print(f"{name}: is in the study already")
    print(f"{len(added.added)} added, {len(added.refused)} refused")
    _stop_on(added.refused)


@app.command()
def check(study: StudyFolder) -> None:
    """List every problem of a study, a line each: `file:row: what: how to mend`.

    Errors stop a report (exit code 1); warnings are for a person to look at.
    """
    from evalkit.study import read_study
    from evalkit.study.suggest import check_study_cues

    read = read_study(study)
    problems = [*read.problems, *check_study_cues(read)]
    for problem in sorted(problems, key=lambda each: (each.warning, each)):
        print(problem)
    n_warnings = sum(problem.warning for problem in problems)
    print(f"{len(problems) - n_warnings} problems, {n_warnings} warnings")
    if len(problems) > n_warnings:
        raise typer.Exit(1)


@app.command()
def suggest(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="The CSV file to write.")],
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Processes that share the work.")
    ] = 1,
) -> None:
    """Propose codings where the codebook's cues are found, with stance and reason.

    Only respondents' words are searched. What the sentence does with a cue (denies,
    doubts, reports it, ...) is read by spaCy and kept, so that a second run is quick.
    A suggestion is nobody's coding until a person accepts it.

    Example: evalkit suggest corpus/villages --out suggestions.csv
    """
    if out.suffix.casefold() != ".csv":
        raise typer.BadParameter(f"{out}: write FILE.csv", param_hint="--out")
    from evalkit.files import write_whole
    from evalkit.nlp import describe_pipeline
    from evalkit.study import read_study
    from evalkit.study.suggest import suggest_study

    read = read_study(study)
    settings = read.settings
    pipeline = describe_pipeline(settings.pipeline, language=settings.language)
    suggestions = suggest_study(read, jobs=jobs)
    content = suggestions.to_csv(index=False, lineterminator="\n")
    write_whole(out, content.encode("utf-8", "surrogatepass"))
    n_codes = suggestions["code_id"].nunique()
    print(f"{len(suggestions)} suggestions for {n_codes} codes in {out} ({pipeline})")


@app.command()
def tables(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to.")],
    format: Annotated[Format, typer.Option(help="csv, parquet or xlsx.")] = Format.CSV,
) -> None:
    """Write every table and result: documents, turns, codings, counts.

    Example: evalkit tables corpus/villages --out results --format xlsx
    """
    from evalkit.report.build import refuse_errors
    from evalkit.report.write_tables import write_tables
    from evalkit.study import read_study

    read = read_study(study)
    refuse_errors(read)
    written = write_tables(read, out, format=format.value)
    print(f"{len(written)} tables in {out}")


@app.command()
def agreement(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="The CSV file to write.")],
    by: Annotated[
        Unit, typer.Option(help="The unit of counting: turn, sentence or character.")
    ] = Unit.TURN,
    among: Annotated[
        Among, typer.Option(help="Which units count: all, or only coded ones.")
    ] = Among.ALL,
    disagreements: Annotated[
        Path | None,
        typer.Option(
            help="Write also where coders differ, as CSV: what to talk about."
        ),
    ] = None,
) -> None:
    """Measure how far coders agree, by theme and code, with intervals.

    Compared are the people who coded the same documents, in the words of respondents.
    Alpha is Krippendorff's: 1 is agreement throughout, 0 what chance would give.

    Example: evalkit agreement corpus/villages --out agreement.csv
    """
    from evalkit.files import write_whole
    from evalkit.report.build import refuse_errors
    from evalkit.study import read_study
    from evalkit.study.agreement import (
        list_compared,
        list_disagreements,
        measure_coders,
        summarise,
    )

    for path in (out, disagreements):
        if path and path.suffix.casefold() != ".csv":
            raise typer.BadParameter(f"{path}: write FILE.csv", param_hint="--out")
    if disagreements == out:
        raise typer.BadParameter(f"{out}: give the two tables two names")
    read = read_study(study)
    refuse_errors(read)
    compared = list_compared(read)
    if not compared:
        raise EvalkitError(
            "codings: no document was coded by two people: let somebody else code some "
            "of them, blind, with `counts = false` in study.toml"
        )
    measured = measure_coders(read, by=by.value, among=among.value)
    content = measured.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    write_whole(out, content.encode("utf-8"))
    print(f"{', '.join(compared)}: {summarise(measured)}")
    print(f"{len(measured)} rows in {out}")
    if disagreements:
        found = list_disagreements(read, by=by.value, among=among.value)
        rows = found.to_csv(index=False, lineterminator="\n", float_format="%.10g")
        write_whole(disagreements, rows.encode("utf-8", "surrogatepass"))
        print(f"{len(found)} disagreements in {disagreements}")


for command in (report, judge, withdraw, diff):
    app.command()(command)


@app.command(name="import")
def import_(
    study: StudyFolder,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A Taguette project (.sqlite3).")
    ],
    coder: Annotated[
        str, typer.Option(help="Whose codings these are; the tool's name otherwise.")
    ] = "",
) -> None:
    """Bring codes and codings in from another tool (Taguette's .sqlite3).

    Add the transcripts first. Every passage is looked for in them anew; what is not
    found word for word is listed, and kept. Importing twice adds nothing twice.

    Example: evalkit import corpus/villages project.sqlite3 --coder ana
    """
    if file.suffix.casefold() not in (".sqlite3", ".sqlite", ".db"):
        raise typer.BadParameter(
            f"{file.name}: only Taguette's .sqlite3 is imported yet", param_hint="FILE"
        )
    if not file.is_file():
        raise typer.BadParameter(f"{file}: no such file", param_hint="FILE")
    from evalkit.exchange.taguette import read_taguette
    from evalkit.study import import_project
    from evalkit.tables import list_rows

    imported = import_project(study, read_taguette(file), coder_id=coder)
    anchors = imported.anchors
    print(f"{len(imported.codes)} codes added")
    print(
        f"{anchors['highlight'].nunique()} highlights, {len(anchors)} codings, "
        f"{int(anchors['logged'].sum())} of them new"
    )
    for status, n in anchors["status"].value_counts().items():
        print(f"{n:6} {_FOUND[str(status)]}")
    if imported.n_without_code:
        print(f"{imported.n_without_code:6} highlights bear no code: not imported")
    lost = anchors[~anchors["status"].isin(["exact", "moved"])]
    for row in list_rows(lost):
        print(
            f"{row['document_id']}: highlight {row['highlight']} is {row['status']}: "
            f"“{' '.join(row['quotation'].split())[:60]}”"
        )


_FOUND = {
    "exact": "found word for word, at the same place",
    "moved": "found word for word, at another place of our text",
    "close": "close: the words differ a little",
    "ambiguous": "ambiguous: several places fit",
    "orphaned": "orphaned: not found",
}


@app.command()
def anchors(
    study: StudyFolder,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the table as CSV.")
    ] = None,
    confirm: Annotated[
        list[Status] | None,
        typer.Option(help="Write today's places of moved, or close, into the logs."),
    ] = None,
) -> None:
    """Show where the codings stand after a transcript was corrected.

    Moved: the same words elsewhere. Close: the words changed a little. Ambiguous:
    several places fit. Orphaned: the words are gone. Nothing leaves the coding logs.

    Example: evalkit anchors corpus/villages --confirm moved
    """
    from evalkit.files import write_whole
    from evalkit.study import confirm_anchors, read_study
    from evalkit.tables import list_rows

    if confirm:
        n = confirm_anchors(study, statuses=[each.value for each in confirm])
        print(f"{n} codings confirmed in their new places")
    table = read_study(study).anchors
    if out:
        write_whole(out, table.to_csv(index=False, lineterminator="\n"))
    for row in list_rows(table[table["status"].ne("exact")]):
        found = f" -> “{_shorten(row['found'])}”" if row["status"] == "close" else ""
        print(
            f"codings/{row['coder_id']}.jsonl:{row['line']}: {row['status']}: "
            f"“{_shorten(row['quotation'])}”{found}"
        )
    counts = table["status"].value_counts()
    print(", ".join(f"{n} {status}" for status, n in counts.items()) or "no codings")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def lab(context: typer.Context, study: StudyFolder) -> None:
    """Open a study in JupyterLab; further options go to `jupyter lab`.

    The notebooks are copied into the study's own `notebooks` folder, once: they are
    yours to change.

    Example: evalkit lab corpus/villages --no-browser
    """
    from evalkit.report.lab import open_lab

    raise typer.Exit(open_lab(study, context.args))


def _shorten(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _stop_on(problems: list[Problem]) -> None:
    if problems:
        for problem in problems:
            print(problem, file=sys.stderr)
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; a user's mistake never shows a traceback."""
    try:
        app()
    except EvalkitError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        print(f"{error.filename}: {what}: look at its name and rights", file=sys.stderr)
        sys.exit(1)
