"""The causes of a change, and where settings and files show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from evalkit.claims.strength import Rule

CONSENT, DATA, CODINGS, CODEBOOK = "consent", "data", "codings", "codebook"
RULE, CLAIMS, UNEXPLAINED = "rule", "claims", "unexplained"
_OF_INPUT = {
    "respondents.csv": CONSENT,
    "transcripts/": DATA,
    "interviews.csv": DATA,
    "speakers.csv": DATA,
    "guide.yaml": DATA,
    "asked.csv": DATA,
    "codings/": CODINGS,
    "codebook.yaml": CODEBOOK,
    "study.toml": RULE,
    "claims.yaml": CLAIMS,
    "verdicts.csv": CLAIMS,
}
COUNTED = ("strength", "k", "report_groups", "coders")  # settings that rate and choose
THINGS = {
    CONSENT: "what people agreed to",
    DATA: "the transcripts, or what is recorded of them,",
    CODINGS: "the codings",
    CODEBOOK: "the codebook",
    RULE: "the settings in study.toml",
    CLAIMS: "the claims, or the verdicts on quotations,",
}
WITHDRAWN = "withdrawn"  # all that is ever said of a consent


class Reason(NamedTuple):
    """One cause, and what changed; `{codings}` and `{were}` stand for a number."""

    cause: str
    what: str


def compare_settings(
    settings: tuple[Mapping[str, Any], Mapping[str, Any]], *names: str
) -> list[Reason]:
    """Say which of these settings differ; nothing where a run does not record them.

    >>> [each.what for each in compare_settings(({"k": 3}, {"k": 4}), "k")]
    ['in study.toml, k went from 3 to 4']
    """
    a, b = (
        {k: v for name in names for k, v in _flatten(each.get(name), name)}
        if any(name in each for name in names)
        else None
        for each in settings
    )
    if a is None or b is None:
        return []
    return [
        Reason(
            RULE,
            f"in study.toml, {name.removeprefix('strength.')} went from "
            f"{a.get(name, 'nothing')} to {b.get(name, 'nothing')}",
        )
        for name in sorted({*a} | {*b})
        if a.get(name) != b.get(name)
    ]


def find_cause(name: str) -> str:
    """Find the cause that a file stands for; "" where it stands for none."""
    found = (cause for start, cause in _OF_INPUT.items() if name.startswith(start))
    return next(found, "")


def read_rule(settings: Mapping[str, Any]) -> Rule | None:
    """Read the rule that a run records; None where it records none."""
    try:
        return Rule.model_validate(settings["strength"])
    except (KeyError, ValidationError):
        return None


def _flatten(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Give a setting's parts by their names, written as a person would."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flatten(each, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        yield name, ", ".join(str(each) for each in value) or "none"
    elif value is not None:
        yield name, f"{value:.2f}" if isinstance(value, float) else str(value).lower()
