"""Coding at the desk, with the real mouse and keyboard: what is done stands on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import evalkit
from evalkit.coding.log import append_events, place_in
from tests.desk.conftest import ADVOCATES, DeskNotebook, Lab
from tests.desk.helpers import CELLS, Hands, make_study, open_shared

CODEBOOK = """\
# What we hear about leaving.
title: Small
version: 1.0.0
attributes:
  stance: [supports, contradicts]
  certainty: [asserted, hedged]
  beneficiary: free text   # whoever gains
codes:
  # leaving comes first
  - id: leaving
    name: Leaving
    definition: Going away.
    codes:
      - {id: leaving.why, name: Why people left}   # not how
  - {id: hope, name: Hope}
"""
TEXT = """\
I: And then?
R: We left early. It was cold, and the road was long. Nobody spoke.
I: Why did you leave?
R: Hope. Only hope, I think. My sister says so too.
I: Only?
R: Yes.
"""
NAME = ".margin .name"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make_study(tmp_path, TEXT, CODEBOOK)


@pytest.fixture(scope="module")
def notebook(lab: Lab, chromium_browser: Any) -> Iterator[DeskNotebook]:
    yield from open_shared(lab, chromium_browser, ADVOCATES)


@pytest.fixture
def at_desk(notebook: DeskNotebook) -> Iterator[Callable[..., Hands]]:
    """Opens the desk for a coder nobody knew before, with nothing kept from others."""
    notebook.page.evaluate("() => localStorage.clear()")
    notebook.page.errors.clear()
    notebook.page.dialogs.clear()

    def open_one(
        study: Path | None = None,
        document: str = "",
        *,
        suggestions: str = "",
        before: str = "",
    ) -> Hands:
        folder = study or notebook.study
        hands = Hands(notebook, folder, document or ("P1" if study else "I04"))
        hands.show(suggestions=suggestions, before=before)
        return hands

    yield open_one
    assert notebook.page.errors == []
    assert notebook.page.dialogs == []


def test_words_selected_with_the_mouse_are_coded_with_at_most_five_keys(
    at_desk: Callable[..., Hands],
) -> None:
    desk = at_desk()
    before = desk.read("len(study.codings)")
    desk.select("the price of herring")
    desk.says("4 words selected.")
    there = desk.scroll()
    desk.press("Space", "t", "r", "Enter")
    desk.says("Added Treaty text, especially victim assistance.")
    desk.saved()
    assert desk.scroll() == there
    assert desk.picked() == "the price of herring"
    assert desk.in_text()
    desk.press("Space", "m", "e", "Enter")
    desk.says("Added Media coverage.", "2 codings here")
    desk.saved()
    assert desk.codings() == [
        ("contrib.media", "the price of herring"),
        ("contrib.treaty_text", "the price of herring"),
    ]
    assert desk.read("len(study.codings)") == before + 2
    assert desk.kinds() == ["add", "add"]
    assert desk.scroll() == there


def test_a_passage_is_coded_and_marked_by_keyboard_alone(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.find("button.help").focus()
    for _ in range(25):
        if desk.in_text():
            break
        desk.press("Tab")
    assert desk.in_text()
    desk.press("Control+Home", "ArrowDown", "Home", "Shift+End")
    whole = "We left early. It was cold, and the road was long. Nobody spoke."
    assert desk.picked() == whole
    desk.press("Space")
    desk.type("hop")
    desk.press("Enter", "Space")
    desk.type("why")
    desk.press("Enter")
    desk.says("Added Why people left.")
    desk.press("t", "1", "2")
    desk.says("Why people left, supports.")
    desk.press("m")
    desk.type("All three of them.")
    desk.press("Control+Enter")
    desk.says("Memo saved on Why people left.")
    desk.saved()
    assert desk.in_text()
    assert desk.codings("stance", "certainty", "memo") == [
        ("hope", whole, "", "", ""),
        ("leaving.why", whole, "supports", "hedged", "All three of them."),
    ]
    assert desk.kinds() == ["add", "add", "edit", "edit", "edit"]


def test_the_caret_is_in_the_words_when_the_transcript_is_reached_by_tab(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.find(".map").focus()
    desk.press("Tab")
    assert desk.in_text()
    desk.press("w")
    assert desk.picked() or "interviewer" in desk.status()
    desk.press("ArrowDown", "Home", "w")
    assert desk.picked() == "We"
    desk.press("w")
    assert desk.picked() == "We left early."
    desk.press("Shift+W")
    assert desk.picked() == "We"
    desk.press("w", "Space", "h", "Enter")
    desk.saved()
    assert desk.codings() == [("hope", "We left early.")]
    assert desk.events()[0]["quotation"] == "We left early."
    desk.press("Tab")
    assert desk.evaluate("document.activeElement.matches('.margin .name')")
    desk.press("Shift+Tab")
    assert desk.in_text()


def test_overlapping_codings_have_rails_and_lanes_of_their_own_and_o_goes_through(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("It was cold, and the road", "hope")
    desk.code("the road was long", "why")
    marks = desk.page.eval_on_selector_all(
        ".evalkit-desk mark",
        "all => all.map(m => [m.textContent, !!m.style.getPropertyValue('--r0'),"
        " !!m.style.getPropertyValue('--r1')])",
    )
    assert marks == [
        ["It was cold, and ", True, False],
        ["the road", True, True],
        [" was long", False, True],
    ]
    stripes = desk.page.eval_on_selector_all(
        ".evalkit-desk .stripe", "all => all.map(s => s.getBoundingClientRect().x)"
    )
    assert len({*stripes}) == 2
    assert desk.find(NAME).count() == 2
    desk.click("the road")
    seen = []
    for _ in range(4):
        desk.press("o")
        assert "2 codings here" in desk.status()
        seen.append(desk.find(f"{NAME}[aria-current] bdi").text_content())
    assert seen in (
        ["Hope", "Why people left"] * 2,
        ["Why people left", "Hope"] * 2,
    )
    assert desk.codings() == [
        ("hope", "It was cold, and the road"),
        ("leaving.why", "the road was long"),
    ]


def test_a_coding_goes_on_from_one_answer_to_the_next(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("Nobody spoke", "hope", last="Only hope")
    whole = "Nobody spoke.\nI: Why did you leave?\nR: Hope. Only hope"
    assert desk.codings() == [("hope", whole)]
    [added] = desk.events()
    text = desk.read("study.texts['P1']")
    assert text[added["start"] : added["end"]] == added["quotation"] == whole
    marks = desk.find("mark").all_text_contents()
    assert marks == ["Nobody spoke.", "Why did you leave?", "Hope. Only hope"]
    assert desk.find(NAME).count() == 1
    desk.show()
    assert desk.find("mark").all_text_contents() == marks


def test_a_selection_that_begins_in_a_question_is_coded_without_it(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("did you leave", "hope", last="Only hope")
    assert desk.codings() == [("hope", "Hope. Only hope")]
    assert desk.kinds() == ["add"]


def test_words_of_the_interviewer_alone_are_not_coded(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.select("Why did you leave")
    desk.says("This is the interviewer speaking. Only respondents’ words are coded.")
    desk.press("Space")
    assert desk.find(".quick").is_hidden()
    desk.press("1", "q", "v", "n")
    desk.says("This is the interviewer speaking.")
    assert desk.events() == []
    assert desk.codings() == []


FAMILY, FLAGS = "👨\u200d👩\u200d👧\u200d👦", "🇺🇦🇩🇪"


@pytest.fixture
def emoji(tmp_path: Path) -> Path:
    text = f"I: So?\nR: Look {FAMILY} and {FLAGS} here 😀😀, then we left 🏳️\u200d🌈 early.\n"
    return make_study(tmp_path, text, CODEBOOK)


def test_places_are_counted_in_characters_also_after_emoji(
    at_desk: Callable[..., Hands], emoji: Path
) -> None:
    desk = at_desk(emoji)
    desk.code("then we left", "hope")
    desk.code("early", "why")
    desk.code(FAMILY, "leaving", last=FLAGS)
    text = desk.read("study.texts['P1']")
    for added in desk.events():
        assert text[added["start"] : added["end"]] == added["quotation"]
    assert desk.codings() == [
        ("leaving", f"{FAMILY} and {FLAGS}"),
        ("hope", "then we left"),
        ("leaving.why", "early"),
    ]
    desk.show()
    assert desk.find("mark").all_text_contents() == [
        f"{FAMILY} and {FLAGS}",
        "then we left",
        "early",
    ]


def test_moving_an_end_never_cuts_an_emoji(
    at_desk: Callable[..., Hands], emoji: Path
) -> None:
    desk = at_desk(emoji)
    desk.code("Look", "hope")
    desk.press("e", "ArrowRight", "ArrowRight", "Enter")
    desk.saved()
    assert desk.codings() == [("hope", f"Look {FAMILY}")]
    desk.press("e", *["ArrowRight"] * 6, "Enter")
    desk.saved()
    assert desk.codings() == [("hope", f"Look {FAMILY} and {FLAGS[:2]}")]
    desk.press("e", "ArrowLeft", "Enter")
    desk.saved()
    assert desk.codings() == [("hope", f"Look {FAMILY} and ")]
    assert desk.events()[-1]["end"] - desk.events()[-1]["start"] == 5 + 7 + 5


def test_right_to_left_words_with_latin_and_digits_in_them_are_coded(
    at_desk: Callable[..., Hands], tmp_path: Path
) -> None:
    said = "ذهبنا إلى القرية في عام 2014 مع Maria Lopez قبل الشتاء"
    study = make_study(tmp_path, f"I: So?\nR: {said}.\n", CODEBOOK)
    desk = at_desk(study)
    assert (
        desk.evaluate(
            "getComputedStyle(document.querySelector('.text p[data-turn=\"1\"]')).direction"
        )
        == "rtl"
    )
    desk.code("القرية", "hope")
    desk.code("2014", "why")
    desk.code("Maria Lopez", "leaving")
    desk.code("ذهبنا", "hope", last="الشتاء")
    assert desk.codings() == [
        ("hope", said),
        ("hope", "القرية"),
        ("leaving.why", "2014"),
        ("leaving", "Maria Lopez"),
    ]
    text = desk.read("study.texts['P1']")
    for added in desk.events():
        assert text[added["start"] : added["end"]] == added["quotation"]
    desk.press("e", "Control+ArrowLeft", "Enter")
    desk.saved()
    assert desk.codings()[0] == ("hope", said.rsplit(" ", 1)[0])


def test_attributes_are_set_by_digits_and_by_clicks_and_taken_off_again(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("We left early", "why")
    desk.press("t")
    desk.says("stance: 1 supports, 2 contradicts, 0 none.")
    desk.press("2")
    desk.says("certainty: 1 asserted, 2 hedged, 0 none.")
    desk.press("1")
    desk.saved()
    assert desk.codings("stance", "certainty") == [
        ("leaving.why", "We left early", "contradicts", "asserted")
    ]
    desk.find(".card [data-key='stance supports']").click()
    desk.saved()
    desk.press("Escape", "t", "Space", "0")
    desk.saved()
    desk.find(".card details summary").click()
    desk.find(".card input[data-key=beneficiary]").fill("the <b>village</b>")
    desk.press("Tab")
    desk.saved()
    assert desk.codings("stance", "certainty", "beneficiary") == [
        ("leaving.why", "We left early", "supports", "", "the <b>village</b>")
    ]
    assert [each["attributes"] for each in desk.events()] == [
        {},
        {"stance": "contradicts"},
        {"certainty": "asserted"},
        {"stance": "supports"},
        {"certainty": ""},
        {"beneficiary": "the <b>village</b>"},
    ]


def test_a_new_coding_begins_with_the_defaults_of_the_codebook(
    at_desk: Callable[..., Hands], tmp_path: Path
) -> None:
    defaults = "defaults:\n  stance: supports\n  certainty: hedged\ncodes:\n"
    codebook = CODEBOOK.replace("codes:\n", defaults, 1)
    desk = at_desk(make_study(tmp_path, TEXT, codebook))
    desk.code("We left early", "why")
    desk.says("Added Why people left, supports.")
    assert desk.codings("stance", "certainty") == [
        ("leaving.why", "We left early", "supports", "hedged")
    ]
    assert desk.events()[0]["attributes"] == {
        "stance": "supports",
        "certainty": "hedged",
    }


def test_memos_go_on_a_coding_a_code_and_the_document_and_esc_loses_none(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.click("We left early")
    desk.press("m")
    desk.says("Memo on P1.")
    desk.type("A short interview.")
    desk.press("Control+Enter")
    desk.says("Memo saved on P1.")
    desk.code("Only hope", "hope")
    desk.press("m")
    desk.type("Said twice.\nAnd slowly. 🇺🇦")
    desk.press("Escape")
    desk.says("Memo saved on Hope.")
    assert desk.in_text()
    desk.press("Escape")
    desk.find("[data-code=leaving] > .node").click()
    desk.press("m")
    desk.says("Memo on Leaving.")
    desk.type("Not arriving.")
    desk.press("Control+Enter")
    desk.says("Memo saved on Leaving.")
    desk.saved()
    assert desk.codings("memo")[0] == (
        "hope",
        "Only hope",
        "Said twice.\nAnd slowly. 🇺🇦",
    )
    memos = [e for e in desk.events() if e["event"] == "memo"]
    assert [(e["about"], e["of"], e["memo"]) for e in memos] == [
        ("document", "P1", "A short interview."),
        ("code", "leaving", "Not arriving."),
    ]


def test_the_ends_of_a_coding_move_by_letters_and_words(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("e", "Control+ArrowRight", "Control+ArrowRight", "ArrowRight")
    desk.says("Hope now ends at")
    assert desk.events()[1:] == []
    desk.press("ArrowLeft", "Enter")
    desk.says("Hope now covers “was cold, and the”")
    desk.saved()
    assert desk.codings() == [("hope", "was cold, and the")]
    desk.press("Shift+E", "Control+ArrowLeft", "Enter")
    desk.saved()
    assert desk.codings() == [("hope", "It was cold, and the")]
    desk.press("e", "Control+ArrowLeft", "ArrowLeft", "Escape")
    desk.says("The ends are as they were.")
    desk.saved()
    assert desk.codings() == [("hope", "It was cold, and the")]
    assert desk.kinds() == ["add", "edit", "edit"]
    assert "".join(desk.find("mark").all_text_contents()) == "It was cold, and the"


def test_the_ends_of_a_coding_are_dragged_with_the_mouse(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    for end, words in (("end", "long"), ("start", "early")):
        grip = desk.find(f".grip.{end}").bounding_box()
        x, y, to_x, to_y = desk.points(words)
        desk.page.mouse.move(grip["x"] + 5, grip["y"] + 5)
        desk.page.mouse.down()
        desk.page.mouse.move((x + to_x) / 2, y, steps=4)
        desk.page.mouse.move(to_x - 1 if end == "end" else x + 1, to_y)
        desk.page.mouse.up()
        desk.settle()
        desk.saved()
    whole = "early. It was cold, and the road was long"
    assert desk.codings() == [("hope", whole)]
    assert desk.kinds() == ["add", "edit", "edit"]
    assert desk.in_text()
    desk.press("Control+z", "Control+z")
    desk.wait_for(lambda: desk.kinds() == ["add", *["edit"] * 4])
    assert desk.codings() == [("hope", "was cold")]


def test_c_changes_the_code_and_leaves_all_else(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("t", "1", "Escape", "c")
    desk.type("why")
    desk.press("Enter")
    desk.says("Changed Hope to Why people left.")
    desk.saved()
    assert desk.codings("stance") == [("leaving.why", "was cold", "supports")]
    added, *_, changed = desk.events()
    assert changed["coding_id"] == added["coding_id"]
    assert (changed["event"], changed["code_id"]) == ("edit", "leaving.why")


@pytest.mark.parametrize("key", ["u", "Delete"])
def test_removing_takes_only_the_coding_that_is_looked_at(
    at_desk: Callable[..., Hands], small: Path, key: str
) -> None:
    desk = at_desk(small)
    desk.code("It was cold, and the road", "hope", "leaving")
    desk.code("the road was long", "why")
    desk.click("the road was")
    while "Focused: Hope" not in desk.status():
        desk.press("o")
    desk.press(key)
    desk.says("Removed Hope from “It was cold, and the road”.")
    desk.saved()
    assert desk.codings() == [
        ("leaving", "It was cold, and the road"),
        ("leaving.why", "the road was long"),
    ]
    assert desk.kinds() == ["add", "add", "add", "remove"]


def test_the_same_code_does_not_go_on_the_same_words_twice(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("q")
    desk.says("has already put Hope on exactly these words.")
    desk.press("Space")
    desk.type("hope")
    assert "already here" in desk.find(".quick [aria-selected=true]").text_content()
    desk.press("Enter")
    desk.says("Hope is already on exactly these words.")
    desk.press("Escape")
    desk.find("[data-code=hope] > .node").click()
    desk.says("has already put Hope on exactly these words.")
    desk.saved()
    assert desk.codings() == [("hope", "was cold")]
    assert desk.kinds() == ["add"]


def test_esc_closes_the_code_box_and_keeps_the_words_selected(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.select("was cold")
    desk.press("Space", "Escape")
    assert desk.find(".quick").is_hidden()
    assert desk.in_text()
    assert desk.picked() == "was cold"
    desk.press("Space")
    desk.type("hope")
    desk.press("Enter", "Space", "Escape")
    assert desk.picked() == "was cold"
    desk.find("[data-code='leaving.why'] > .node").click()
    desk.says("Added Why people left.")
    desk.saved()
    assert desk.codings() == [("hope", "was cold"), ("leaving.why", "was cold")]
    assert desk.kinds() == ["add", "add"]


def test_after_a_memo_the_caret_is_where_it_was(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("My sister says", "hope")
    desk.click("sister")
    desk.press("m")
    desk.type("Also here.")
    desk.press("Control+Enter")
    desk.saved()
    desk.press("w")
    assert desk.picked() == "sister"
    assert desk.codings("memo") == [("hope", "My sister says", "Also here.")]
    assert desk.kinds() == ["add", "edit"]


def test_favourites_the_last_code_and_recent_codes_have_keys(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.press("1")
    desk.find("[data-code=leaving]").focus()
    desk.press("ArrowDown", "F2")
    desk.press("Tab", "Enter")
    desk.says("2 is now Why people left.")
    desk.select("We left early")
    desk.press("2")
    desk.says("Added Why people left.")
    desk.select("was cold")
    desk.press("3")
    desk.says("No favourite on 3.")
    desk.press("q")
    desk.says("Added Why people left.")
    desk.code("Nobody spoke", "hope")
    desk.select("My sister")
    desk.press("r")
    desk.says("Recent: 1 Hope, 2 Why people left.")
    desk.press("2")
    desk.says("Added Why people left.")
    desk.saved()
    assert desk.codings() == [
        ("leaving.why", "We left early"),
        ("leaving.why", "was cold"),
        ("hope", "Nobody spoke"),
        ("leaving.why", "My sister"),
    ]
    desk.show()
    assert desk.find("[data-code='leaving.why'] kbd").text_content() == "2"
    desk.press("2")
    assert desk.kinds() == ["add"] * 4


def test_a_digit_without_a_selection_changes_nothing(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("Escape")
    desk.find("[data-code=leaving] > .node").click()
    desk.find("[data-key='favourite 1']").click()
    desk.says("1 is now Leaving.")
    desk.click("was cold")
    desk.press("1")
    desk.says("Select text first.")
    desk.saved()
    assert desk.codings()[0] == ("hope", "was cold")
    assert desk.kinds()[-1] == "add"


def test_a_code_in_vivo_stands_in_the_codebook_until_it_is_undone(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    path = small / "codebook.yaml"
    desk.select("the road was long")
    desk.press("v")
    field = desk.find("[aria-label='Name of the new code']")
    assert field.input_value() == "the road was long"
    desk.press("Enter")
    desk.says("Added the road was long.", "It is in the codebook.")
    desk.saved()
    [(made, quotation)] = desk.codings()
    assert (made, quotation) == ("leaving.the-road-was-long", "the road was long")
    assert [e["event"] for e in desk.events()] == ["code", "add"]
    assert made in desk.read("study.codes['code_id'].to_list()")
    written = path.read_text(encoding="utf-8")
    for line in CODEBOOK.splitlines():
        assert line in written
    assert desk.find(f"[data-code='{made}']").count() == 1
    desk.press("Control+z")
    desk.says("Undid: the road was long added.")
    desk.saved()
    assert desk.codings() == []
    assert path.read_text(encoding="utf-8") == CODEBOOK
    assert desk.find(f"[data-code='{made}']").count() == 0
    desk.press("Control+y")
    desk.says("Done again")
    desk.saved()
    assert desk.codings() == [(made, "the road was long")]
    assert path.read_text(encoding="utf-8") == written


def test_a_new_code_gets_its_name_its_place_and_its_definition(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.select("My sister")
    desk.press("n")
    desk.type("Family: who says what?")
    desk.find(".quick select").select_option("hope")
    desk.find(".quick textarea").fill("Somebody’s # family.")
    desk.press("Control+Enter")
    desk.says("Added Family: who says what?.")
    desk.saved()
    [(made, words)] = desk.codings()
    assert words == "My sister"
    codes = (
        "study.codes[['code_id', 'name', 'definition', 'parent_id']].values.tolist()"
    )
    rows = {row[0]: row[1:] for row in desk.read(codes)}
    assert rows[made] == ["Family: who says what?", "Somebody’s # family.", "hope"]
    desk.press("Control+z")
    desk.says("Undid")
    desk.saved()
    assert (small / "codebook.yaml").read_text(encoding="utf-8") == CODEBOOK


def test_a_click_on_a_code_puts_it_on_the_selected_words(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.find("[data-code=hope] > .node").click()
    assert desk.events() == []
    desk.select("was cold")
    desk.find("[data-code=hope] > .node").click()
    desk.says("Added Hope.")
    desk.saved()
    assert desk.codings() == [("hope", "was cold")]
    assert desk.in_text()
    desk.click("We left early")
    desk.find("[data-code=leaving] > .node").click()
    desk.saved()
    assert desk.codings() == [("hope", "was cold")]
    assert desk.kinds() == ["add"]


def test_painting_puts_one_code_on_every_selection_until_esc(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.press("Escape")
    desk.find(
        ".tool.opt",
    ).filter(has_text="Paint").click()
    desk.find("[data-code=hope] > .node").click()
    desk.says("Painting Hope")
    desk.select("We left early")
    desk.says("Added Hope.")
    desk.select("was cold")
    desk.says("Added Hope.")
    desk.saved()
    desk.press("Escape")
    desk.says("Painting ended.")
    desk.select("My sister")
    desk.says("2 words selected.")
    desk.saved()
    assert desk.codings() == [("hope", "We left early"), ("hope", "was cold")]
    assert desk.kinds() == ["add", "add"]


def offer(study: Path, rows: list[dict[str, Any]]) -> str:
    """Python that makes a table of suggestions; `words` become start and end."""
    text = evalkit.read_study(study).texts["P1"]
    told = []
    for row in rows:
        words = row.pop("words")
        start = text.index(words)
        told.append(
            {"document_id": "P1", "start": start, "end": start + len(words)} | row
        )
    return f"import pandas as pd\noffered = pd.DataFrame({told!r})"


def test_a_suggestion_is_accepted_mended_changed_or_rejected(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    rows: list[dict[str, Any]] = [
        {"words": words, "code_id": code, "suggestion_id": f"s{n}", "coder_id": "cues"}
        for n, (words, code) in enumerate(
            [
                ("We left early", "leaving"),
                ("was cold", "hope"),
                ("the road was long", "hope"),
                ("Nobody spoke", "hope"),
                ("Only hope", "hope"),
            ]
        )
    ]
    rows[0] |= {"stance": "supports", "reason": "left: affirmed", "score": 0.5}
    table = offer(small, rows)
    desk = at_desk(small, suggestions="offered", before=table)
    assert desk.codings() == []
    desk.find("[data-mode=review]").click()
    desk.says("Suggestion 1 of 5: Leaving, supports.")
    assert "left: affirmed Score 0.50." in desk.find(".card .why").text_content()
    desk.press("a")
    desk.says("Accepted; it is now yours. 4 left.")
    desk.press("e", "Control+ArrowRight", "Control+ArrowRight", "Enter")
    desk.says("A accepts it.")
    desk.press("a")
    desk.says("3 left.")
    desk.press("c")
    desk.type("why")
    desk.press("Enter")
    desk.says("2 left.")
    desk.press("x")
    desk.says("Rejected; it will not be offered again. 1 left.")
    desk.saved()
    assert desk.codings("stance") == [
        ("leaving", "We left early", "supports"),
        ("hope", "was cold, and the", ""),
        ("leaving.why", "the road was long", ""),
    ]
    added = [e for e in desk.events() if e["event"] == "add"]
    assert [e["source"] for e in added] == ["cues: s0", "cues: s1", "cues: s2"]
    rejected = desk.events()[-1]
    assert (rejected["event"], rejected["quotation"]) == ("reject", "Nobody spoke")
    desk.show(suggestions="offered", before=table)
    assert desk.find("[role=tab]").nth(2).text_content() == "Suggestions 1"
    desk.find("[role=tab]").nth(2).click()
    assert desk.find(".list > li.cue button.row .q").all_text_contents() == [
        "Only hope"
    ]
    desk.find(
        "button",
    ).filter(has_text="Offer it again").click()
    desk.saved()
    desk.wait_for(lambda: desk.find(".list button.row").count() == 2)
    assert desk.kinds()[-1] == "unreject"


def test_suggestions_need_only_a_place_and_a_code(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    table = offer(small, [{"words": "was cold", "code_id": "hope"}])
    desk = at_desk(small, suggestions="offered", before=table)
    desk.press("Escape")
    desk.find(NAME).click()
    desk.says("Suggestion 1 of 1: Hope.")
    assert desk.events() == []
    desk.press("a")
    desk.says("Accepted; it is now yours.")
    desk.saved()
    assert desk.codings() == [("hope", "was cold")]
    assert desk.events()[0]["source"] == "suggested: 34-42-hope"


def test_a_rejected_suggestion_with_only_a_place_and_a_code_stays_rejected(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    table = offer(small, [{"words": "was cold", "code_id": "hope"}])
    desk = at_desk(small, suggestions="offered", before=table)
    desk.find(NAME).click()
    desk.find(
        ".decide button",
    ).filter(has_text="Reject").click()
    desk.says("Rejected")
    desk.saved()
    other = [
        {"words": "Only hope", "code_id": "hope"},
        *[{"words": "was cold", "code_id": "hope"}],
    ]
    desk.show(suggestions="offered", before=offer(small, other))
    assert desk.find(NAME).count() == 1
    assert desk.find("mark").all_text_contents() == ["Only hope"]
    assert desk.kinds() == ["reject"]
    assert desk.codings() == []


def test_a_hit_of_the_search_is_coded(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.click("We left early")
    desk.press("/")
    desk.type("HOPE")
    assert desk.find(".find-bar .quiet").text_content() == "1 of 2"
    desk.press("Enter")
    assert desk.find(".find-bar .quiet").text_content() == "2 of 2"
    desk.press("Escape")
    assert desk.in_text()
    assert desk.picked() == "hope"
    desk.press("Space")
    desk.type("hop")
    desk.press("Enter")
    desk.saved()
    assert desk.codings() == [("hope", "hope")]
    [added] = desk.events()
    text = desk.read("study.texts['P1']")
    assert text[added["start"] - 5 : added["end"]] == "Only hope"


def test_codings_are_filtered_by_code_attribute_and_words(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("We left early", "leaving")
    desk.code("was cold", "why")
    desk.press("t", "1", "Escape")
    desk.code("Only hope", "hope")
    desk.press("t", "2", "Escape", "m")
    desk.type("a winter memo")
    desk.press("Control+Enter")
    desk.saved()
    desk.find("[role=tab]").nth(1).click()

    def shown() -> list[str]:
        desk.settle()
        rows = desk.find(".list button.row .q").all_text_contents()
        assert desk.find("mark").all_text_contents() == rows
        return [str(row) for row in rows]

    everything = ["We left early", "was cold", "Only hope"]
    assert shown() == everything
    code = desk.find("select[data-key='filter code']")
    code.select_option("leaving")
    assert shown() == everything[:2]
    code.select_option("leaving.why")
    assert shown() == everything[1:2]
    code.select_option("")
    attribute = desk.find("select[data-key='filter attribute']")
    attribute.select_option("stance: contradicts")
    assert shown() == everything[2:]
    assert "Filtered: 1 of 3" in desk.find(".filtered").text_content()
    desk.find(".filtered").click()
    assert shown() == everything
    field = desk.find("input[data-key='coding filter']")
    field.click()
    for words, rows in (("WINTER", everything[2:]), ("cold", everything[1:2])):
        field.fill("")
        desk.type(words)
        assert shown() == rows
        assert desk.evaluate("document.activeElement.value") == words
    assert len(desk.codings()) == 3
    assert desk.kinds().count("add") == 3


def test_the_focus_stays_in_the_desk_whatever_is_clicked(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    table = offer(small, [{"words": "Only hope", "code_id": "hope"}])
    desk = at_desk(small, suggestions="offered", before=table)
    desk.code("was cold", "hope")
    desk.code("We left early", "leaving")
    desk.press("Escape")
    inside = "document.activeElement.closest('.evalkit-desk') !== null"
    for words in ("Hope", "Leaving", "suggested"):
        desk.find(NAME).filter(has_text=words).first.click()
        desk.settle()
        assert desk.evaluate(inside), f"after a click on {words}"
    for n in (1, 2, 0):
        desk.find("[role=tab]").nth(n).click()
        desk.settle()
        assert desk.evaluate(inside), f"after a click on tab {n}"
    for name in ("memo", "find", "paint"):
        desk.find(".tool.opt").filter(has_text=name.title()).click()
        desk.settle()
        assert desk.evaluate(inside), f"after a click on {name}"
        desk.press("Escape")
    for words, key in (("Hope", "u"), ("suggested", "x")):
        desk.find(NAME).filter(has_text=words).first.click()
        for each in (key, "Control+z"):
            desk.press(each)
            desk.saved()
            assert desk.evaluate(inside), f"after {each}"
    assert len(desk.codings()) == 2
    assert desk.kinds()[:2] == ["add", "add"]


def code_as(study: Path, coder: str, *coded: tuple[str, str]) -> None:
    """Write another coder's log: words and the code on them."""
    text = evalkit.read_study(study).texts["P1"]
    (study / "codings").mkdir(exist_ok=True)
    append_events(
        study / "codings" / f"{coder}.jsonl",
        [
            {
                "event": "add",
                "coding_id": f"{coder}-unasked{n}",
                "at": "2026-01-01T10:00:00.000Z",
                "document_id": "P1",
                **place_in(text, text.index(words), text.index(words) + len(words)),
                "code_id": code,
                "attributes": {},
            }
            for n, (words, code) in enumerate(coded)
        ],
    )


