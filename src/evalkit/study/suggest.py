"""The coding helpers run over a study, each document in its language."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evalkit.coding.codebook import FILE as CODEBOOK_FILE
from evalkit.coding.cue_checks import check_cues
from evalkit.coding.cues import Cues, compile_cues
from evalkit.coding.suggestions import suggest_codings
from evalkit.errors import EvalkitError, Problem, ProblemsError
from evalkit.nlp import BLANK
from evalkit.study.read import Study
from evalkit.tables import SUGGESTIONS, list_rows


def suggest_study(study: Study, *, jobs: int = 1) -> pd.DataFrame:
    """Suggest codings for a study: one row a sentence and code (`suggest_codings`).

    Token patterns are matched with the study's pipeline, in documents of another
    language with the blank one of theirs. A study with errors (consent among them) is
    refused with all of them; a codebook without cues raises `EvalkitError`.
    """
    if any(not problem.warning for problem in study.problems):
        raise ProblemsError(each for each in study.problems if not each.warning)
    if study.codebook.cues.empty:
        raise EvalkitError(f"{CODEBOOK_FILE}: no code has `cues:`: write some")
    tables = [SUGGESTIONS.empty()]
    for language, turns in split_by_language(study):
        own = language == study.settings.language
        tables.append(
            suggest_codings(
                turns,
                study.codebook,
                language=language,
                pipeline=study.settings.pipeline if own else BLANK,
                jobs=jobs,
            )
        )
    filled = [each for each in tables if len(each)]
    return pd.concat(filled or tables, ignore_index=True)


def check_study_cues(study: Study) -> list[Problem]:
    """List the cues that will not do their work, in the study's own language."""
    own = study.settings.language
    cues = study.codebook.cues
    for language, turns in split_by_language(study):
        if language == own:
            return check_cues(cues, turns["text"].to_list(), language=language)
    found = check_cues(cues, [], language=own)
    return [problem for problem in found if not problem.warning]


def split_by_language(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each language's code and the turns of its documents."""
    own = study.settings.language
    written = study.documents["language"].str.casefold().str.split("-").str[0]
    languages = written.replace("", own)
    for language, documents in study.documents.groupby(languages, sort=False):
        ids = documents["document_id"]
        yield str(language), study.turns[study.turns["document_id"].isin(ids)]


def find_traps(study: Study) -> pd.DataFrame:
    """Find the places in respondents' words where a trap phrase of a code stands.

    One row a place: code_id, respondent_id, document_id, start, end, words. A trap that
    cannot be compiled finds nothing here (`check_study_cues` names it), nor does one
    that is a token pattern.
    """
    every = study.codebook.cues[study.codebook.cues["kind"].eq("trap")]
    rows: list[tuple[object, ...]] = []
    for language, turns in split_by_language(study):
        own = turns[turns["respondent_id"].ne("")]
        traps, cues = _compile_sound(every, own["text"].to_list(), language)
        for turn in list_rows(own):
            for start, end, at in cues.find_hits(turn["text"]):
                words = turn["text"][start:end]
                places = (turn["start"] + start, turn["start"] + end)
                code_id = traps["code_id"].iloc[at]
                whose = (turn["respondent_id"], turn["document_id"])
                rows.append((code_id, *whose, *places, words))
    columns = ["code_id", "respondent_id", "document_id", "start", "end", "words"]
    return pd.DataFrame(rows, columns=columns)


def _compile_sound(
    cues: pd.DataFrame, texts: list[str], language: str
) -> tuple[pd.DataFrame, Cues]:
    """Compile the cues that can be; one that cannot does not silence the others."""
    try:
        return cues, compile_cues(cues, texts, language=language)
    except ProblemsError:
        pass
    sound = []
    for at in range(len(cues)):
        try:
            compile_cues(cues.iloc[[at]], texts, language=language)
        except ProblemsError:
            continue
        sound.append(at)
    return cues.iloc[sound], compile_cues(cues.iloc[sound], texts, language=language)
