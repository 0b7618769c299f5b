from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evalkit.analysis.concordance import find_concordance, sort_concordance
from evalkit.errors import EvalkitError
from evalkit.tables import TURNS


def make_turns(*texts: str) -> pd.DataFrame:
    """A document's turns by one person, two characters apart."""
    rows, at = [], 5
    for number, text in enumerate(texts, start=1):
        end = at + len(text)
        rows.append(("A", number, "R", "respondent", "P1", at, end, None, text))
        at = end + 2
    return TURNS.typed(pd.DataFrame(rows, columns=list(TURNS.columns)))


def find(text: str, phrase: str) -> list[str]:
    return find_concordance(make_turns(text), phrase)["keyword"].to_list()


def test_a_hit_carries_its_place_who_spoke_and_the_words_around_it():
    turns = make_turns("No.", "We never knew whom to trust, or when to.")
    hits = find_concordance(turns, "trust", n_words=2)
    assert hits.to_dict("records") == [
        {
            **{"document_id": "A", "turn": 2, "respondent_id": "P1"},
            **{"role": "respondent", "start": 32, "end": 37},
            **{"left": "whom to ", "keyword": "trust", "right": ", or when"},
        }
    ]


def test_eight_words_stand_on_either_side_unless_others_are_asked_for():
    text = " ".join(f"w{n}" for n in range(30))
    hit = find_concordance(make_turns(text), "w15").iloc[0]
    assert hit["left"] == "w7 w8 w9 w10 w11 w12 w13 w14 "
    assert hit["right"] == " w16 w17 w18 w19 w20 w21 w22 w23"
    bare = find_concordance(make_turns(text), "w15", n_words=0).iloc[0]
    assert (bare["left"], bare["right"]) == ("", "")
    with pytest.raises(ValueError, match="n_words is -1"):
        find_concordance(make_turns(text), "w15", n_words=-1)


def test_context_ends_with_the_turn():
    hits = find_concordance(make_turns("Why?", "Trust", "Yes."), "trust")
    assert hits[["left", "right"]].to_numpy().tolist() == [["", ""]]


def test_a_bracket_that_touches_the_keyword_is_no_word_of_its_context():
    hit = find_concordance(make_turns("so we said (trust) is all"), "trust", n_words=1)
    assert hit[["left", "right"]].to_numpy().tolist() == [["said (", ") is"]]


@pytest.mark.parametrize(
    ("text", "phrase", "said"),
    [
        ("Trust, TRUST and trusted, entrust, trust_fund", "trust", ["Trust", "TRUST"]),
        ("Trust trusted entrust", "trust*", ["Trust", "trusted"]),
        ("Trust trusted entrust", "*trust", ["Trust", "entrust"]),
        ("untrusting times", "*trust*", ["untrusting"]),
        (
            "in  terms\n of, in\u00a0terms of",
            "in terms  of",
            ["in  terms\n of", "in\u00a0terms of"],
        ),
        ("a lot of, a bit of, a of", "a * of", ["a lot of", "a bit of"]),
        ("don't don’t donʼt dont", "don’t", ["don't", "don’t", "donʼt"]),
        ("don't don’t donʼt dont", "DON'T", ["don't", "don’t", "donʼt"]),
        ("it's the villagers’ own", "villagers", ["villagers"]),
        ("self-help", "help", ["help"]),
        ("no no no", "no no", ["no no"]),
        ("f**k fork", "f**k", ["f**k"]),
        ("Why? Wh. (x)", "why?", ["Why?"]),
        ("aab a.b a+b", "a.b", ["a.b"]),
        ("(laughs) [a-z] $100 C++.", "(laughs)", ["(laughs)"]),
        ("(laughs) [a-z] b $100", "[a-z]", ["[a-z]"]),
        ("it cost us$100, $1000", "$100", ["$100"]),
        ("C++ and C", "c++", ["C++"]),
        ("a\\d 1", "\\d", ["\\d"]),
        ("ΛΌΓΟΣ λόγος", "λόγος", ["ΛΌΓΟΣ", "λόγος"]),
        ("وقال الثقة مهمة", "الثقة", ["الثقة"]),
        ("אמון זה הכול", "אמון", ["אמון"]),
        ("आप पर भरोसा है", "भरोस", []),
        ("आप पर भरोसा है", "भरोस*", ["भरोसा"]),
        ("مى\u200cخواهم", "مى", []),
        ("good 👍🏽 so 👍🏽", "👍🏽 so", ["👍🏽 so"]),
        ("新聞", "新", []),
        ("你好新聞", "*新*", ["你好新聞"]),
    ],
)
def test_what_a_phrase_finds(text: str, phrase: str, said: list[str]):
    assert find(text, phrase) == said


COMPOSED = "Le café, les CAFÉS et la cafétéria du Việt; cafe, deja"


@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("phrase", "n_hits"),
    [("café", 1), ("cafe", 1), ("cafe*", 1), ("café*", 3), ("*té*", 1), ("việt", 1)],
)
def test_an_accent_is_found_however_it_was_typed(typed: str, phrase: str, n_hits: int):
    text = unicodedata.normalize(typed, COMPOSED)
    for spelled in ("NFC", "NFD"):
        hits = find_concordance(
            make_turns(text), unicodedata.normalize(spelled, phrase)
        )
        assert len(hits) == n_hits
        assert [
            text[s - 5 : e - 5] for s, e in zip(hits["start"], hits["end"], strict=True)
        ] == hits["keyword"].to_list()


