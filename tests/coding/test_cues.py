from __future__ import annotations

import csv
import gzip
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalkit.coding.codebook import parse_codebook
from evalkit.coding.cues import compile_cues, find_cues
from evalkit.coding.folding import fold
from evalkit.errors import ProblemsError
from evalkit.tables import HITS

BOUNDED = settings(derandomize=True, deadline=None, max_examples=250, database=None)


def cues_of(*phrases: Any, code_id: str = "a") -> pd.DataFrame:
    return pd.DataFrame(
        [(code_id, phrase, "cue", at + 1) for at, phrase in enumerate(phrases)],
        columns=["code_id", "phrase", "kind", "line"],
    )


def words_found(text: str, *phrases: str, language: str = "en") -> list[str]:
    cues = compile_cues(cues_of(*phrases), [text], language=language)
    return [text[start:end] for start, end, _ in cues.find_hits(text)]


def problems_of(*phrases: Any, text: str = "", language: str = "en") -> list[str]:
    with pytest.raises(ProblemsError) as error:
        compile_cues(cues_of(*phrases), [text], language=language)
    return [str(problem) for problem in error.value.problems]


# ---------------------------------------------------------------- the slow matcher


def reads(text: str) -> str:
    """How a text reads: what two texts share that a person would call the same."""
    text = re.sub("[’‘ʼ＇′]", "'", text.replace("\xad", ""))
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    return re.sub(r"\s+", " ", text)


def is_of_a_word(character: str) -> bool:
    if character in "’‘ʼ＇′":
        return False
    return (
        character.isalnum()
        or character in "_\u200c\u200d"
        or unicodedata.category(character)[0] == "M"
    )


def find_slowly(text: str, wanted: str | re.Pattern[str]) -> list[tuple[int, int]]:
    """Try every span: does it read so, and is there no word on either side?"""

    def is_wanted(read: str) -> bool:
        if isinstance(wanted, str):
            return read == reads(wanted).strip()
        return bool(wanted.fullmatch(read)) and all(map(is_of_a_word, read))

    seen = [at for at, character in enumerate(text) if character != "\xad"]
    return [
        (start, end)
        for at, start in enumerate(seen)
        for after, end in enumerate([last + 1 for last in seen[at:]], at + 1)
        if is_wanted(reads(text[start:end]))
        and not (at > 0 and is_of_a_word(text[seen[at - 1]]))
        and not (after < len(seen) and is_of_a_word(text[seen[after]]))
    ]


CASED = [*("a", "A", "b", "é", "E\u0301", "e", "ß", "SS", "s", "İ", "i", "ı", "ﬁ", "f")]
BETWEEN = [*(" ", " ", "  ", "\r\n", "\xa0", "\u2028", "-", "'", "’", "ʼ", ".", "\xad")]
ALPHABETS = [
    ["a", "b", " ", " ", "-"],
    [*CASED, *BETWEEN],
    [*BETWEEN, *("Σ", "ς", "σ", "ΐ", "Ϊ\u0301", "ᾴ", "α\u0345\u0301", "α", "\u0301")],
    [*BETWEEN, *("क", "\u0958", "\u094d", "ष", "\u093f", "\u200d", "\u09c7\u09be")],
    [*BETWEEN, *("각", "가", "\u1100", "\u1161", "\u11a8", "中", "\u09cb", "_", "7")],
    [*BETWEEN, *("ש", "\u05c1", "ב", "\u200f", "م", "\u0651", "ـ", "\u202b", "\u200c")],
    [
        *BETWEEN,
        *("👩", "\u200d", "🌾", "\ufe0f", "𝔄", "𐐀", "𐐨", "\ud83d", "\udc69", "x"),
    ],
    [*BETWEEN, *("ǰ", "J\u030c", "j", "\u212b", "Å", "A\u030a", "\u0323", "\0", "a")],
]
WRITTEN = st.sampled_from(ALPHABETS).flatmap(
    lambda alphabet: st.tuples(
        st.lists(st.sampled_from(alphabet), max_size=16).map("".join),
        st.lists(st.sampled_from(alphabet), min_size=1, max_size=4).map("".join),
    )
)
CUT = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=6)


