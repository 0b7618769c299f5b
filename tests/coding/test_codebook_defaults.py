from __future__ import annotations

from contextlib import suppress

import pytest

from evalkit.coding.codebook import parse_codebook
from evalkit.errors import ProblemsError

HEAD = "attributes:\n  stance: [supports, contradicts]\n  who: free text\n"


def lines_of(content: str) -> list[str]:
    with pytest.raises(ProblemsError) as error:
        parse_codebook(content)
    return [str(problem) for problem in error.value.problems]


def test_defaults_say_what_a_new_coding_begins_with():
    codebook = parse_codebook(f"{HEAD}defaults:\n  stance: supports\ncodes: []\n")
    assert codebook.defaults == {"stance": "supports"}


@pytest.mark.parametrize("content", [HEAD, f"{HEAD}defaults:\n", "", "defaults: {}\n"])
def test_without_defaults_a_coding_begins_blank(content: str):
    assert parse_codebook(content).defaults == {}


def test_a_default_of_free_text_may_be_anything():
    assert parse_codebook(f"{HEAD}defaults: {{who: 'the: mayor'}}\n").defaults == {
        "who": "the: mayor"
    }


def test_yes_no_and_numbers_are_words_in_defaults():
    content = "attributes: {quotable: [yes, no], year: [2025, 2026]}\n"
    codebook = parse_codebook(f"{content}defaults: {{quotable: no, year: 2026}}\n")
    assert codebook.defaults == {"quotable": "no", "year": "2026"}


def test_a_default_of_an_unknown_attribute_is_named_with_its_line():
    assert lines_of(f"{HEAD}defaults:\n  who: me\n  stanse: supports\n") == [
        "codebook.yaml:6: defaults: 'stanse' is no attribute: did you mean 'stance'?"
    ]


def test_a_default_that_is_not_allowed_is_named_with_its_line_and_what_is():
    assert lines_of(f"{HEAD}defaults:\n  stance: support\n") == [
        "codebook.yaml:5: defaults: stance may not be 'support': "
        "write one of: supports, contradicts"
    ]


def test_every_default_that_is_wrong_is_named_at_once():
    found = lines_of(f"{HEAD}defaults: {{stance: x, mood: y}}\n")
    assert [each.split(": ")[0] for each in found] == ["codebook.yaml:4"] * 2


@pytest.mark.parametrize("written", ["supports", "[stance]", "3"])
def test_defaults_that_are_no_table_are_refused(written: str):
    assert "`defaults` is no table" in lines_of(f"{HEAD}defaults: {written}\n")[0]


def test_a_default_left_open_is_none():
    """`who:` with nothing behind it is no value that anybody chose."""
    content = f"{HEAD}defaults:\n  who:\n"
    with suppress(ProblemsError):
        assert parse_codebook(content).defaults.get("who", "") == ""