def test_accents_typed_half_apart_are_found():
    # As Vietnamese is often typed: ê is one character, the tone below it another.
    assert find("Vi\u00ea\u0323t vi\u1eb9\u0302t", "việt") == [
        "Vi\u00ea\u0323t",
        "vi\u1eb9\u0302t",
    ]


def test_offsets_are_right_beside_emoji_and_right_to_left_words():
    text = "👩‍🌾 said الثقة 👍 then trust"
    hit = find_concordance(make_turns("", text), "trust").iloc[0]
    assert text[hit["start"] - 7 : hit["end"] - 7] == "trust"
    assert hit["left"] == text[:-5]


@pytest.mark.parametrize("phrase", ["", "  \n", "*", "** *"])
def test_a_phrase_without_letters_is_refused(phrase: str):
    with pytest.raises(EvalkitError, match="has no letters: write what") as error:
        find_concordance(make_turns("words"), phrase)
    assert "\n" not in str(error.value)


def test_nothing_said_and_nothing_found_give_the_same_columns():
    found = find_concordance(make_turns("trust"), "trust")
    for turns in (TURNS.empty(), make_turns("hope"), make_turns("")):
        hits = find_concordance(turns, "trust")
        assert len(hits) == 0
        assert hits.dtypes.to_dict() == found.dtypes.to_dict()
        for by in ("left", "right", "place"):
            assert len(sort_concordance(hits, by=by)) == 0


def test_turns_may_be_chosen_before():
    turns = make_turns("trust me", "trust us")
    hits = find_concordance(turns[turns["turn"].eq(2)], "trust")
    assert hits[["turn", "right"]].to_numpy().tolist() == [[2, " us"]]


def sort(*lines: tuple[str, str], by: str) -> list[int]:
    hits = pd.DataFrame(list(lines), columns=["left", "right"])
    hits["number"] = range(len(hits))
    return sort_concordance(hits, by=by)["number"].to_list()


def test_left_sorts_by_the_nearest_word_then_the_one_before_it():
    lines = [("zero We ", ""), ("a they ", ""), ("b, “WE” ", ""), ("", "")]
    assert sort(*lines, by="left") == [3, 1, 2, 0]


def test_right_sorts_by_the_words_after_whatever_their_case_and_points():
    lines = [("", ", so B"), ("", " so a"), ("", " — and z"), ("", " So (b) c")]
    assert sort(*lines, by="right") == [2, 1, 0, 3]


def test_the_same_word_sorts_together_however_its_accent_was_typed():
    lines = [("été ", ""), ("etz ", ""), ("e\u0301te\u0301 ", ""), ("f ", "")]
    assert sort(*lines, by="left") == [1, 0, 2, 3]


def test_place_leads_back_to_the_order_of_the_interviews():
    hits = find_concordance(make_turns("b trust c trust", "a trust b"), "trust")
    for by in ("left", "right"):
        shuffled = sort_concordance(hits, by=by)
        assert not shuffled.equals(hits)
        assert sort_concordance(shuffled, by="place").equals(hits)


def test_another_order_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="not 'middle'"):
        sort_concordance(find_concordance(make_turns("a"), "a"), by="middle")


LETTERS = st.text("aAe\u0301\u0323éẹ '’*.(-\n\u00a0👍א", max_size=30)


def is_phrase(phrase: str) -> bool:
    """Whether it holds something to look for, and no accent stands by itself."""
    words = [word.strip("*") for word in phrase.split()]
    return any(words) and not any(
        unicodedata.combining(unicodedata.normalize("NFC", word)[0])
        for word in words
        if word
    )


@given(LETTERS, LETTERS, st.integers(0, 3))
def test_keyword_and_context_are_the_text_as_it_stands(text: str, phrase: str, n: int):
    assume(is_phrase(phrase))
    hits = find_concordance(make_turns("x", text), phrase, n_words=n)
    document = " " * 5 + "x  " + text
    for hit in hits.itertuples():
        assert document[hit.start : hit.end] == hit.keyword != ""
        assert document[: hit.start].endswith(hit.left)
        assert document[hit.end :].startswith(hit.right)
        assert len(hit.left.split()) <= n + 1


def test_an_accent_without_its_letter_is_no_phrase():
    with pytest.raises(EvalkitError, match="an accent without its letter"):
        find("é", "\u0301")


@given(LETTERS, LETTERS)
def test_how_accents_are_typed_makes_no_difference(text: str, phrase: str):
    assume(is_phrase(phrase))
    found = [
        [
            unicodedata.normalize("NFC", keyword)
            for keyword in find(
                unicodedata.normalize(typed, text),
                unicodedata.normalize(spelled, phrase),
            )
        ]
        for typed in ("NFC", "NFD")
        for spelled in ("NFC", "NFD")
    ]
    assert all(each == found[0] for each in found)


def test_every_hit_of_a_long_corpus_is_found():
    turns = make_turns(*["we trusted them and they never came back " * 50] * 1000)
    assert len(find_concordance(turns, "trust*")) == 50_000