def is_phrase(phrase: str) -> bool:
    """A phrase with a word, that does not begin in the middle of a letter."""
    read = reads(phrase).strip()
    return (
        any(map(str.isalnum, read))
        and not re.search("[\ud800-\udfff]", read)  # which no table can hold
        and not unicodedata.category(read[0]).startswith("M")
        and not "\u1160" <= read[0] <= "\u11ff"
    )


@BOUNDED
@given(WRITTEN, CUT)
def test_every_cue_is_found_that_a_slow_search_finds_and_no_other(
    written: tuple[str, str], cut: list[tuple[int, int]]
):
    text, other = written
    phrases = [other, *(text[start : start + length] for start, length in cut)]
    phrases = [phrase for phrase in phrases if is_phrase(phrase)]
    assume(phrases)
    expected = sorted(
        (start, end, row)
        for row, phrase in enumerate(phrases)
        for start, end in find_slowly(text, phrase)
    )
    assert compile_cues(cues_of(*phrases), []).find_hits(text) == expected


@BOUNDED
@given(WRITTEN, CUT)
def test_what_is_found_reads_as_the_phrase_does(
    written: tuple[str, str], cut: list[tuple[int, int]]
):
    text = f"{written[0]} {written[1]}"
    phrases = [text[start : start + length] for start, length in cut]
    phrases = [phrase for phrase in phrases if is_phrase(phrase)]
    for start, end, row in compile_cues(cues_of(*phrases), []).find_hits(text):
        assert (
            fold(text[start:end]).content == fold(phrases[row].strip()).content.strip()
        )
        assert not text[start].isspace()
        assert "\xad" not in (text[start], text[end - 1])


LATIN = st.lists(st.sampled_from([*CASED, *BETWEEN, "a", "b"]), max_size=8).map("".join)


@BOUNDED
@given(
    LATIN, LATIN, LATIN, st.text("abseéi", min_size=2, max_size=3), st.integers(0, 3)
)
def test_a_wildcard_finds_every_word_that_it_is_like(
    before: str, inside: str, after: str, part: str, star: int
):
    text = f"{before}{part[:star]}{inside}{part[star:]}{after}"
    wild = f"{part[:star]}*{part[star:]}"
    like = re.compile(wild.replace("*", ".*"), re.DOTALL)
    expected = find_slowly(text, like)
    found = compile_cues(cues_of(wild), [text]).find_hits(text)
    assert [hit[:2] for hit in found] == expected


