"""How a change between two runs is told, and what a consent leaves untold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evalkit.claims.causes import Causes
from evalkit.claims.reasons import CONSENT, THINGS, UNEXPLAINED, WITHDRAWN, Reason
from evalkit.claims.strength import (
    CONTESTED,
    LIMITED,
    MODERATE,
    NONE,
    SINGLE,
    STRONG,
    UNSUPPORTED,
)

_RANKS = (NONE, UNSUPPORTED, CONTESTED, SINGLE, LIMITED, MODERATE, STRONG)
_MOST = 4  # things that one sentence names
_LOUD = (
    "UNEXPLAINED: nothing that these runs record accounts for it; build both again "
    "from their studies, and compare."
)
_ROSE = (
    "The rating rose because fewer people are counted, not because evidence was added."
)


class Change(NamedTuple):
    """One row of `find_changes`."""

    kind: str
    claim_id: str
    before: str
    after: str
    causes: str
    because: str


class Found(NamedTuple):
    """A change before it is told; `is_guess` where only files say what did it."""

    kind: str
    claim_id: str
    before: str
    after: str
    reasons: list[Reason]
    is_guess: bool = False


def tell_people(causes: Causes) -> Iterator[Change]:
    """Say for the whole study that people left or came back: how many, no more."""
    gone, back = len(causes.gone), len(causes.back)
    told = []
    if gone:
        told.append("1 interview was" if gone == 1 else f"{gone} interviews were")
        told[-1] += " withdrawn"
    if back:
        told.append("1 person is" if back == 1 else f"{back} people are")
        told[-1] += " counted again"
    if told:
        because = f"{'; '.join(told)}. Which counts it changed is not told."
        before, after = (
            f"{sum(map(side.counts, side.respondents))} people who may be counted"
            for side in (causes.a, causes.b)
        )
        yield Change("count", "", before, after, CONSENT, because)


def tell(found: Found) -> Change:
    """Tell a change with all that brought it about."""
    kind, claim_id, before, after, reasons, is_guess = found
    causes = _join_causes(reasons)
    return Change(kind, claim_id, before, after, causes, _phrase(reasons, is_guess))


def _join_causes(reasons: Iterable[Reason]) -> str:
    return "; ".join(sorted({each.cause for each in reasons})) or UNEXPLAINED


def _phrase(reasons: list[Reason], is_guess: bool) -> str:
    """Say in one sentence what changed, the same things counted together."""
    if not reasons:
        return _LOUD
    told = []
    for (cause, what), n in Counter(reasons).items():
        what = f"{THINGS[CONSENT]} changed" if cause == CONSENT else what
        codings, were = ("1 coding", "was") if n == 1 else (f"{n} codings", "were")
        told.append(what.replace("{codings}", codings).replace("{were}", were))
    more = len(told) - _MOST
    told = [*told[:_MOST], f"and {more} more"] if more > 1 else told
    text = "; ".join(told)
    if is_guess and len(told) > 1:
        text = f"one or more of these did it: {text}"
    return f"{text[0].upper()}{text[1:]}."


def hide_codes(change: Change) -> Change:
    """Leave a claim's codes out, before and after."""
    is_of_codes = change.because.startswith(("Its codes", "Its against"))
    return change._replace(before="", after="") if is_of_codes else change


def tell_rating(found: Found, causes: Causes, *, is_alone: bool) -> Change:
    """Tell a rating that a consent has to do with: nothing of what anybody said."""
    others = sorted({r.cause for r in found.reasons} - {CONSENT})
    has_consent = len(others) < len({r.cause for r in found.reasons})
    things = " and ".join(THINGS[each] for each in others)
    text = _say_who(causes)
    if not has_consent:
        text = f"{things[:1].upper()}{things[1:]} changed." if things else _LOUD
    elif others:
        text += f", and {things} changed as well."
    else:
        text += "; nothing else about this claim changed." if is_alone else "."
        ranks = [_RANKS.index(r) if r in _RANKS else -1 for r in found[2:4]]
        if causes.is_withdrawn and ranks[1] > ranks[0] >= 0:
            text += f" {_ROSE}"
    kind, claim_id, before, after = found[:4]
    return Change(kind, claim_id, before, after, _join_causes(found.reasons), text)


def _say_who(causes: Causes) -> str:
    if causes.is_withdrawn and not causes.back:
        return "An interview was withdrawn"
    if causes.back and not causes.gone:
        return "An interview that was left out is counted again"
    return "What people agreed to changed"


def number_quotations(quotations: Iterable[Found]) -> Iterator[Change]:
    """Tell a claim's quotations as numbers only, one row a way they changed in."""
    ways: Counter[tuple[str, str]] = Counter()
    for each in quotations:
        if each.before and each.after:
            how = "{} now otherwise worded or attributed"
        elif each.after:
            how = "{} printed that {was} not before"
        elif [*{*each.reasons}] == [Reason(CONSENT, WITHDRAWN)]:
            how = "{} gone with a withdrawn interview"
        elif any(r.cause == CONSENT for r in each.reasons):
            how = "{} gone: what may be quoted changed"
        else:
            how = "{} gone for another reason"
        ways[how, _join_causes(each.reasons)] += 1
    claim_id = next((each.claim_id for each in quotations), "")
    for (how, causes), n in ways.items():
        number = "1 quotation is" if n == 1 else f"{n} quotations are"
        text = how.replace("{}", number).replace("{was}", "was" if n == 1 else "were")
        yield Change("quotation", claim_id, "", "", causes, f"{text}.")
