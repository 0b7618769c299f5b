"""Which words stand for a speaker, and for whom."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache

_INTERVIEWER = """
i int iv interviewer interviewers moderator mod facilitator researcher question q
questioner assistant ai host evaluator chercheur chercheuse enqueteur enquetrice
intervieweur intervieweuse animateur animatrice moderateur moderatrice forscher
forscherin interviewerin moderatorin befrager fragesteller entrevistador
entrevistadora moderador moderadora investigador investigadora encuestador
intervistatore intervistatrice pesquisador pesquisadora
"""
_RESPONDENT = """
r resp respondent respondents p participant participants interviewee interviewees
answer a user guest informant subject interviewe interviewee enquete enquetee
repondant repondante participante befragter befragte teilnehmer teilnehmerin
entrevistado entrevistada encuestado encuestada intervistato intervistata b
"""
_INTERPRETER = "interpreter interprete translator dolmetscher dolmetscherin traductor"
_OTHER = "unknown unidentified unclear several all everyone note notes transcriber"

_ROLES = {
    **dict.fromkeys(_INTERVIEWER.split(), "interviewer"),
    **dict.fromkeys(_RESPONDENT.split(), "respondent"),
    **dict.fromkeys(_INTERPRETER.split(), "interpreter"),
    **dict.fromkeys(_OTHER.split(), "other"),
}
_LONG = [known for known in _ROLES if len(known) >= 7]
# Words that open a paragraph before a colon, and are nobody.
_NOBODY = frozenset(
    """
    note notes nb ps remark remarks comment comments illustrative example examples
    time date place location venue duration length title subject project file source
    language mode recording transcript transcription transcribed interview entretien
    question questions answer answers summary result results conclusion background
    introduction part section theme topic warning important email e-mail mail phone
    tel telephone address website http https re cc fw from to yes no well so okay ok
    first firstly second secondly third thirdly finally also but and because anyway
    actually however moreover thus therefore still then now look listen remember
    imagine exactly right sure maybe plus oui non alors donc bon bref voila enfin
    laughter laughs laughing pause silence crosstalk inaudible unintelligible applause
    rires rire inaudibles silences honestly basically remarque exemple lieu duree ja
    nein also erstens zweitens drittens hinweis
    """.split()
)
_SPEAKING_QUESTION = frozenset({"question", "answer"})
_PARTICLES = frozenset(
    "de da di du des van von der den la le el al bin ibn y e".split()
)
_WORDS = re.compile(r"[^\s&/-]+")


@cache
def fold(label: str) -> str:
    """Reduce a label to what its spellings share: case, accents and numbers go.

    >>> fold("Interviewé 2"), fold("P03"), fold("CHERCHEUR·E")
    ('interviewe', 'p', 'chercheure')
    """
    plain = unicodedata.normalize("NFKD", label.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z\u0250-\uffff ]+", "", letters).strip()


@cache
def known_role(label: str) -> str:
    """Give the role of a well-known label, "" for any other.

    >>> known_role("Chercheur"), known_role("R2"), known_role("Maria")
    ('interviewer', 'respondent', '')
    """
    return _ROLES.get(fold(label), "")


@cache
def nearly_known_role(label: str) -> str:
    """Give the role of a long well-known label that is misspelt, "" for any other.

    >>> nearly_known_role("Checheur"), nearly_known_role("Chester")
    ('interviewer', '')
    """
    folded = fold(label)
    if not 6 < len(folded) < 20:
        return ""
    near = difflib.get_close_matches(folded, _LONG, n=1, cutoff=0.9)
    return _ROLES[near[0]] if near else ""


def is_misspelt(label: str) -> bool:
    """Say whether a label is nearly, but not quite, a well-known one."""
    return bool(nearly_known_role(label)) and not known_role(label)


@cache
def looks_like_a_name(label: str) -> bool:
    """Say whether a label could name a speaker: few words, each with a capital.

    >>> [looks_like_a_name(x) for x in ("AMIT VARMA", "Speaker 1", "Ana de la Cruz")]
    [True, True, True]
    >>> [looks_like_a_name(x) for x in ("Note", "So I said", "The thing is")]
    [False, False, False]
    """
    if fold(label) in _NOBODY:
        return False
    words = _WORDS.findall(label)
    return 0 < len(words) <= 5 and all(
        not word[0].islower() or word in _PARTICLES for word in words
    )


def is_nobody(label: str) -> bool:
    """Say whether a label is an ordinary opening such as `Note:`.

    "Question" and "Answer" may be either: they count where they recur.
    """
    folded = fold(label)
    return folded in _NOBODY and folded not in _SPEAKING_QUESTION
