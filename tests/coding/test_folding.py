from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.coding.folding import Folded, fold, fold_letters, in_word, squeeze

# Letters in every costume: cased in odd ways, composed or not, wide, unseen, broken.
PIECES = [
    *("a", "B", "e", "é", "E\u0301", "\u0301", "\u0323", "_", "7", "-", ".", "'", "’"),
    *("ʼ", "＇", " ", "  ", "\n", "\r\n", "\t", "\xa0", "\u2028", "\u3000", "\x85"),
    *("\xad", "ß", "ẞ", "SS", "İ", "ı", "ﬁ", "ΐ", "Ϊ\u0301", "ς", "Σ", "ᾴ"),
    *("α\u0345\u0301", "ǰ", "J\u030c", "Å", "\u212b", "K", "क", "\u094d", "\u0958"),
    *("\u09c7\u09be", "\u09cb", "각", "\u1100\u1161\u11a8", "가", "\u11a8", "שׁ", "ב"),
    *("\u200d", "\u200c", "\u200f", "👩\u200d🌾", "𝔄", "𐐀", "𐐨", "\ud800", "\0", "中"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
BOUNDED = settings(derandomize=True, deadline=None, max_examples=250, database=None)


def characters_of(folded: Folded) -> list[tuple[str, int, int]]:
    """Each character of a folded text, with where it stands in the text."""
    found, at = [], 0
    for character in folded.content.decode("utf-8", "surrogatepass"):
        end = at + len(character.encode("utf-8", "surrogatepass"))
        found.append((character, *folded.to_text(at, end)))
        at = end
    return found


def folding_of(text: str) -> str:
    return fold(text).content.decode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("STRAẞE", "strasse"),
        ("ΛΌΓΟΣ", "λόγος"),
        ("ﬁnal", "FINAL"),
        ("café", "CAFE\u0301"),
        ("İ", "i\u0307"),
        ("don't", "Don’t"),
        ("don't", "DONʼT"),
        ("don't", "don＇t"),
        ("co\xadop", "coop"),
        ("cafe\xad\u0301", "café"),
        ("\r\n", " "),
        (" \xa0\u2028\t", " "),
        (" \xad ", " "),
        ("\u1112\u1161\u11ab", "한"),
        ("하\u11ab", "한"),
        ("\u0958", "\u0915\u093c"),
        ("\u09c7\u09be", "\u09cb"),
        ("\u0b95\u0bc6\u0bbe", "\u0b95\u0bca"),
        ("J\u030c", "ǰ"),
        ("ΠΡΟΫ\u0301", "προΰ"),
        ("α\u0345\u0301", "ᾴ"),
        ("a\u0323\u0301", "a\u0301\u0323"),
        ("\u212b", "å"),
        ("𐐀", "𐐨"),
    ],
)
def test_these_are_alike(one: str, other: str):
    assert folding_of(one) == folding_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cafe", "café"),
        ("ı", "i"),
        ("well-being", "wellbeing"),
        ("a b", "ab"),
        ("a\u200bb", "a b"),
        ("क\u094d", "क"),
    ],
)
def test_these_are_not_alike(one: str, other: str):
    assert folding_of(one) != folding_of(other)


@pytest.mark.parametrize(
    "text", ["", " ", "\xad", "\r\n\r\n", "\u2028", "\ud800", "\0"]
)
def test_a_text_without_words_folds_to_what_is_left_of_it(text: str):
    expected = " " if text.isspace() else text.replace("\xad", "")
    assert folding_of(text) == expected


@pytest.mark.parametrize(
    "before",
    [
        *("plain", "é", "e\u0301", "ß", "ΐ", "İ", "ﬃ", "ǰ", "ᾶ", "\xad", "\xad\xad"),
        *(
            "\r\n",
            "\xa0\xa0",
            "😀",
            "ß\xa0 \xad",
            "\ud800",
            "\u0958",
            "각",
            "ŉ",
            "x" * 99,
        ),
    ],
)
def test_what_stands_before_a_word_does_not_shift_it(before: str):
    text = f"{before} the end"
    folded = fold(text)
    at = folded.content.index(b"the")
    assert folded.to_text(at, at + 7) == (len(before) + 1, len(text))