def test_every_expected_match_in_real_interviews_is_found_and_no_other(shared: Path):
    folder = shared / "seenunseen"
    phrases = json.loads((folder / "phrases.json").read_text("utf-8"))
    cues = pd.DataFrame(
        [(code, phrase, "cue", 1) for code in phrases for phrase in phrases[code]],
        columns=["code_id", "phrase", "kind", "line"],
    )
    with gzip.open(folder / "interviews.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines][:100]
    texts = {each["document_id"]: each["text"] for each in documents}
    found = find_cues(texts, compile_cues(cues, texts.values()))
    with gzip.open(
        folder / "expected_matches_first100.csv.gz", "rt", encoding="utf-8", newline=""
    ) as lines:
        expected = sorted(
            (
                row["document_id"],
                int(row["start"]),
                int(row["end"]),
                row["theme"],
                row["phrase"],
            )
            for row in csv.DictReader(lines)
        )
    columns = ["document_id", "start", "end", "code_id", "phrase"]
    assert len(expected) == 15_525
    assert sorted(found[columns].itertuples(index=False, name=None)) == expected


# ------------------------------------------------------------------- rule by rule


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        # whole words
        ("well", "well-being, well, swell wells well_ well2 'well'", ["well"] * 3),
        ("self-help", "self-help self help selfhelp", ["self-help"]),
        ("don't", "I don’t. don't! dont", ["don’t", "don't"]),
        ("cafe", "cafe\u0301 café cafe", ["cafe"]),
        ("cafe", "cafe\xad\u0301", []),
        ("a", "\u0301a \u200da a\u200c \u200fa\u200f", ["a"]),
        ("क", "क क\u094dष कि क।", ["क", "क"]),
        ("well", "well.\u0301", ["well"]),
        ("C++", "c++ C+++", ["c++", "C++"]),
        # the very beginning, the very end, nothing in between
        ("no right", "no right", ["no right"]),
        ("é", "é", ["é"]),
        ("a", "", []),
        ("a", " \r\n\u2028", []),
        # white space
        ("no right", "no\r\n  right", ["no\r\n  right"]),
        ("no right", "no\xa0right no\u2028right", ["no\xa0right", "no\u2028right"]),
        (" no \t\n right ", "[no right]", ["no right"]),
        ("no right", "noright no-right no\u200bright", []),
        ("no right", "é  \n no   right", ["no   right"]),
        ("\xad no right \xad", "no \xad right", ["no \xad right"]),
        # case
        ("STRASSE", "Straße strasse straẞe", ["Straße", "strasse", "straẞe"]),
        ("λόγος", "ΛΌΓΟΣ λόγοσ", ["ΛΌΓΟΣ", "λόγοσ"]),
        ("final", "ﬁnal", ["ﬁnal"]),
        ("i", "İ ı I", ["I"]),
        ("προΰ", "ΠΡΟΫ\u0301", ["ΠΡΟΫ\u0301"]),
        ("𐐀𐐁", "x 𐐨𐐩", ["𐐨𐐩"]),
        ("morale", "πρωταΐ ΐ morale", ["morale"]),
        # apostrophes
        ("they’re", "they're they＇re THEYʼRE", ["they're", "they＇re", "THEYʼRE"]),
        ("re", "they’re theyʼre", ["re", "re"]),
        # accents
        ("café", "cafe\u0301s cafe\u0301", ["cafe\u0301"]),
        ("cafe\u0301", "CAFÉ", ["CAFÉ"]),
        ("kΩ", "5 k\u2126", ["k\u2126"]),
        ("k", "‘\u212a’ 5 \u212a", ["\u212a", "\u212a"]),
        ("क़लम", "(\u0958लम)", ["\u0958लम"]),
        ("ভালো", "ভাল\u09c7\u09be", ["ভাল\u09c7\u09be"]),
        # soft hyphens
        ("morale", "mo\xadra\xadle \xadmorale\xad", ["mo\xadra\xadle", "morale"]),
        ("mo\xadrale", "morale", ["morale"]),
        ("mo", "mo\xadrale", []),
        # other scripts
        ("שלום", "\u200fשלום\u200f, ושלום", ["שלום"]),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8 한국어", ["\u1112\u1161\u11ab\u1100\u116e\u11a8"]),
        ("가", "가\u11a8 가", ["가"]),
        ("hope", "😀hope👩\u200d🌾 hope\u200d", ["hope"]),
        ("hope", "\ud83dhope\ude00\0hope", ["hope", "hope"]),
        # overlaps
        ("a a", "a a a", ["a a", "a a"]),
    ],
)  # fmt: skip
def test_a_phrase_matches_so(phrase: str, text: str, found: list[str]):
    assert words_found(text, phrase) == found
    assert [text[slice(*each)] for each in find_slowly(text, phrase)] == found


def test_cues_in_one_another_and_across_one_another_are_all_found():
    text = "the rule of law of the land"
    phrases = ["rule of law", "law", "of law of", "rule", "rule of law of the land"]
    cues = compile_cues(cues_of(*phrases), [])
    assert cues.find_hits(text) == [
        (4, 8, 3),
        (4, 15, 0),
        (4, 27, 4),
        (9, 18, 2),
        (12, 15, 1),
    ]


