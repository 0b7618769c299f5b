"""A study's folder read into a frozen object of tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from evalkit.analysis.units import lay_codings
from evalkit.claims.statements import FILE as CLAIMS_FILE
from evalkit.claims.statements import Claims, parse_claims
from evalkit.coding.codebook import FILE as CODEBOOK_FILE
from evalkit.coding.codebook import Codebook, parse_codebook, read_codebook
from evalkit.coding.codings import (
    find_codings,
    find_lost,
    find_unknown_marks,
    list_decisions,
    list_memos,
    list_reads,
)
from evalkit.coding.log import Folded, fold_events, hash_text, read_events
from evalkit.errors import EvalkitError, Problem, ProblemsError, UnreadableError
from evalkit.files import show_progress
from evalkit.study.checks import (
    EVERY_DOCUMENT,
    PART,
    check_claims,
    check_consensus,
    check_consent,
    check_references,
    check_settings,
    check_turns,
    check_verdicts,
    check_words,
    find_unregistered,
    split_part,
)
from evalkit.study.guide import ASKED_FILE, Guide, check_guide, parse_guide
from evalkit.study.guide import FILE as GUIDE_FILE
from evalkit.study.settings import FILE as SETTINGS_FILE
from evalkit.study.settings import Coder, Settings, read_settings
from evalkit.study.verdicts import FILE as VERDICTS_FILE
from evalkit.tables import (
    ASKED,
    CODERS,
    DOCUMENTS,
    MASK,
    RESPONDENTS,
    SPEAKERS,
    TURNS,
    VERDICTS,
    Table,
    list_rows,
)
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.label_lines import fold_exactly
from evalkit.transcripts.labels import is_misspelt
from evalkit.transcripts.read import Transcript, find_speakers, read_sources
from evalkit.transcripts.source import Source

Written = TypeVar("Written")


@dataclass(frozen=True)
class Study:
    """A study as tables (see `evalkit.tables`), the texts, and what is wrong with it.

    People who did not agree to analysis, or who withdrew, are left out of every table
    but `respondents`; in a text that they share with others their words are masked.
    `codings` are everybody's, `counted` those that a report counts (see `Coder`);
    `memos` those on codes and documents (a coding's memo stands with it), `reads` how
    far coders read, `decisions` what was decided between two of them. `guide` and
    `asked` say which questions were put where, `verdicts` which passages bear out a
    claim (its index is the row of the file, less two). `hashes` are of the texts as
    they are, unmasked.
    """

    folder: Path
    settings: Settings
    codebook: Codebook
    documents: pd.DataFrame
    respondents: pd.DataFrame
    speakers: pd.DataFrame
    turns: pd.DataFrame
    codes: pd.DataFrame
    coders: pd.DataFrame
    codings: pd.DataFrame
    counted: pd.DataFrame
    anchors: pd.DataFrame
    memos: pd.DataFrame
    reads: pd.DataFrame
    decisions: pd.DataFrame
    claims: Claims
    guide: Guide
    asked: pd.DataFrame
    verdicts: pd.DataFrame
    texts: Mapping[str, str]
    hashes: Mapping[str, str]
    problems: tuple[Problem, ...]


def read_study(folder: str | Path) -> Study:
    """Read a study's folder.

    What cannot be read at all (settings, codebook, a coding log, and respondents.csv,
    without which nobody's consent is known) raises `EvalkitError`; everything else
    that is wrong is listed in `problems`, and the rest is read.
    """
    folder = Path(folder)
    if not (folder / SETTINGS_FILE).is_file():
        raise EvalkitError(
            f"{folder.name}: no study here ({SETTINGS_FILE} is missing): "
            f"make one with `evalkit new {folder.name} --title …`"
        )
    settings = read_settings(folder)
    codebook = _read_codebook(folder)
    problems: list[Problem] = []
    respondents = _read_table(folder, "respondents.csv", RESPONDENTS, problems)
    interviews = _read_table(folder, "interviews.csv", DOCUMENTS, problems)
    speakers = _read_table(folder, "speakers.csv", SPEAKERS, problems)
    problems += check_references(interviews, respondents, speakers)
    problems += check_consent(respondents, interviews, speakers)
    gone = _find_gone(respondents)
    others = speakers[~speakers["respondent_id"].isin([*gone, ""])]
    is_kept = ~interviews["respondent_id"].isin(gone)
    is_kept |= interviews["document_id"].isin(others["document_id"])
    kept = interviews[is_kept]
    transcripts = _read_transcripts(folder, kept, speakers, problems)
    documents = kept[kept["document_id"].isin(list(transcripts))].reset_index(drop=True)
    documents = documents.assign(
        sha256=[transcripts[each].sha256 for each in documents["document_id"]],
        title=documents["title"].where(documents["title"].ne(""), documents["file"]),
    )
    problems += find_unregistered(folder, interviews)
    turns = _collect_turns(transcripts, documents, speakers)
    problems += check_turns(turns, transcripts)
    logs = _read_logs(folder)
    for folded in logs.values():
        problems += folded.problems
    problems += find_unknown_marks(
        logs,
        codes=codebook.codes["code_id"],
        attributes=codebook.attributes,
        documents=interviews["document_id"],
    )
    texts = {name: transcript.text for name, transcript in transcripts.items()}
    codings, anchors = find_codings(logs, texts, attributes=codebook.attributes)
    theirs = turns[turns["respondent_id"].isin(gone)]
    turns = turns.drop(theirs.index).reset_index(drop=True)
    codings, anchors = _leave_out(theirs, codings, anchors)
    problems += find_lost(anchors)
    problems += check_words(turns, codings, anchors)
    coders = _list_coders(logs, settings)
    counts = coders.loc[coders["counts"], "coder_id"]
    counted = codings[codings["coder_id"].isin(counts)].reset_index(drop=True)
    problems += check_consensus(counted)
    claims = _read_yaml(folder, CLAIMS_FILE, parse_claims, problems)
    problems += check_claims(claims, codebook, settings, counted)
    problems += check_settings(settings, respondents, coders)
    guide = _read_yaml(folder, GUIDE_FILE, parse_guide, problems)
    asked = _read_table(folder, ASKED_FILE, ASKED, problems)
    problems += check_guide(
        guide,
        asked,
        claim_ids=claims.statements["claim_id"].to_list(),
        documents=interviews["document_id"],
        turns=turns,
        texts=texts,
    )
    verdicts = _read_table(folder, VERDICTS_FILE, VERDICTS, problems)
    problems += check_verdicts(verdicts, claims)
    return Study(
        folder=folder,
        settings=settings,
        codebook=codebook,
        documents=documents,
        respondents=respondents.reset_index(drop=True),
        speakers=speakers[~speakers["respondent_id"].isin(gone)].reset_index(drop=True),
        turns=turns,
        codes=codebook.codes,
        coders=coders,
        codings=codings,
        counted=counted,
        anchors=anchors,
        memos=_list_memos(logs, documents),
        reads=_keep_known(list_reads(logs), documents),
        decisions=_list_decisions(logs, codings),
        claims=claims,
        guide=guide,
        asked=asked[asked["document_id"].isin(list(texts))].reset_index(drop=True),
        verdicts=verdicts[verdicts["coding_id"].isin(codings["coding_id"])],
        texts=_mask(texts, theirs),
        hashes={name: hash_text(text) for name, text in texts.items()},
        problems=tuple(problems),
    )


def _read_codebook(folder: Path) -> Codebook:
    path = folder / CODEBOOK_FILE
    return read_codebook(path) if path.exists() else parse_codebook("")


def _read_yaml(
    folder: Path,
    file: str,
    parse: Callable[[str], Written],
    problems: list[Problem],
) -> Written:
    """Read a file of a study; where it is missing or wrong, as if it were empty."""
    try:
        return parse((folder / file).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        pass
    except UnicodeDecodeError:
        problems.append(Problem(file, 0, "it is not UTF-8", "save it as UTF-8"))
    except ProblemsError as error:
        problems += error.problems
    return parse("")


def _read_table(
    folder: Path, file: str, table: Table, problems: list[Problem]
) -> pd.DataFrame:
    path = folder / file
    if not path.exists():
        return table.empty()
    try:
        text, warnings = decode(path.read_bytes())
    except UnreadableError as error:
        problems.append(error.at(file))
        return table.empty()
    problems += [Problem(file, 0, warning, warning=True) for warning in warnings]
    try:
        frame = parse_table(text, file=file)
    except ProblemsError as error:
        if table is RESPONDENTS:
            raise  # or nobody's consent would be known
        problems += error.problems
        return table.empty()
    found = table.find_problems(frame, file=file)
    if table is RESPONDENTS and any(problem.place == 1 for problem in found):
        raise ProblemsError(found)  # or nobody's consent would be known
    problems += found
    if any(problem.place == 1 for problem in found):
        return table.empty()
    if table is RESPONDENTS:
        frame = _let_no_win(frame)
    key = list(table.key)
    frame = frame[~frame[key].duplicated() & frame[key[0]].ne("")]
    return table.typed(frame.sort_index())


def parse_table(text: str, *, file: str) -> pd.DataFrame:
    """Parse a small CSV as text, whichever of , ; TAB a spreadsheet wrote.

    The index is the row's number less two: the first line holds the names. Empty
    rows are left out; a row with more cells than names raises `ProblemsError`.

    >>> parse_table("respondent_id;group\\nP1; nurse \\n", file="respondents.csv")
      respondent_id  group
    0            P1  nurse
    """
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        what = f"a quoted cell is not closed ({error})"
        mend = 'end it with a quotation mark, and double those inside: ""'
        raise ProblemsError([Problem(file, 0, what, mend)]) from error
    names = [name.strip() for name in rows[0]] if rows else []
    cells: dict[int, list[str]] = {}
    for number, row in enumerate(rows[1:]):
        stripped = [cell.strip() for cell in row]
        if any(stripped[len(names) :]):
            what = f"{len(row)} cells where the first line has {len(names)}"
            mend = "put quotation marks around cells that hold a comma"
            raise ProblemsError([Problem(file, number + 2, what, mend)])
        if any(stripped):
            padded = stripped + [""] * (len(names) - len(stripped))
            cells[number] = padded[: len(names)]
    return pd.DataFrame.from_dict(cells, orient="index", columns=names, dtype="str")


def _find_gone(respondents: pd.DataFrame) -> list[str]:
    said_no = ~respondents["may_analyse"].isin(["yes", ""])
    said_no |= respondents["withdrawn_on"].ne("")
    return respondents.loc[said_no, "respondent_id"].to_list()


def _leave_out(
    theirs: pd.DataFrame, codings: pd.DataFrame, anchors: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out the codings that lie on `theirs`, the turns of people who are gone.

    A coding that was not found again in such a document may have been on their words:
    it stays in `anchors`, without them.
    """
    covered = lay_codings(theirs, codings)["coding_id"].dropna().unique()
    codings = codings[~codings["coding_id"].isin(covered)]
    anchors = anchors[~anchors["coding_id"].isin(covered)]
    is_lost = anchors["start"].isna()
    is_lost &= anchors["document_id"].isin(theirs["document_id"])
    anchors = anchors.assign(quotation=anchors["quotation"].mask(is_lost, ""))
    return codings.reset_index(drop=True), anchors.reset_index(drop=True)


def _let_no_win(respondents: pd.DataFrame) -> pd.DataFrame:
    """Of a person's rows (one too many) the one that says no comes first."""
    full = RESPONDENTS.typed(respondents)
    is_yes = full["may_analyse"].eq("yes") & full["withdrawn_on"].eq("")
    return respondents.loc[is_yes.sort_values(kind="stable").index]


def _read_transcripts(
    folder: Path,
    interviews: pd.DataFrame,
    speakers: pd.DataFrame,
    problems: list[Problem],
) -> dict[str, Transcript]:
    files: dict[str, tuple[dict[str, Source], str]] = {}
    transcripts: dict[str, Transcript] = {}
    rows = zip(interviews.index, list_rows(interviews), strict=True)
    for row, interview in show_progress(rows, doing="Reading", n=len(interviews)):
        name, part = split_part(folder, str(interview["file"]))
        document_id = str(interview["document_id"])
        shown = f"transcripts/{name}"
        if name not in files:
            try:
                sources, sha256 = read_sources(folder / "transcripts" / name)
            except OSError:
                mend = "put the file back, or take the row out of interviews.csv"
                problems.append(Problem(shown, 0, "the file is missing", mend))
                sources, sha256 = [], ""
            except UnreadableError as error:
                problems.append(error.at(shown))
                sources, sha256 = [], ""
            files[name] = ({source.part: source for source in sources}, sha256)
        parts, sha256 = files[name]
        if not parts:
            continue
        source = parts.get(part)
        if source is None:
            mend = f"write {name}{PART} and one of: {', '.join(list(parts)[:5])}"
            what = f"{interview['file']!r} names no document in that file"
            problems.append(Problem("interviews.csv", int(row) + 2, what, mend))
            continue
        listed = {
            each["speaker"]: each["role"]
            for each in list_rows(speakers)
            if each["document_id"] in (EVERY_DOCUMENT, document_id)
        }
        transcript = find_speakers(source, sha256=sha256, listed=listed)
        transcripts[document_id] = transcript
        problems += [
            Problem(shown, 0, each, warning=True) for each in transcript.warnings
        ]
    return transcripts


def _collect_turns(
    transcripts: Mapping[str, Transcript],
    documents: pd.DataFrame,
    speakers: pd.DataFrame,
) -> pd.DataFrame:
    of_document = dict(
        zip(documents["document_id"], documents["respondent_id"], strict=True)
    )
    listed = {
        (row["document_id"], fold_exactly(row["speaker"])): row["respondent_id"]
        for row in list_rows(speakers)
        if row["respondent_id"]
    }
    rows: list[tuple[object, ...]] = []
    for document_id, transcript in transcripts.items():
        whose = _say_whose(document_id, transcript, of_document[document_id], listed)
        for number, turn in enumerate(transcript.turns, start=1):
            who = whose[turn.speaker]
            words = transcript.text[turn.start : turn.end]
            rows.append(
                (
                    *(document_id, number, turn.speaker, turn.role, who),
                    *(turn.start, turn.end, turn.started_at, words),
                )
            )
    return TURNS.typed(pd.DataFrame(rows, columns=list(TURNS.columns)))


def _say_whose(
    document_id: str,
    transcript: Transcript,
    respondent_id: str,
    listed: Mapping[tuple[str, str], str],
) -> dict[str, str]:
    """Say which respondent each speaker of a document is ("" where nobody can tell).

    The document's respondent is its one respondent label; text without a label is
    theirs too, though its role stays open. Several labels have to be listed.
    """
    roles = {turn.speaker: turn.role for turn in transcript.turns}
    whose = {
        speaker: listed.get((document_id, fold_exactly(speaker)))
        or listed.get((EVERY_DOCUMENT, fold_exactly(speaker)), "")
        for speaker in roles
    }
    open_labels = [
        speaker
        for speaker, role in roles.items()
        if role == "respondent" and not whose[speaker]
    ]
    spelt_right = [x for x in open_labels if not is_misspelt(x)] or open_labels
    if len(spelt_right) == 1:
        whose |= dict.fromkeys(open_labels, respondent_id)
    if "" in roles and not whose[""]:
        whose[""] = respondent_id
    return whose


def _read_logs(folder: Path) -> dict[str, Folded]:
    return {
        path.stem: fold_events(read_events(path), file=f"codings/{path.name}")
        for path in sorted((folder / "codings").glob("*.jsonl"))
    }


def _list_memos(logs: Mapping[str, Folded], documents: pd.DataFrame) -> pd.DataFrame:
    """Memos on a document go with it when its person withdraws."""
    memos = list_memos(logs)
    is_here = memos["of"].isin(documents["document_id"])
    return memos[is_here | memos["about"].eq("code")].reset_index(drop=True)


def _list_decisions(logs: Mapping[str, Folded], codings: pd.DataFrame) -> pd.DataFrame:
    """Decisions go with the codings that they are about."""
    decisions = list_decisions(logs)
    known = {*codings["coding_id"]}
    is_here = decisions["coding_ids"].map(known.issuperset).astype("bool")
    return decisions[is_here].reset_index(drop=True)


def _keep_known(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    is_here = rows["document_id"].isin(documents["document_id"])
    return rows[is_here].reset_index(drop=True)


def _list_coders(logs: Iterable[str], settings: Settings) -> pd.DataFrame:
    rows = [
        (name, coder.name or name, coder.kind, coder.counts)
        for name in logs
        for coder in [settings.coders.get(name, Coder())]
    ]
    return CODERS.typed(pd.DataFrame(rows, columns=list(CODERS.columns)))


def _mask(texts: Mapping[str, str], theirs: pd.DataFrame) -> dict[str, str]:
    masked = dict(texts)
    for turn in list_rows(theirs):
        text, start, end = masked[turn["document_id"]], turn["start"], turn["end"]
        masked[turn["document_id"]] = text[:start] + MASK * (end - start) + text[end:]
    return masked
