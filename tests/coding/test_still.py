from __future__ import annotations

import time
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.coding.desk.still import render_still

BOUNDED = settings(derandomize=True, deadline=None, max_examples=200, database=None)
NAMES = {"leg": "Claims › Legitimacy", "mor": "Claims › Morale"}
VOID = {"br"}


def turn(start: int, end: int, **other: Any) -> dict[str, Any]:
    said = {"speaker": "R", "role": "respondent", "started_at": None}
    return {**said, "start": start, "end": end, **other}


def coding(
    coding_id: str, start: int, end: int, code_id: str = "leg", **other: Any
) -> dict[str, Any]:
    return {
        **{"coding_id": coding_id, "start": start, "end": end, "code_id": code_id},
        **{"coder_id": "ana", "attributes": {}, "memo": ""},
        **other,
    }


def render(
    text: str,
    codings: Sequence[dict[str, Any]] = (),
    turns: Sequence[dict[str, Any]] | None = None,
    **other: Any,
) -> str:
    turns = [turn(0, len(text))] if turns is None else turns
    said = {"title": "P01", "first_line": "", "names": NAMES, **other}
    return render_still(text=text, turns=turns, codings=codings, **said)


class Page(HTMLParser):
    """What a reader sees: the words of each turn, the marked pieces, the notes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.marks: list[tuple[str, str]] = []
        self.notes: list[list[str]] = []
        self.numbers: list[str] = []
        self.title = ""
        self.feed(html)
        self.close()
        assert self.open == []
        self.words = [words.removeprefix(" ") for words in self.words]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "mark" or "mark" not in self.open, "marks are never nested"
        assert {name for name, _ in attrs} <= {"class", "style", "title", "dir"}
        self.tags.add(tag)
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "p":
            self.words.append("")
        elif tag == "mark":
            self.title = dict(attrs)["title"] or ""
        elif tag == "ul":
            self.notes.append([])
        elif tag == "li":
            self.notes[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "sup" in self.open:
            self.numbers.append(data)
        elif "p" in self.open and "bdi" not in self.open:
            self.words[-1] += data
        elif "li" in self.open:
            self.notes[-1][-1] += data
        if self.open and self.open[-1] == "mark":
            self.marks.append((data, self.title))


def read_page(html: str) -> Page:
    """Read a page whose first paragraph, the count, is no turn."""
    page = Page(html)
    page.words = page.words[1:]
    return page


def test_what_comes_from_outside_is_escaped():
    bad = "<script>alert('&amp;\"')</script>"
    html = render(
        f"{bad} he said",
        [
            coding("a", 3, 12, memo=bad, coder_id=bad, attributes={"tone": bad}),
            coding("b", 0, 5),
        ],
        [turn(0, len(bad), speaker=bad)],
        **{"title": bad, "first_line": bad, "names": {"leg": bad}},
    )
    page = read_page(html)
    assert "script" not in page.tags
    assert page.words == [bad]
    assert page.notes == [[f"[1] {bad} — ana", f"[2] {bad} — {bad} — {bad} — {bad}"]]
    assert page.marks[0] == (bad[:3], f"[1] {bad}")
    assert html.count(bad) == 0


def test_overlapping_codings_are_cut_flat_and_numbered_where_they_end():
    page = read_page(
        render("one two three four", [coding("a", 0, 13), coding("b", 4, 18, "mor")])
    )
    both = "[1] Claims › Legitimacy; [2] Claims › Morale"
    assert page.marks == [
        ("one ", "[1] Claims › Legitimacy"),
        ("two three", both),
        (" four", "[2] Claims › Morale"),
    ]
    assert page.numbers == ["[1]", "[2]"]
    assert page.words == ["one two three four"]


def test_codings_that_end_together_share_a_place_for_their_numbers():
    page = read_page(render("one two", [coding("a", 4, 7), coding("b", 0, 7, "mor")]))
    assert page.numbers == ["[1][2]"]
    assert page.notes == [["[1] Claims › Morale", "[2] Claims › Legitimacy"]]


def test_a_note_gives_the_name_the_attributes_that_are_set_and_the_memo():
    marks = {
        "stance": "qualifies",
        "tone": "",
        "certainty": "hedged",
        "quotable": "yes",
    }
    page = read_page(
        render("one two", [coding("a", 0, 3, attributes=marks, memo="so-so")])
    )
    said = "[1] Claims › Legitimacy — qualifies, hedged, quotable: yes — so-so"
    assert page.notes == [[said]]


def test_the_coder_is_named_where_there_are_several():
    page = read_page(
        render("one two", [coding("a", 0, 3), coding("b", 4, 7, coder_id="bo")])
    )
    assert page.notes == [
        ["[1] Claims › Legitimacy — ana", "[2] Claims › Legitimacy — bo"]
    ]


def test_a_code_without_a_name_is_called_by_its_id():
    assert read_page(render("one", [coding("a", 0, 3, "new")])).notes == [["[1] new"]]


def test_a_coding_across_turns_is_marked_in_each_and_numbered_where_it_ends():
    turns = [turn(0, 3), turn(7, 10, role="interviewer"), turn(14, 19)]
    page = read_page(render("one R: two R: three", [coding("a", 1, 16)], turns))
    assert [piece for piece, _ in page.marks] == ["ne", "two", "th"]
    assert page.numbers == ["[1]"]
    assert page.notes == [["[1] Claims › Legitimacy — begins 2 turns above"]]
    assert page.words == ["one", "two", "three"]


def test_a_coding_that_ends_between_turns_is_numbered_in_the_turn_before():
    turns = [turn(0, 3), turn(7, 10)]
    page = read_page(
        render("one R: two", [coding("a", 0, 6), coding("b", 7, 10)], turns)
    )
    assert page.words == ["one", "two"]
    assert page.notes == [["[1] Claims › Legitimacy"], ["[2] Claims › Legitimacy"]]


def test_a_coding_outside_the_turns_is_counted_and_not_shown():
    html = render("head one", [coding("a", 0, 4), coding("b", 5, 8)], [turn(5, 8)])
    assert "2 codings, 1 of them outside the turns and not shown" in html
    assert read_page(html).words == ["one"]
    assert read_page(html).numbers == ["[1]"]


def test_turns_are_shown_in_the_texts_order_and_one_without_words_is_not():
    turns = [turn(4, 7), turn(3, 3), turn(0, 3)]
    assert read_page(render("one two", turns=turns)).words == ["one", "two"]


def test_only_the_interviewer_is_dimmed():
    turns = [turn(0, 3, role="interviewer"), turn(4, 7)]
    lines = render("one two", turns=turns).splitlines()
    assert ["opacity" in line for line in lines if "<bdi>" in line] == [True, False]


@pytest.mark.parametrize(
    ("started_at", "shown"),
    [
        (0.0, "0:00"),
        (65.9, "1:05"),
        (3725.0, "1:02:05"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_the_time_is_shown_where_it_is_known(started_at: float | None, shown: str):
    html = render("one", turns=[turn(0, 3, started_at=started_at)])
    time = f" <small>{shown}</small>" if shown else ""
    assert f"<bdi><b>R</b>{time}</bdi> one" in html


def test_a_family_of_emoji_stays_whole():
    text = "We 👩‍👩‍👧 are glad 🎉!"
    at = text.index("👩")
    page = read_page(render(text, [coding("a", at, at + 5)]))
    assert page.marks == [("👩‍👩‍👧", "[1] Claims › Legitimacy")]
    assert page.words == [text]


def test_words_that_run_from_the_right_do_so_whatever_the_speaker_is_called():
    html = render("שלום עולם", [coding("a", 0, 4)])
    assert '<p dir="auto"><bdi><b>R</b></bdi> <mark' in html


def test_a_document_that_nobody_coded_or_spoke_in():
    html = render("one", first_line="An interview.")
    assert "<p>An interview.<br>No codings</p>" in html
    assert "<mark" not in html
    assert "<ul" not in html
    assert read_page(render("", turns=[])).words == []


def test_a_word_of_ten_thousand_characters_may_wrap():
    html = render("x" * 10_000, [coding("a", 10, 9_990)])
    assert "overflow-wrap:anywhere" in html
    assert read_page(html).words == ["x" * 10_000]


@BOUNDED
@given(st.data())
def test_the_words_are_those_of_the_text_however_it_is_coded(data: st.DataObject):
    text = data.draw(
        st.text(st.sampled_from("ab &<>'\"é🎉\n;#"), min_size=1, max_size=30)
    )
    places = st.integers(0, len(text))
    spans = st.tuples(places, places).map(sorted).filter(lambda span: span[0] < span[1])
    made = [coding(f"c{i}", *span) for i, span in enumerate(data.draw(st.lists(spans)))]
    cuts = sorted({0, *data.draw(st.lists(places)), len(text)})
    turns = [turn(*span) for span in pairwise(cuts)]

    page = read_page(render(text, made, turns))

    assert page.words == [text[each["start"] : each["end"]] for each in turns]
    numbers = "".join(page.numbers).strip("[]").split("][")
    assert numbers == [str(i + 1) for i in range(len(made))] or not made
    assert sum(map(len, page.notes)) == len(made)


@pytest.mark.parametrize("words_a_turn", [60, 60_000])
def test_sixty_thousand_words_are_rendered_at_once(words_a_turn: int):
    size = 6 * words_a_turn
    text = "words " * 60_000
    turns = [turn(at, at + size - 1) for at in range(0, len(text), size)]
    made = [coding(f"c{i}", 180 * i, 180 * i + 240, memo="so-so") for i in range(1999)]
    started = time.perf_counter()
    html = render(text, [*made, coding("all", 0, len(text), "mor")], turns)
    assert time.perf_counter() - started < 1.5
    assert "[2000]" in html
