"""YAML read so that every mistake can be named with its line."""

from __future__ import annotations

from typing import Any

from evalkit.errors import Problem, ProblemsError


def load_yaml(content: str, *, file: str) -> Any:
    """Load one YAML document, round-trip, so that its places and comments stay known.

    What is no YAML raises `ProblemsError`, with the line. An empty file is None.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    try:
        return yaml.load(content)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        what = str(error.problem or error.context).split("\n")[0]
        mend = "mend the YAML (indentation, colons, quotes)"
        raise ProblemsError([Problem(file, line, what, mend)]) from error
    except (YAMLError, ValueError, TypeError, KeyError, RecursionError) as error:
        what = str(error).split("\n")[0]  # a date that is none, an odd tag, …
        mend = "put odd values into quotation marks, take strange characters out"
        raise ProblemsError([Problem(file, 0, what, mend)]) from error


def join_text(value: object) -> str:
    """Give a value as one text: a list's items with "; " between, nothing as "".

    >>> join_text(["moral force", "human cost"]), join_text(None)
    ('moral force; human cost', '')
    """
    if isinstance(value, list):
        return "; ".join(str(item).strip() for item in value)
    return "" if value is None else str(value).strip()
