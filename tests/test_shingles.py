from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.shingles import Runs, cut_runs, split_words

SAID = "we left early because the road was not safe at night"
WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=6), min_size=8, max_size=30)


def finds(text: str, said: str = SAID, **options: int) -> bool:
    return Runs([said], **options).stand_in([text])


def test_eight_words_in_a_row_are_found_and_seven_are_not():
    assert not finds("Well, we left early because the road was closed.")
    assert finds("Well, we left early because the road was not closed.")


@pytest.mark.parametrize(
    "text",
    [
        "WE LEFT EARLY, BECAUSE THE ROAD WAS NOT",
        "We left\nearly –\r\n because; the (road) «was» not",
        "we left ear-\nly because the road was not",
        "we left ear\N{SOFT HYPHEN}ly be\N{ZERO WIDTH SPACE}cause the road was not",
        "we left ear ly because the ro ad was not",
        "we left early because the road was not!?",
        "\ufeffwe left early because the road was not",
    ],
)
def test_a_run_is_found_however_it_is_set(text: str):
    assert finds(text)


def test_a_run_is_no_part_of_longer_words():
    assert not finds("awe left early because the road was not")
    assert not finds("we left early because the road was nothing")


def test_an_apostrophe_is_part_of_its_word():
    said = "I didn't know that you don't go there"
    assert len(cut_runs([said])) == 1
    assert finds("I didn’t know that you dont go there", said)
    assert not finds("didn't know that you don't go there", said)


def test_accents_ligatures_and_signs_of_other_scripts_are_compared_by_their_letters():
    said = "Élise a trouvé le café fermé à côté"
    assert finds(unicodedata.normalize("NFD", said), said)
    assert finds("ﬁve oﬃces", "five offices", n=2)
    assert split_words("हिन्दी में") == split_words(
        unicodedata.normalize("NFD", "हिन्दी में")
    )
    assert len(split_words("हिन्दी में")) == 2


def test_a_hyphen_at_a_line_end_makes_one_word_of_what_was_said():
    assert split_words("exam-\n  ple, well-known") == ["example", "well", "known"]


def test_what_others_said_too_is_no_run():
    runs = Runs([SAID], shared=["And we left early, because the road was not good"])
    assert not runs.stand_in(["we left early because the road was not"])
    assert runs.stand_in(["left early because the road was not safe"])
    assert len(runs) == 3


def test_a_text_of_fewer_words_has_no_runs():
    runs = Runs(["we left early", ""])
    assert len(runs) == 0
    assert not runs.stand_in(["we left early"])


def test_two_texts_make_no_run_together():
    runs = Runs(["we left early because", "the road was not safe"], n=5)
    assert list(runs.find_in("we left early because the road was not safe")) == [
        "theroadwasnotsafe"
    ]


def test_a_run_of_no_words_is_refused():
    with pytest.raises(ValueError, match="a run of 0 words"):
        Runs(["a"], n=0)


@given(said=WORDS, before=WORDS, after=WORDS, at=st.integers(0, 22))
def test_every_run_is_found_between_other_words(
    said: list[str], before: list[str], after: list[str], at: int
):
    at = min(at, len(said) - 8)
    text = " ".join([*before, *said[at : at + 8], *after])
    assert Runs([" ".join(said)]).stand_in([text])


@given(said=WORDS, other=st.text("hijklm ,-\n'<>/", max_size=200))
def test_nothing_is_found_in_other_words(said: list[str], other: str):
    assert not Runs([" ".join(said)]).stand_in([other])


@given(said=WORDS)
def test_what_everybody_said_is_nobodys(said: list[str]):
    text = " ".join(said)
    assert not Runs([text], shared=[text.upper()]).stand_in([text])


def test_a_megabyte_is_looked_through_in_a_moment():
    words = [f"w{at * 7919 % 5000}" for at in range(200_000)]
    runs = Runs(" ".join(words[at : at + 5000]) for at in range(0, 100_000, 5000))
    other = "é " + " ".join(f"w{at * 104729 % 4999}" for at in range(200_000))
    began = time.perf_counter()
    assert not runs.stand_in([other])
    assert time.perf_counter() - began < 5
