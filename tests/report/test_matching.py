"""Words are found as a careful quotation shortens them, and not otherwise."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.report.matching import find_words, fold

WORD = st.text("abcdeéñ", min_size=1, max_size=6)
SENTENCE = st.lists(WORD, min_size=1, max_size=12)
SPACE = st.sampled_from([" ", "  ", "\n", "\u00a0", "\u202f", " \u00ad"])


@given(SENTENCE, st.data())
@settings(deadline=None)
def test_any_run_of_whole_words_is_found_where_it_stands(
    words: list[str], data: st.DataObject
):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    text = words[0]
    for word in words[1:]:
        text += data.draw(SPACE) + word
    quotation = data.draw(SPACE).join(words[first:last])
    found = find_words(quotation, text)
    assert found
    assert fold(quotation).strip().casefold() in {
        fold(text[each.start : each.end]).strip().casefold() for each in found
    }


@given(SENTENCE, st.data())
@settings(deadline=None)
def test_a_letter_changed_is_not_found(words: list[str], data: st.DataObject):
    text = " ".join(words)
    at = data.draw(st.integers(0, len(text) - 1).filter(lambda at: text[at] != " "))
    changed = data.draw(st.sampled_from("xyz"))
    assert find_words(text[:at] + changed + text[at + 1 :], text) == []


@given(SENTENCE, SENTENCE, SENTENCE)
@settings(deadline=None)
def test_an_ellipsis_leaves_words_out_and_says_which(
    first: list[str], left: list[str], last: list[str]
):
    begins, leaves, ends = (" ".join(each) for each in (first, left, last))
    found = find_words(f"Q{begins} … {ends}Q", f"Q{begins} {leaves} {ends}Q")
    (match,) = found
    assert "".join(match.left_out) == leaves


@given(st.text(string.printable, max_size=40), st.text(string.printable, max_size=60))
@settings(deadline=None)
def test_whatever_is_looked_for_lies_within_the_text(words: str, text: str):
    for match in find_words(words, text):
        assert 0 <= match.start < match.end <= len(text)


@given(SENTENCE)
@settings(deadline=None)
def test_a_text_stands_in_itself_whole(words: list[str]):
    text = " ".join(words)
    assert (0, len(text)) in {(each.start, each.end) for each in find_words(text, text)}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("can", "It cannot be"),
        ("can", "It can't be"),
        ("can", "It can’t be"),
        ("not be", "It cannot be"),
        ("violent", "It was non-violent"),
        ("violent", "It was non\u2011violent"),
        ("govern", "the government"),
        ("the wel l", "the well"),
        ("a.b", "acb"),
        ("we left", "weleft"),
        ("", "anything"),
        ("…", "anything"),
        (".", "anything."),
        ("left … early", "early we left"),
        ("left … late", "left " + "on and on " * 50 + "late"),
        ("I was sure", "I was un-sure"),
        ("cafe", "café"),
        ("cafe", "cafe\u0301"),
        ("WE LEFT", "we left"),
        ("क", "का"),
        ("[we all] left [the place] early", "they stayed"),
    ],
)
def test_it_is_not_found(words: str, text: str):
    assert find_words(words, text) == []


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        ("café", "un cafe\u0301 noir", "cafe\u0301"),
        ("cafe\u0301", "un café noir", "café"),
        ("a reservation", "a reser-\n  vation was", "a reser-\n  vation"),
        ("a reservation", "a reser\u00ad\nvation was", "a reser\u00ad\nvation"),
        ("a well-known one", "a well-\nknown one.", "a well-\nknown one"),
        ("a wellknown one", "a well-\nknown one.", "a well-\nknown one"),
        ("vrai!", "C’est vrai\u202f!", "vrai\u202f!"),
        ("homme", "l’homme", "homme"),
        ("clean—and", "It was clean – and", None),
        ("clean - and", "It was clean – and", "clean – and"),
        ("💧 💧", "a 💧 💧 b", "💧 💧"),
        ("It was … dark", "It was very dark", "It was very dark"),
        ("It [the road] was dark", "It was dark", "It was dark"),
        ("wait… no", "wait… no", "wait… no"),
        ("wait... no", "wait… no", "wait… no"),
        ("He said 'no' to it", "He said “no” to it", "He said “no” to it"),
        ("said «no»", "said « no »", "said « no »"),
        ("क", "क ख", "क"),
        ("שלום", "אמר שלום לכולם", "שלום"),
        ("on Monday", "on Monday, not later", "on Monday"),
        ("on Monday.", "on Monday, not later", "on Monday"),
        ("[T]he road", "and the road", "the road"),
        ("the dark", "in the\r\ndark", "the\r\ndark"),
    ],
)
def test_it_is_found(words: str, text: str, said: str | None):
    found = [text[each.start : each.end] for each in find_words(words, text)]
    assert found == ([said] if said else [])


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("It was … safe", "It was not safe"),
        ("It was … safe", "It wasn’t what we call safe, it was never safe"),
        ("It was [not] safe", "It was safe"),
        ("C’est … vrai", "C’est pas vrai"),
        ("They … asked", "They never asked"),
        ("I believe … it worked", "I believe nobody thinks it worked"),
    ],
)
def test_what_is_left_out_could_turn_the_sentence_round(words: str, text: str):
    assert any(each.turned for each in find_words(words, text))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("It was … safe", "It was quite safe"),
        ("It was safe. … We stayed.", "It was safe. Nobody doubted it. We stayed."),
        ("It [was not] safe", "It wasn’t really safe"),
        ("It was note … worthy", "It was note and knot worthy"),
    ],
)
def test_what_is_left_out_turns_nothing_round(words: str, text: str):
    found = find_words(words, text)
    assert not any(each.turned for each in found)


def test_every_place_is_found_once():
    found = find_words("yes", "Yes, yes; eyes and yes")
    assert [(each.start, each.end) for each in found] == [(0, 3), (5, 8), (19, 22)]


def test_many_words_in_a_long_text_are_found_fast():
    text = "on and on it went " * 20_000 + "to the end."
    (match,) = find_words("went to the end", text)
    assert match.end == len(text) - 1