def test_another_coders_codings_are_nowhere_until_they_are_asked_for(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    code_as(small, "ana", ("We left early", "leaving"), ("Only hope", "hope"))
    desk = at_desk(small)
    desk.code("was cold", "hope")
    state = "__import__('json').dumps(desk.get_state(), default=str)"
    page = "document.documentElement.outerHTML"

    def seen() -> list[bool]:
        models = desk.find("mark").count() - 1
        found = [desk.notebook.ask(state), desk.evaluate(page)]
        return [*("unasked" in each for each in found), models > 0]

    assert seen() == [False] * 3
    desk.find("[role=tab]").nth(1).click()
    desk.settle()
    assert seen() == [False] * 3
    assert desk.find(".list button.row").count() == 1
    desk.find("[data-key='show ana']").check()
    desk.wait_for(lambda: desk.find("mark").count() == 3)
    desk.find(".list button.row").filter(has_text="Only hope").click()
    desk.says("Hope, ana.")
    assert "Read only" in desk.find(".card").text_content()
    desk.find(".text").focus()
    for key, verb in (("u", "removed"), ("c", "changed"), ("e", "changed")):
        desk.press(key)
        desk.says(f"Only your own codings can be {verb}.")
    desk.press("m")
    desk.says("A memo goes on your own codings.")
    desk.press("t")
    desk.says("Only your own codings can be marked.")
    desk.find("[data-key='show ana']").uncheck()
    desk.wait_for(lambda: desk.find("mark").count() == 1)
    desk.settle()
    assert seen()[1:] == [False] * 2
    assert len(desk.events("ana")) == 2
    assert desk.codings() == [("hope", "was cold")]
    desk.show()
    assert seen() == [False] * 3


def test_the_codings_of_the_study_are_not_in_the_page_of_a_new_coder(
    at_desk: Callable[..., Hands],
) -> None:
    desk = at_desk()
    others = desk.read(
        "study.codings[study.codings['document_id'].eq('I04')]"
        "[['coding_id', 'coder_id']].values.tolist()"
    )
    ids = [coding_id for coding_id, coder in others if coder in ("ana", "bo")]
    assert len(ids) > 50
    page = desk.evaluate("document.documentElement.outerHTML")
    state = desk.notebook.ask("__import__('json').dumps(desk.get_state(), default=str)")
    assert [each for each in ids if each in page or each in state] == []


FRUIT = """\
I: What was there?
R: One apple. Two pears. Three plums. Four figs. Five small limes. Six nuts.
I: And?
R: All seven alike.
"""


def test_two_readings_are_adjudicated_into_the_consensus(
    at_desk: Callable[..., Hands], tmp_path: Path
) -> None:
    study = make_study(tmp_path, FRUIT, CODEBOOK)
    both = ("All seven alike", "hope")
    code_as(
        study,
        "ana",
        ("One apple", "hope"),
        ("Three plums", "hope"),
        ("Four figs", "hope"),
        ("Five small limes", "hope"),
        ("Six nuts", "hope"),
        both,
    )
    code_as(
        study,
        "bo",
        ("Two pears", "hope"),
        ("Three plums", "leaving"),
        ("small limes", "hope"),
        ("Six nuts", "leaving"),
        both,
    )
    desk = at_desk(study)
    desk.find("[data-mode=adjudicate]").click()
    progress = desk.find(".compare .progress")
    desk.wait_for(lambda: progress.text_content() == "0 of 6 decided")
    desk.find(".compare input").fill("She <b>said</b> so.")
    desk.find(".compare [data-key=one]").click()
    desk.says("Took ana’s. 1 of 6 decided.")
    desk.press("2")
    desk.says("Took bo’s. 2 of 6 decided.")
    desk.press("b")
    desk.says("Took both. 3 of 6 decided.")
    desk.press("x")
    desk.says("No code here: decided. 4 of 6 decided.")
    desk.press("a")
    desk.says("Took the agreed part. 5 of 6 decided.")
    desk.press("c")
    desk.type("why")
    desk.press("Enter")
    desk.says("Took another code. 6 of 6 decided.")
    desk.saved()
    desk.wait_for(lambda: progress.text_content() == "6 of 6 decided")
    desk.find("[role=tab]").nth(2).click()
    desk.find("[data-key='take agreed']").click()
    desk.says("Took 1 coding on which both agree.")
    desk.saved()
    stands = [
        ("hope", "One apple"),
        ("hope", "Two pears"),
        ("hope", "Three plums"),
        ("leaving", "Three plums"),
        ("hope", "small limes"),
        ("leaving.why", "Six nuts"),
        ("hope", "All seven alike"),
    ]
    assert desk.codings(coder="consensus") == stands
    decided = [e for e in desk.events("consensus") if e["event"] == "decide"]
    assert [e["outcome"] for e in decided] == [
        *("one", "other", "both", "none", "part", "else", "one"),
    ]
    assert decided[0]["reason"] == "She <b>said</b> so."
    assert {e["reason"] for e in decided[1:]} == {""}
    assert {e["by"] for e in desk.events("consensus")} == {desk.coder}
    assert desk.events() == []
    desk.find(".text").focus()
    desk.press("Control+z", "Control+z")
    desk.says("Undid: Disagreement 6 decided.")
    desk.wait_for(lambda: progress.text_content() == "5 of 6 decided")
    assert desk.codings(coder="consensus") == stands[:5]
    desk.press("Control+y")
    desk.wait_for(lambda: progress.text_content() == "6 of 6 decided")
    assert desk.codings(coder="consensus") == stands[:6]


LEAKS = [
    *"abcdefghijklmnopqrstuvwxyz0123456789",
    *(f"Shift+{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    *("Shift+Enter", "Control+Enter", "Space", "Delete", "Backspace", "Enter"),
    *("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Control+Backspace"),
]
PLACES = {
    "the transcript": ".text",
    "a code": "[data-code=hope]",
    "a name in the margin": ".margin .name",
    "a row of the list": ".list button.row",
    "the map": ".map",
    "the filter field": ".panel input[data-key='code filter']",
    "the code box": ".quick input[role=combobox]",
    "a button": "button.keys",
}
CELLS_NOW = """(() => {
  const panel = jupyterapp.shell.currentWidget, dialogs = document.querySelectorAll(
    '.jp-Dialog:not(.lm-mod-hidden)').length;
  return [panel.content.widgets.map((cell) => [cell.model.type,
    cell.model.sharedModel.getSource(), cell.model.executionCount ?? null]), dialogs];
})()"""


@pytest.mark.parametrize("place", PLACES)
def test_no_key_gets_through_to_the_notebook(
    at_desk: Callable[..., Hands], small: Path, place: str
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("Escape")
    cells = desk.evaluate(CELLS_NOW)
    runs = desk.notebook.ask("runs")
    css = PLACES[place]
    tab = 1 if place == "a row of the list" else 0
    lost = []
    for key in LEAKS:
        reach(desk, css, tab)
        for _ in range(2):
            desk.page.keyboard.press(key)
        if not desk.evaluate(
            "document.activeElement.closest('.evalkit-desk') !== null"
        ):
            lost.append(key)
        if key in ("d", "i", "0", "Shift+Enter", "Control+Enter", "Delete"):
            assert desk.evaluate(CELLS_NOW) == cells, f"after {key} in {place}"
    assert desk.evaluate(CELLS_NOW) == cells
    assert desk.notebook.ask("runs") == runs
    assert lost == [], f"keys that throw the focus out of the desk from {place}"
    desk.saved()
    assert desk.read("len(study.texts)") == 1
    assert desk.events()[0]["event"] == "add"


def reach(desk: Hands, css: str, tab: int) -> None:
    """Put the focus on a place, which the keys before may have closed or removed."""
    box = css.startswith(".quick")
    for _ in range(4):
        desk.page.evaluate(
            """([css, tab, box]) => {
              const root = document.querySelector('.evalkit-desk');
              const close = root.querySelector('.help-page [data-key=close]');
              if (!root.querySelector('.help-page').hidden) close.click();
              if (!box) root.querySelectorAll('[role=tab]')[tab].click();
            }""",
            [css, tab, box],
        )
        found = desk.find(css).first
        if box and not found.is_visible():
            desk.find(".text").focus()
            desk.press("Escape", "Escape", "Control+Home", "ArrowDown", "Home")
            desk.press("Shift+End")
            desk.press("Space")
        elif not found.count():
            desk.find(".text").focus()
            desk.press("Escape", "Escape", "Control+z")
            desk.saved()
        if found.count() and (not box or found.is_visible()):
            found.focus()
            return
    raise AssertionError(f"{css} cannot be reached: {desk.status()}")


def test_ctrl_s_saves_the_notebook(at_desk: Callable[..., Hands], small: Path) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    path = desk.notebook.lab.root / desk.notebook.path
    before = path.stat().st_mtime_ns  # JupyterLab saves by itself too, each 2 minutes
    assert desk.in_text()
    desk.press("Control+s")
    desk.wait_for(lambda: path.stat().st_mtime_ns > before)
    desk.wait_for(lambda: desk.coder in path.read_text(encoding="utf-8"))
    assert desk.codings() == [("hope", "was cold")]
    assert desk.kinds() == ["add"]


def test_single_keys_that_are_off_do_nothing(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("Escape")
    desk.find("button.keys").click()
    desk.says("Single keys are off.")
    desk.select("My sister")
    cells = desk.evaluate(CELLS_NOW)
    status = desk.status()
    for key in [*"abcdefghijklmnopqrstuvwxyz0123456789/.", "Shift+E", "Shift+J"]:
        desk.press(key)
        assert desk.status() == status, f"after {key}"
        assert desk.in_text(), f"after {key}"
    assert desk.evaluate(CELLS_NOW) == cells
    assert desk.kinds() == ["add"]
    desk.press("Space")
    desk.type("why")
    desk.press("Enter")
    desk.says("Added Why people left.")
    desk.press("Enter")
    assert desk.find(".quick").is_visible()
    desk.press("Escape")
    assert desk.find(".quick").is_hidden()
    desk.saved()
    assert desk.codings() == [("hope", "was cold"), ("leaving.why", "My sister")]


def test_a_key_that_was_changed_works_and_its_old_one_does_not(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.press("?")
    desk.find("[aria-label='Change the key: Same code again']").click()
    desk.press("o")
    desk.says("O is taken: Next coding at the same place.")
    desk.find("[aria-label='Change the key: Same code again']").click()
    desk.press("y")
    desk.says("Y: Same code again.")
    desk.press("Escape")
    desk.select("We left early")
    desk.press("q")
    assert desk.kinds() == ["add"]
    desk.press("y")
    desk.says("Added Hope.")
    desk.saved()
    assert desk.codings() == [("hope", "We left early"), ("hope", "was cold")]
    desk.show()
    desk.select("My sister")
    desk.press("y")
    desk.saved()
    assert desk.codings()[-1] == ("hope", "My sister")


IMG = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(2)</script>"


def test_whatever_a_study_says_is_shown_as_text(
    at_desk: Callable[..., Hands], tmp_path: Path
) -> None:
    codebook = CODEBOOK.replace("name: Hope}", f"name: 'Hope {IMG}'}}").replace(
        "Going away.", f"'{SCRIPT} {IMG}'"
    )
    study = make_study(tmp_path, TEXT, codebook)
    told = tmp_path / "P2.csv"
    told.write_text(f"speaker,text\nI,And <b>then</b>?\n{IMG},We left {SCRIPT} {IMG}\n")
    evalkit.add_documents(study, [told], may_analyse="yes", may_quote="yes")
    settings = study / "study.toml"
    written = settings.read_text(encoding="utf-8").replace('"S"', f'"{IMG}"')
    coders = f"\n[coders]\nbo = {{ name = '{IMG}', kind = 'human' }}\n"
    settings.write_text(written + coders, encoding="utf-8")
    code_as(study, "bo", ("Only hope", "hope"))
    offered = (
        "import pandas as pd\noffered = pd.DataFrame([{'document_id': 'P2', "
        f"'start': 17, 'end': 24, 'code_id': 'hope', 'reason': {IMG!r}, "
        f"'cue': {SCRIPT!r}, 'coder_id': {IMG!r}, 'suggestion_id': {IMG!r}}}])"
    )
    desk = at_desk(study, "P2", suggestions="offered", before=offered)
    desk.select("We left", SCRIPT)
    desk.press("Space")
    desk.type("hope")
    assert IMG in desk.find(".quick").text_content()
    desk.press("Enter")
    desk.says(f"Added Hope {IMG}.")
    desk.press("m")
    desk.type(f"{IMG} {SCRIPT}")
    desk.press("Control+Enter")
    desk.saved()
    desk.press("Escape")
    desk.find("[data-code=leaving] > .node").click()
    assert SCRIPT in desk.find(".card").text_content()
    desk.find("[role=tab]").nth(2).click()
    desk.find(".list button.row").first.click()
    desk.settle()
    assert IMG in desk.find(".card .why").text_content()
    desk.find("[role=tab]").nth(1).click()
    desk.find("[data-key='show bo']").check()
    desk.find(".document").click()
    desk.settle()
    assert desk.find(".who span").first.text_content() is not None
    assert IMG in desk.find(".text").text_content()
    assert desk.find(":is(img, script)").count() == 0
    assert desk.find(".turn .who").nth(1).text_content() == IMG
    [(code, quotation, memo)] = desk.codings("memo")
    assert (code, memo) == ("hope", f"{IMG} {SCRIPT}")
    assert quotation.startswith("We left <script>")
    assert desk.page.locator(".jp-OutputArea :is(img, script)").count() == 0
    assert desk.page.dialogs == []


def test_a_very_long_word_does_not_widen_the_desk(
    at_desk: Callable[..., Hands], tmp_path: Path
) -> None:
    long = "w" * 10_000
    name = "N" * 300
    codebook = CODEBOOK.replace("name: Hope}", f"name: {name}}}")
    study = make_study(tmp_path, f"I: So?\nR: He said {long} and left.\n", codebook)
    desk = at_desk(study)
    desk.select("He said")
    desk.press("Space")
    desk.type("nnn")
    desk.press("Enter")
    desk.press("m")
    desk.type(long[:2000])
    desk.press("Control+Enter")
    desk.saved()
    desk.press("w", "w", "Space")
    desk.type("nnn")
    desk.press("Enter")
    desk.saved()
    for tab in (1, 0):
        desk.find("[role=tab]").nth(tab).click()
        desk.settle()
        wide = desk.evaluate(
            """(() => {
              const root = document.querySelector('.evalkit-desk');
              return [root, ...root.querySelectorAll('.frame, .scroll, .panel, .card')]
                .filter((box) => box.scrollWidth > box.clientWidth)
                .map((box) => [box.className, box.scrollWidth, box.clientWidth]);
            })()"""
        )
        assert wide == []
    assert desk.codings()[0][1] == "He said"
    assert desk.events()[0]["quotation"] == "He said"


def test_words_selected_by_touch_are_coded_with_a_tap(
    lab: Lab, chromium_browser: Any, small: Path
) -> None:
    context = chromium_browser.new_context(
        viewport={"width": 1100, "height": 800}, has_touch=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    notebook = DeskNotebook(lab, page, CELLS, small)
    try:
        notebook.run_cell(0)
        desk = Hands(notebook, small, "P1")
        desk.show()
        desk.find(".text").tap()
        desk.evaluate(
            """(() => {
              const words = document.querySelectorAll('.evalkit-desk p[data-turn]')[1];
              document.getSelection().setBaseAndExtent(
                words.firstChild, 0, words.firstChild, 13);
            })()"""
        )
        desk.settle()
        assert desk.picked() == "We left early"
        desk.find("button.tool.box").filter(has_text="Code…").tap()
        desk.find(".quick [role=option]").filter(has_text="Hope").tap()
        desk.says("Added Hope.")
        desk.saved()
        assert desk.picked() == "We left early"
        assert desk.codings() == [("hope", "We left early")]
        assert desk.kinds() == ["add"]
    finally:
        notebook.close()
        context.close()


def test_words_selected_from_the_first_letter_of_a_coding_do_not_move_it(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("was cold", "hope")
    desk.select("was cold, and the road")
    desk.press("Space")
    desk.type("why")
    desk.press("Enter")
    desk.saved()
    assert desk.codings() == [
        ("hope", "was cold"),
        ("leaving.why", "was cold, and the road"),
    ]
    assert desk.kinds() == ["add", "add"]


def test_a_key_takes_the_words_selected_just_before_it(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.click("We left")
    desk.press("Home", "Control+Shift+ArrowRight", "Space")
    desk.type("hop")
    desk.press("Enter")
    desk.saved()
    assert desk.codings() == [("hope", "We")]
    assert desk.kinds() == ["add"]


def test_an_input_method_leaves_the_words_as_they_were(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    before = desk.evaluate("document.querySelector('.evalkit-desk .text').innerText")
    desk.click("We left")
    session = desk.page.context.new_cdp_session(desk.page)
    session.send(
        "Input.imeSetComposition",
        {"text": "希望", "selectionStart": 2, "selectionEnd": 2},
    )
    session.send("Input.insertText", {"text": "希望"})
    words = "document.querySelector('.evalkit-desk .text').innerText"
    desk.wait_for(lambda: desk.evaluate(words) == before)
    desk.code("early", "hope")
    desk.saved()
    assert desk.codings() == [("hope", "early")]


def test_a_key_with_alt_is_no_command(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("We left", "hope")
    desk.saved()
    desk.select("It was cold")
    desk.press("Alt+q", "Alt+u", "Alt+x")
    assert desk.codings() == [("hope", "We left")]
    assert desk.kinds() == ["add"]
    desk.press("q")
    desk.saved()
    assert desk.kinds() == ["add", "add"]


def test_ends_that_were_moved_are_kept_by_a_click_elsewhere(
    at_desk: Callable[..., Hands], small: Path
) -> None:
    desk = at_desk(small)
    desk.code("We left", "hope")
    desk.press("e", "Control+ArrowRight")
    desk.click("It was cold")
    desk.saved()
    assert desk.codings() == [("hope", "We left early")]