def test_a_phrase_of_two_codes_is_found_for_both_and_a_duplicate_twice():
    cues = pd.concat([cues_of("war", "WAR"), cues_of("War", code_id="b")])
    assert compile_cues(cues, []).find_hits("war") == [(0, 3, 0), (0, 3, 1), (0, 3, 2)]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("legitim*", "Legitim legitimacy illegitimate légitime", ["Legitim", "legitimacy"]),
        ("*hood", "hood boyhood hoods", ["hood", "boyhood"]),
        ("mo*le", "morale mole mo-le moles mle", ["morale", "mole"]),
        ("mo*le mo*le", "morale\nmole morale", ["morale\nmole", "mole morale"]),
        ("*or*l*", "morale oral amorality lore", ["morale", "oral", "amorality"]),
        ("bo*", "bó bo bob", ["bo", "bob"]),
        ("no legitim*", "no\xa0LEGITIMACY; no, legitimacy", ["no\xa0LEGITIMACY"]),
        ("self-hel*", "self-help self-helped help", ["self-help", "self-helped"]),
        ("*thing’s", "nothing's everythingʼs", ["nothing's", "everythingʼs"]),
        ("(legitim*)", "(legitimate) legitimate", ["(legitimate)"]),
        ("straß*", "STRASSEN straßenbahn", ["STRASSEN", "straßenbahn"]),
        ("le\xadgit*", "legi\xadtim", ["legi\xadtim"]),
        ("caf\u00e9*", "cafe\u0301s cafes", ["cafe\u0301s"]),
        ("ab*ba", "aba abba abxba", ["abba", "abxba"]),
        ("legitim*", "nothing of the kind", []),
        ("a.bo*", "a.bob axbob", ["a.bob"]),
        ("de_*x", "de_x de_\u0301x", ["de_x", "de_\u0301x"]),
        ("सं*", "संस्कृति सड़क", ["संस्कृति"]),
    ],
)  # fmt: skip
def test_a_wildcard_stands_for_words_of_the_texts(
    phrase: str, text: str, found: list[str]
):
    assert words_found(text, phrase) == found


def test_a_wildcard_stands_for_words_of_the_given_texts_only():
    cues = compile_cues(cues_of("legitim*", "{boost}"), ["legitimacy", "boosts"])
    text = "legitimacy legitimate boosting boosts boost"
    found = [text[start:end] for start, end, _ in cues.find_hits(text)]
    assert found == ["legitimacy", "boosts", "boost"]


@pytest.mark.parametrize(
    ("phrase", "text", "found", "language"),
    [
        (
            "{boost} morale",
            "boost morale, BOOSTED morale; Boosting\nmorale booster morale",
            ["boost morale", "BOOSTED morale", "Boosting\nmorale"],
            "en",
        ),
        ("{ Mouse }", "mice MOUSE moss", ["mice", "MOUSE"], "en"),
        ("{qwxz}", "a qwxz", ["qwxz"], "en"),
        ("no {boost} legitim*", "no boosts legitimacy", ["no boosts legitimacy"], "en"),
        ("{Haus}", "Häuser HÄUSER Ha\u0308user Haus", ["Häuser", "HÄUSER", "Ha\u0308user", "Haus"], "de"),
        ("{Straße}", "Straßen, strasse", ["Straßen", "strasse"], "de"),
        ("{λόγος}", "λόγος λόγους λόγοι", ["λόγος", "λόγους", "λόγοι"], "el"),
        ("{Haus}", "HÄUSER, Hau\xadses", ["HÄUSER", "Hau\xadses"], "de"),
        ("{boost}-up", "boosts-up boost up", ["boosts-up"], "en"),
    ],
)  # fmt: skip
def test_braces_stand_for_the_forms_of_a_word(
    phrase: str, text: str, found: list[str], language: str
):
    assert words_found(text, phrase, language=language) == found


def test_a_word_in_braces_stands_for_itself_where_no_text_holds_it():
    assert compile_cues(cues_of("{boost}"), []).find_hits("boost") == [(0, 5, 0)]


@pytest.mark.parametrize(
    ("phrase", "what"),
    [
        ("rule * law", "a * alone"),
        ("***a", "a * alone"),
        ("self-*", "a * alone"),
        ("{boost}*", "a * alone"),
        ("*", "it holds no word"),
        ("", "it holds no word"),
        (" \u2028", "it holds no word"),
        ("--", "it holds no word"),
        ("\xad", "it holds no word"),
        ("\u200d\u0301", "it holds no word"),
        ("{}", "it holds no word"),
        ("{} morale", "braces hold one word"),
        ("{team spirit}", "braces hold one word"),
        ("{don't}", "braces hold one word"),
        ("{legitim*}", "braces hold one word"),
        ("{boost morale", "a brace is open"),
        ("boost} morale", "a brace is open"),
        ("{{boost}}", "a brace is open"),
        ([], "no token pattern"),
        (["morale"], "no token pattern"),
        ([{"LOWRE": "morale"}], "no token pattern"),
        ([{"LOWER": 5}], "no token pattern"),
        ([{5: "morale"}], "no token pattern"),
        ([{"OP": "{3,1}"}], "no token pattern"),
        ([{"TEXT": {"REGEX": "("}}], "no token pattern"),
    ],
)
def test_a_cue_that_means_nothing_is_an_error_with_its_line(phrase: Any, what: str):
    found = problems_of("fine", phrase, text="boost and other words")
    assert len(found) == 1
    assert found[0].startswith("codebook.yaml:2: cue ")
    assert f"of 'a': {what}" in found[0]


