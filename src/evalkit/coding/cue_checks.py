"""Which cues cannot be compiled, find nothing, or find nearly everything."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from evalkit.coding.codebook import FILE
from evalkit.coding.cues import compile_cues
from evalkit.errors import Problem, ProblemsError
from evalkit.tables import list_rows

TOO_MANY = 0.10  # of all sentences: a cue found in more of them says nothing
_SENTENCE_END = re.compile(r"[.!?…。？！]+[\"'”’)]*(?:\s|$)")


def check_cues(
    cues: pd.DataFrame, texts: Sequence[str], *, language: str = "en"
) -> list[Problem]:
    """List the cues that will not do their work in `texts`, each with its line.

    One that cannot be compiled is an error. One that finds nothing, or something in
    more than a tenth of the sentences (counted by their full stops), is a warning; a
    trap may well find nothing, and so may a token pattern, which only spaCy can look
    for.
    """
    try:
        compiled = compile_cues(cues, texts, language=language)
    except ProblemsError as error:
        return list(error.problems)
    n_hits = [0] * len(cues)
    for text in texts:
        for _, _, row in compiled.find_hits(text):
            n_hits[row] += 1
    n_sentences = sum(len(_SENTENCE_END.findall(text)) or 1 for text in texts)
    problems = []
    for row, cue in enumerate(list_rows(cues)):
        if cue["kind"] == "trap" or row in compiled.patterns:
            continue
        named = f"cue {cue['phrase']!r} of {cue['code_id']!r}"
        if not n_hits[row]:
            what, mend = f"{named} finds nothing", "write it as people say it"
        elif n_hits[row] > TOO_MANY * n_sentences:
            what = f"{named} is in {n_hits[row]} of about {n_sentences} sentences"
            mend = "write it more narrowly"
        else:
            continue
        problems.append(Problem(FILE, cue["line"], what, mend, warning=True))
    return problems