def test_a_letter_that_becomes_two_leads_back_to_the_one():
    assert characters_of(fold("aßb")) == [
        ("a", 0, 1),
        ("s", 1, 2),
        ("s", 1, 2),
        ("b", 2, 3),
    ]


def test_two_characters_that_become_one_letter_both_belong_to_it():
    assert characters_of(fold("ae\u0301b")) == [("a", 0, 1), ("é", 1, 3), ("b", 3, 4)]


def test_a_letter_that_is_decomposed_does_not_take_the_space_before_it():
    assert characters_of(fold("' \u212a"))[-1] == ("k", 2, 3)
    assert characters_of(fold(" \u0958"))[1] == ("\u0915", 1, 2)


def test_a_soft_hyphen_at_the_edge_of_a_word_is_not_part_of_it():
    folded = fold("-\xadword\xad-")
    assert folded.content == b"-word-"
    assert folded.to_text(1, 5) == (2, 6)


def test_only_squeezing_shortens_white_space():
    letters = fold_letters("é \n\té")
    assert letters.content.decode() == "é   é"
    assert squeeze(letters).content.decode() == "é é"
    assert squeeze(letters).to_text(3, 5) == (4, 5)


def test_ascii_is_its_own_map():
    assert fold_letters("Plain\tTEXT").is_plain
    assert not fold_letters("Plain  TÉXT").is_plain


def test_a_mark_on_white_space_stands_on_its_own():
    assert characters_of(fold("a \n\u0301b"))[1:3] == [(" ", 1, 2), ("\u0301", 3, 4)]


@pytest.mark.parametrize("mark", ["\u0301", "\u094d", "\u093e", "\u20dd", "\ufe0f"])
def test_every_mark_is_part_of_a_word(mark: str):
    assert unicodedata.category(mark).startswith("M")
    assert in_word(mark)


@pytest.mark.parametrize("character", "-' .\u200b\u200f\xad😀\ud800")
def test_these_are_no_part_of_a_word(character: str):
    assert not in_word(character)


def test_every_character_that_folding_changes_keeps_its_place():
    changed = [
        character
        for character in map(chr, range(128, 0x110000))
        if len(character.casefold()) != 1
        or unicodedata.normalize("NFD", character) != character
        or unicodedata.normalize("NFC", character.casefold()) != character
    ]
    assert len(changed) > 14_000
    for character in changed[::5]:
        text = f"a {character} z"
        folded = fold(text)
        last = len(folded.content)
        assert folded.to_text(last - 1, last) == (4, 5), ascii(character)
        assert folding_of(unicodedata.normalize("NFD", text)) == folding_of(text)


@BOUNDED
@given(TEXTS)
def test_the_way_back_is_monotone_and_covers_all_but_space_and_soft_hyphens(text: str):
    characters = characters_of(fold(text))
    covered: set[int] = set()
    for (_, start, end), (_, then, after) in pairwise(characters):
        assert start <= then
        assert end <= after
        assert end <= then or (start, end) == (then, after)
    for _, start, end in characters:
        assert 0 <= start < end <= len(text)
        covered.update(range(start, end))
    left = {text[at] for at in range(len(text)) if at not in covered}
    assert all(character == "\xad" or character.isspace() for character in left)


@BOUNDED
@given(TEXTS)
def test_a_letter_stands_where_it_says(text: str):
    characters = characters_of(fold(text))
    for _, start, end in characters:
        there = "".join(each for each, at, _ in characters if at == start)
        assert folding_of(text[start:end]) == there


@BOUNDED
@given(TEXTS)
def test_folding_is_the_same_however_a_text_was_typed(text: str):
    expected = folding_of(text)
    assert folding_of(expected) == expected
    for form in ("NFC", "NFD"):
        assert folding_of(unicodedata.normalize(form, text)) == expected
    seen = text.replace("\xad", "")
    assert folding_of(seen) == expected
    assert folding_of(unicodedata.normalize("NFD", seen).casefold()) == expected
    assert "  " not in expected


@BOUNDED
@given(TEXTS, st.integers(0, 30))
def test_a_soft_hyphen_or_a_longer_space_anywhere_changes_nothing(text: str, at: int):
    assert folding_of(f"{text[:at]}\xad{text[at:]}") == folding_of(text)
    assert folding_of(text.replace(" ", "\r\n ")) == folding_of(text)