def test_a_cue_stands_for_five_thousand_phrases_at_most():
    words = [f"in{at}" for at in range(5001)]
    assert problems_of("in*", text=" ".join(words))[0].startswith(
        "codebook.yaml:1: cue 'in*' of 'a': it stands for 5,001 phrases: "
    )
    assert len(words_found(" ".join(words[:5000]), "in*")) == 5000
    some = " ".join([*words[:71], *(f"un{at}" for at in range(71))])
    assert "5,041 phrases" in problems_of("in* un*", text=some)[0]


def test_word_forms_of_a_language_nobody_knows_are_an_error():
    found = problems_of("morale", "{boost}", "{raise}", text="boost", language="xx")
    assert [line[:16] for line in found] == ["codebook.yaml:2:", "codebook.yaml:3:"]
    assert "no word forms are known for 'xx'" in found[0]
    assert words_found("boosts", "boost*", language="xx") == ["boosts"]


def test_every_mistake_is_told_at_once():
    found = problems_of("*", "fine", "{", "{boost", [{"X": 1}], "a{b c}")
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == [1, 3, 4, 5, 6]


# --------------------------------------------------------------------- the tables


def test_cues_of_a_codebook_keep_their_kind_and_line():
    codebook = parse_codebook(
        "codes:\n  - id: a\n    cues:\n      - no right\n"
        "      - - {LOWER: boost}\n        - {LOWER: morale}\n      - mor*\n"
        "    traps: ['*']\n"
    )
    with pytest.raises(ProblemsError) as error:
        compile_cues(codebook.cues, ["morale"])
    assert str(error.value).startswith("codebook.yaml:8: trap '*' of 'a': ")
    cues = compile_cues(codebook.cues.head(3), ["morale"])
    assert cues.table["line"].to_list() == [4, 5, 7]
    assert cues.patterns == {1: [{"LOWER": "boost"}, {"LOWER": "morale"}]}
    assert cues.find_hits("No right to boost morale.") == [(0, 8, 0), (18, 24, 2)]


def test_hits_are_one_row_a_cue_and_a_place():
    cues = cues_of("war", "no war", [{"LOWER": "war"}]).assign(
        code_id=["a", "b", "a"], kind=["cue", "trap", "cue"]
    )
    texts = {"P1": "", "P2": "No  war. WAR!"}
    hits = find_cues(texts, compile_cues(cues, texts.values()))
    assert list(hits.columns) == list(HITS.columns)
    assert hits.to_numpy().tolist() == [
        ["P2", 0, 7, "b", "trap", "no war"],
        ["P2", 4, 7, "a", "cue", "war"],
        ["P2", 9, 12, "a", "cue", "war"],
    ]


@pytest.mark.parametrize("phrases", [(), ("war",)])
@pytest.mark.parametrize("texts", [{}, {"P1": ""}, {"P1": " \n ", "P2": "é  é"}])
def test_where_nothing_is_found_the_table_is_empty_and_typed(
    phrases: tuple[str, ...], texts: dict[str, str]
):
    hits = find_cues(texts, compile_cues(cues_of(*phrases), texts.values()))
    assert list(hits.columns) == list(HITS.columns)
    assert len(hits) == 0


def test_texts_may_be_read_once_only():
    cues = compile_cues(cues_of("mor*", "*ale", "{boost}"), iter(["morale boosts"]))
    assert cues.find_hits("morale boosts") == [(0, 6, 0), (0, 6, 1), (7, 13, 2)]


def test_cues_with_an_index_of_their_own_are_numbered_by_their_place():
    cues = cues_of("war", "peace", "law").iloc[[2, 1]]
    compiled = compile_cues(cues, [])
    assert compiled.find_hits("peace, law") == [(0, 5, 1), (7, 10, 0)]
    assert find_cues({"P1": "law"}, compiled)["phrase"].to_list() == ["law"]
