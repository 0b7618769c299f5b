"""The desk loses nothing: kernels die, pages go, disks fill up, others write too."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.desk.conftest import DeskNotebook, Lab, wait_until
from tests.desk.helpers_store import (
    BUSY,
    CODEBOOK,
    KNOTS,
    OFFERED,
    READ,
    SHOW,
    SHOW_OFFERED,
    Hands,
    busy,
    find_quotations,
    find_standing,
    make_another,
    make_beside,
    make_study,
    wait_for,
)

ONE, TWO, THREE = (f"boats to harbour {n}" for n in (1, 2, 3))
FILLING = [f"# nothing {n}" + "\n#" * 12 for n in range(12)]
Open = Callable[..., DeskNotebook]
# Records what the page made, and what it believed to be saved or showed as saved.
RECORD = """root => {
  const told = (window.deskTold = {made: [], saved: []});
  const acts = new Map();
  let waiting = [];
  const settle = id => told.saved.push(...acts.get(id));
  const look = (name, value) => {
    if (!name.startsWith('evalkit-desk:waiting:')) return;
    const now = value ? JSON.parse(value) : [];
    for (const act of now) {
      if (acts.has(act.id)) continue;
      acts.set(act.id, (act.events ?? []).map(e => e.coding_id));
      told.made.push(...acts.get(act.id));
    }
    const left = new Set(now.map(act => act.id));
    for (const id of waiting) if (!left.has(id)) settle(id);
    waiting = [...left];
  };
  const {setItem, removeItem} = Storage.prototype;
  Storage.prototype.setItem = function (name, value) {
    look(name, value);
    setItem.call(this, name, value);
  };
  Storage.prototype.removeItem = function (name) {
    look(name, '');
    removeItem.call(this, name);
  };
  const header = root.querySelector('.saved');
  new MutationObserver(() => {
    if (header.dataset.state === 'saved') told.saved.push(...told.made);
  }).observe(header, {attributes: true, attributeFilter: ['data-state']});
}"""


@pytest.fixture(scope="module")
def notebook(
    lab: Lab, chromium_browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskNotebook]:
    """One notebook that the tests share which leave page and kernel as they were."""
    context = chromium_browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(20_000)
    study = make_study(tmp_path_factory.mktemp("study"))
    cells = [READ, SHOW, SHOW_OFFERED, *FILLING]
    opened = DeskNotebook(lab, context.new_page(), cells, study)
    opened.run_cell(0)
    yield opened
    opened.close()
    context.close()


@pytest.fixture
def hands(notebook: DeskNotebook) -> Iterator[Hands]:
    """A fresh desk in the shared notebook: no codings, the codebook as it was."""
    codings = notebook.study / "codings"
    shutil.rmtree(codings, ignore_errors=True)
    codings.mkdir()
    (notebook.study / "codebook.yaml").write_text(CODEBOOK, "utf-8")
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.page.evaluate("localStorage.clear()")
    notebook.run_cell(1)
    desk = Hands(notebook).wait()
    desk.open_codings()
    yield desk
    notebook.page.evaluate("localStorage.clear()")


def list_adds(notebook: DeskNotebook, coder: str = "ana") -> list[str]:
    """The words of every `add` in the log: what is on the disk twice is here twice."""
    events = notebook.events(coder)
    return sorted(each["quotation"] for each in events if each["event"] == "add")


def ask_quotations(notebook: DeskNotebook, coder: str = "ana") -> list[str]:
    """The words of a coder's codings, as the kernel reads the study."""
    by_coder = "__import__('evalkit').read_study('..').codings.groupby('coder_id')"
    quotations = f"dict({by_coder}.quotation.apply(list))"
    return sorted(notebook.ask(quotations).get(coder, []))


# Undo and redo


def do_one_of_each(desk: Hands) -> Iterator[str]:
    """Do an act of each kind, by hand; give its label when it is announced."""
    desk.code(ONE)
    desk.wait_said("Added Hope")
    yield "Hope added"
    desk.press("t", "1", "Escape")
    yield "Hope: stance supports"
    desk.press("t", "Space", "2")
    yield "Hope: certainty hedged"
    desk.press("m")
    desk.root.locator(".memo-edit textarea").wait_for()
    desk.page.keyboard.type("They lost more than ropes.")
    desk.press("Control+Enter")
    desk.wait_said("Memo saved")
    yield "Memo on Hope"
    desk.press("c")
    desk.root.locator(".quick input").wait_for()
    desk.page.keyboard.type("why people")
    desk.press("Enter")
    desk.wait_said("Changed Hope to Why people left")
    yield "Hope changed to Why people left"
    desk.press("e", "Control+ArrowRight", "Control+ArrowRight", "Enter")
    desk.wait_said("now covers")
    yield "Why people left: ends moved"
    desk.press("g", "a")
    desk.wait_said("Accepted")
    yield "Hope accepted"
    desk.press("g", "x")
    desk.wait_said("Rejected")
    yield "Hope rejected"
    desk.select(TWO)
    desk.press("n")
    desk.root.locator(".naming-form input").wait_for()
    desk.page.keyboard.type("Harbours")
    desk.press("Enter")
    desk.wait_said("Added Harbours")
    yield "Harbours added"
    desk.press("u")
    desk.wait_said("Removed Harbours")
    yield "Harbours removed"
    desk.press("Escape", "Escape", "Escape", "m")
    desk.root.locator(".memo-edit textarea").wait_for()
    desk.page.keyboard.type("Read twice.")
    desk.press("Control+Enter")
    desk.wait_said("Memo saved on P1")
    yield "Memo on P1"


def take_all_back(desk: Hands, done: list[tuple[str, Any]]) -> None:
    """Undo act by act; what stands and what is shown is what stood before each."""
    study = desk.notebook.study
    for (label, _), (_, before) in zip(done[:0:-1], done[-2::-1], strict=True):
        desk.press("Control+z")
        desk.wait_said(f"^Undid: {label}\\.$")
        assert find_standing(study) == before, label
        desk.wait_shown(*find_quotations(study))
    desk.press("Control+z")
    desk.wait_said("^Nothing to undo")


def do_all_again(desk: Hands, done: list[tuple[str, Any]]) -> None:
    """Redo act by act; what stands and what is shown is what stood after each."""
    study = desk.notebook.study
    for n, (label, after) in enumerate(done[1:]):
        desk.press("Control+Shift+Z" if n % 2 else "Control+y")
        desk.wait_said(f"^Done again: {label}\\.$")
        assert find_standing(study) == after, label
        desk.wait_shown(*find_quotations(study))
    desk.press("Control+y")
    desk.wait_said("^Nothing to do again")


def test_every_act_is_undone_and_done_again_in_its_order_after_a_restart_too(
    notebook: DeskNotebook, hands: Hands
) -> None:
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.run_cell(2)
    hands.wait().open_codings()
    done = [("", find_standing(notebook.study))]
    for label in do_one_of_each(hands):
        hands.wait_state("saved")
        done.append((label, find_standing(notebook.study)))
        assert done[-1][1] != done[-2][1], label
    assert len(done) == 12
    assert OFFERED[0] in ask_quotations(notebook)

    take_all_back(hands, done)
    assert ask_quotations(notebook) == []
    do_all_again(hands, done)

    notebook.restart_kernel()
    notebook.run_cell(0)
    notebook.run_cell(2)
    hands.wait().open_codings()
    hands.wait_shown(*find_quotations(notebook.study))
    hands.root.locator(".text").focus()
    take_all_back(hands, done)
    assert ask_quotations(notebook) == []
    do_all_again(hands, done)
    assert ask_quotations(notebook) == find_quotations(notebook.study)


def test_undo_takes_back_what_is_not_saved_yet(open_desk: Open, tmp_path: Path) -> None:
    notebook = open_desk([READ, SHOW, BUSY], make_study(tmp_path))
    use_one_thread(notebook)
    notebook.run_cell(0)
    notebook.run_cell(1)
    desk = Hands(notebook).wait()
    desk.open_codings()
    with busy(notebook, 2) as free:
        desk.code(ONE)
        desk.code(TWO)
        desk.wait_shown(ONE, TWO)
        desk.press("Control+z")
        desk.wait_shown(ONE)
        desk.code(THREE)
        desk.wait_shown(ONE, THREE)
        free()
        desk.wait_state("saved")
    desk.wait_shown(ONE, THREE)
    assert find_quotations(notebook.study) == [ONE, THREE]
    assert ask_quotations(notebook) == [ONE, THREE]


def test_a_page_loaded_again_undoes_what_was_undone_before_it_was_saved(
    open_desk: Open, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW, BUSY], make_study(tmp_path))
    use_one_thread(notebook)
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.save()
    desk = Hands(notebook).wait()
    with busy(notebook, 2) as free:
        desk.code(ONE)
        desk.code(TWO)
        desk.press("Control+z")
        load_while_busy(notebook)
        free()
        notebook.wait_for_kernel()
    desk.wait().open_codings()
    desk.wait_shown(ONE)
    desk.wait_state("saved")
    assert find_quotations(notebook.study) == [ONE]


# Two pages, two notebooks


def test_two_tabs_of_a_notebook_show_the_same(
    open_desk: Open, page: Any, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW], make_study(tmp_path))
    notebook.run_all()
    notebook.save()
    one = Hands(notebook).wait()
    one.open_codings()
    one.code(ONE)
    one.wait_state("saved")

    second = page.context.new_page()
    other = Hands(make_beside(notebook, second)).wait()
    other.open_codings()
    other.wait_shown(ONE)
    other.code(TWO)
    other.wait_shown(ONE, TWO, seconds=2)
    one.wait_shown(ONE, TWO, seconds=2)

    page.bring_to_front()
    one.press("m")
    one.root.locator(".memo-edit textarea").wait_for()
    one.page.keyboard.type("Seen in the first.")
    one.press("Control+Enter")
    one.wait_state("saved")
    one.press("Control+z", "Control+z")
    one.wait_shown(ONE, seconds=2)
    other.wait_shown(ONE, seconds=2)
    other.root.locator(".text").focus()
    other.press("Control+y")
    one.wait_shown(ONE, TWO, seconds=2)
    other.wait_shown(ONE, TWO, seconds=2)
    assert ask_quotations(notebook) == find_quotations(notebook.study) == [ONE, TWO]
    assert page.errors == []


def test_two_notebooks_of_a_coder_show_and_keep_what_either_codes(
    open_desk: Open, page: Any, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW], make_study(tmp_path))
    notebook.run_all()
    one = Hands(notebook).wait()
    one.open_codings()
    second = make_another(notebook, page.context.new_page(), [READ, SHOW], "second")
    try:
        second.run_all()
        other = Hands(second).wait()
        other.open_codings()
        coded = []
        for n in range(1, 9):
            coded.append(f"lost the rope of year {n} there")
            (one, other)[n % 2].code(coded[-1])
            (one, other)[n % 2].wait_state("saved")
        one.wait_shown(*coded, seconds=4)
        other.wait_shown(*coded, seconds=4)
        assert list_adds(notebook) == sorted(coded)
        assert ask_quotations(notebook) == ask_quotations(second) == sorted(coded)

        one.root.locator(".text").focus()
        one.press("Control+z")
        one.wait_shown(*coded[:-1])
        other.wait_shown(*coded[:-1])
    finally:
        second.close()


# Kernels


def use_one_thread(notebook: DeskNotebook) -> None:
    """Have messages wait for cells, as they do in kernels without subshells."""
    notebook.page.evaluate(
        "jupyterapp.serviceManager.kernels.commsOverSubshells = 'disabled'"
    )


def load_while_busy(notebook: DeskNotebook) -> None:
    """Load the page again; its kernel has no time to answer."""
    notebook.page.reload(timeout=60_000)
    notebook.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)


def test_what_is_coded_while_a_cell_runs_is_saved_at_once_where_the_kernel_can(
    open_desk: Open, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW, BUSY], make_study(tmp_path))
    notebook.run_cell(0)
    notebook.run_cell(1)
    desk = Hands(notebook).wait()
    desk.code(ONE)
    desk.wait_state("saved")
    threads = "[t.name for t in __import__('threading').enumerate()]"
    notebook.wait_until(f"any('subshell' in name for name in {threads})")
    with busy(notebook, 2):
        for words in (TWO, THREE):
            desk.code(words)
            desk.wait_state("saved")
        assert list_adds(notebook) == [ONE, TWO, THREE]
    assert ask_quotations(notebook) == [ONE, TWO, THREE]


@pytest.mark.parametrize("gone", ["reloaded", "closed"])
def test_a_log_changed_elsewhere_is_shown_though_the_first_page_is_gone(
    open_desk: Open, page: Any, tmp_path: Path, gone: str
) -> None:
    notebook = open_desk([READ, SHOW], make_study(tmp_path))
    notebook.run_all()
    desk = Hands(notebook).wait()
    desk.code(ONE)
    desk.wait_state("saved")
    log = notebook.study / "codings" / "ana.jsonl"
    before = log.read_text("utf-8")
    desk.code(TWO)
    desk.wait_state("saved")
    notebook.save()
    if gone == "reloaded":
        notebook.reload()
    else:
        desk = Hands(make_beside(notebook, page.context.new_page()))
        desk.wait()
        page.close()
    desk.wait().open_codings()
    desk.wait_shown(ONE, TWO)
    log.write_text(before, "utf-8")
    desk.wait_shown(ONE, seconds=5)


def test_what_is_coded_while_the_kernel_is_busy_is_saved_once_after_a_reload(
    open_desk: Open, page: Any, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW, BUSY], make_study(tmp_path))
    use_one_thread(notebook)
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.save()
    desk = Hands(notebook).wait()
    with busy(notebook, 2) as free:
        for n, words in enumerate((ONE, TWO, THREE), start=1):
            desk.code(words)
            desk.wait_state("waiting", f"Not saved yet: {n}")
            if n == 1:
                desk.wait_said("Not saved yet: 1 act. The kernel is busy")
        desk.open_codings()
        desk.wait_shown(ONE, TWO, THREE)
        assert notebook.events("ana") == []
        load_while_busy(notebook)
        free()
        notebook.wait_for_kernel()
    desk.wait().open_codings()
    desk.wait_shown(ONE, TWO, THREE)
    desk.wait_state("saved")
    assert list_adds(notebook) == [ONE, TWO, THREE]
    assert ask_quotations(notebook) == [ONE, TWO, THREE]
    notebook.reload()
    desk.wait().open_codings()
    desk.wait_shown(ONE, TWO, THREE)
    assert list_adds(notebook) == [ONE, TWO, THREE]


def test_a_key_right_after_a_selection_codes_the_words_selected_last(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(KNOTS[0])
    for _ in range(10):
        hands.press("Control+Shift+ArrowRight", "q")
    hands.wait_shown(*KNOTS[:11])
    hands.wait_state("saved")
    assert ask_quotations(notebook) == sorted(KNOTS[:11])


def test_a_killed_kernel_loses_nothing_that_was_shown_as_saved(
    open_desk: Open, page: Any, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW], make_study(tmp_path))
    notebook.run_all()
    desk = Hands(notebook).wait()
    process = psutil.Process(notebook.kernel_pid())
    notebook.forget_kernel()
    desk.root.evaluate(RECORD)
    desk.code(KNOTS[0])
    dies_at = random.randint(3, 45)
    dialogue = page.locator(".jp-Dialog")
    for n in range(1, 50):
        if n == dies_at:
            process.kill()
        if n > dies_at and dialogue.count():
            break
        desk.press("Control+Shift+ArrowRight")
        desk.root.evaluate("() => new Promise(done => setTimeout(done))")
        desk.press("q")
    told = page.evaluate("window.deskTold")
    on_disk = {each["coding_id"] for each in notebook.events("ana")}
    assert {*told["saved"]} <= on_disk, f"killed at {dies_at}"
    assert len(told["made"]) > dies_at

    notebook.wait_for_restart()
    told = page.evaluate("window.deskTold")
    assert {*told["saved"]} <= {each["coding_id"] for each in notebook.events("ana")}
    unsaved = {*told["made"]} - {*told["saved"]}
    assert unsaved
    desk.wait_state("gone", f"Not saved yet: {len(unsaved)}")
    desk.wait_said(r"Python is not running. Run this cell again")

    notebook.run_all()
    desk.wait()
    desk.wait_state("saved")
    wait_until(lambda: len(notebook.events("ana")) >= len(told["made"]), 10, "codings")
    adds = [each["coding_id"] for each in notebook.events("ana")]
    assert sorted(adds) == sorted(told["made"]), f"killed at {dies_at}"
    desk.open_codings()
    desk.wait_shown(*find_quotations(notebook.study))
    assert len(ask_quotations(notebook)) == len(told["made"])


def test_a_notebook_opened_with_a_fresh_kernel_says_to_run_the_cell_again(
    open_desk: Open, page: Any, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW], make_study(tmp_path))
    notebook.run_all()
    desk = Hands(notebook).wait()
    desk.code(ONE)
    desk.wait_state("saved")
    notebook.save()
    page.goto("about:blank")
    notebook.close()

    notebook.open()
    output = page.locator(".jp-Cell-outputArea").last
    output.get_by_text("press Shift+Enter").wait_for()
    assert desk.root.count() == 0
    output.get_by_text("press Shift+Enter").click()
    notebook.run_cell(0)
    notebook.page.evaluate(f"({notebook._panel}).content.activeCellIndex = 1")
    output.get_by_text("press Shift+Enter").click()
    page.keyboard.press("Shift+Enter")
    desk.wait().open_codings()
    desk.wait_shown(ONE)
    assert ask_quotations(notebook) == [ONE]


# A disk that does not take it


def test_a_log_that_cannot_be_written_is_told_and_tried_again(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.wait_state("saved")
    log = notebook.study / "codings" / "ana.jsonl"
    aside = log.rename(log.with_name("aside"))
    log.mkdir()
    hands.code(TWO)
    hands.wait_state("failed", "Not saved")
    hands.wait_said(r"Not saved: .*codings/ana\.jsonl")
    hands.wait_shown(ONE, TWO)
    log.rmdir()
    aside.rename(log)
    hands.root.get_by_role("button", name="Try again").click()
    hands.wait_state("saved")
    hands.wait_shown(ONE, TWO)
    assert list_adds(notebook) == [ONE, TWO]
    assert ask_quotations(notebook) == [ONE, TWO]


def test_a_disk_that_is_full_in_the_middle_of_a_line_loses_nothing(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.wait_state("saved")
    log = notebook.study / "codings" / "ana.jsonl"
    limit = "__import__('resource').setrlimit(1, ({}, -1))"  # 1 is RLIMIT_FSIZE
    notebook.ask(limit.format(log.stat().st_size + 40))
    try:
        hands.code(TWO)
        hands.wait_state("failed", "Not saved")
        hands.wait_said(r"Not saved: .*codings/ana\.jsonl cannot be written")
        hands.code(THREE)
        hands.wait_state("failed", "Not saved")
        hands.wait_shown(ONE, TWO, THREE)
        assert find_quotations(notebook.study) == [ONE]
    finally:
        notebook.ask(limit.format(-1))
    hands.root.get_by_role("button", name="Try again").click()
    hands.wait_state("saved")
    hands.wait_shown(ONE, TWO, THREE)
    assert list_adds(notebook) == [ONE, TWO, THREE]
    assert ask_quotations(notebook) == [ONE, TWO, THREE]


def test_a_coding_on_a_log_that_a_merge_left_in_conflict_is_kept(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.wait_state("saved")
    log = notebook.study / "codings" / "ana.jsonl"
    sound = log.read_text("utf-8")
    log.write_text(f"<<<<<<< HEAD\n{sound}=======\n>>>>>>> other\n", "utf-8")
    hands.code(TWO)
    hands.wait_state("failed", "Not saved")
    hands.wait_said(r"codings/ana\.jsonl:1")
    log.write_text(sound, "utf-8")
    hands.root.get_by_role("button", name="Try again").click()
    hands.wait_state("saved")
    hands.wait_shown(ONE, TWO)
    assert list_adds(notebook) == [ONE, TWO]


# Others write too


def test_a_log_that_is_changed_elsewhere_is_shown_as_it_stands(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.wait_state("saved")
    log = notebook.study / "codings" / "ana.jsonl"
    before = log.read_text("utf-8")
    start = notebook.ask(f"text.index({TWO!r})")
    event = json.loads(before.splitlines()[0]) | {
        **{"coding_id": "ana-by-hand", "quotation": TWO},
        **{"start": start, "end": start + len(TWO)},
    }
    with log.open("a", encoding="utf-8") as end:
        end.write(json.dumps(event) + "\n")
    hands.wait_shown(ONE, TWO)
    hands.wait_said("changed elsewhere")

    hands.code(THREE)
    hands.wait_state("saved")
    hands.wait_shown(ONE, TWO, THREE)

    log.write_text(before, "utf-8")  # as git checkout does
    hands.wait_shown(ONE)
    hands.code(THREE)
    hands.wait_state("saved")
    hands.wait_shown(ONE, THREE)
    assert ask_quotations(notebook) == [ONE, THREE]

    log.unlink()
    hands.wait_shown()
    hands.code(TWO)
    hands.wait_state("saved")
    assert ask_quotations(notebook) == [TWO]


def test_a_code_that_is_written_into_the_codebook_by_hand_appears(
    notebook: DeskNotebook, hands: Hands
) -> None:
    path = notebook.study / "codebook.yaml"
    hands.code(ONE)
    hands.wait_state("saved")
    hands.root.locator("[role=tab]").first.click()
    path.write_text(CODEBOOK + "  - {id: ropes, name: Ropes and lines}\n", "utf-8")
    tree = hands.root.get_by_role("tree")
    tree.get_by_text("Ropes and lines").wait_for()
    hands.code(TWO, "ropes and")
    hands.wait_said("Added Ropes and lines")
    hands.wait_state("saved")

    path.write_text("codes: [broken", "utf-8")  # somebody is in the middle of it
    hands.code(THREE)
    hands.wait_state("saved")
    path.write_text(CODEBOOK, "utf-8")
    tree.get_by_text("Ropes and lines").wait_for(state="detached")
    standing = find_standing(notebook.study)["codings"].values()
    assert [each[0] for each in standing] == ["hope", "ropes", "hope"]
    assert ask_quotations(notebook) == [ONE, TWO, THREE]


# In the page


def find_place(desk: Hands) -> tuple[int, int]:
    """How far the transcript is scrolled, and how many marks it has."""
    place = desk.root.evaluate(
        "root => [root.querySelector('.scroll').scrollTop,"
        " root.querySelectorAll('.text mark').length]"
    )
    return round(place[0]), place[1]


def scroll_to(desk: Hands, turn: int) -> int:
    """Scroll the transcript with the wheel until a turn is near its top."""
    top = desk.root.evaluate(
        "(root, n) => { const scroll = root.querySelector('.scroll');"
        " return root.querySelector(`p[data-turn='${n}']`).getBoundingClientRect().top"
        " - scroll.getBoundingClientRect().top; }",
        turn,
    )
    desk.root.locator(".text p[data-turn]").nth(turn - 6).hover()
    desk.page.mouse.wheel(0, top)
    wait_until(lambda: find_place(desk)[0] > 100, 5, "a transcript scrolled")
    return find_place(desk)[0]


def wait_still(desk: Hands) -> int:
    """Wait until the transcript does not scroll any more."""
    last = [-1]

    def still() -> bool:
        before, last[0] = last[0], find_place(desk)[0]
        return before == last[0]

    wait_until(still, 5, "a transcript that stands still")
    return last[0]


def test_a_desk_hidden_scrolled_away_and_shown_again_is_as_it_was(
    notebook: DeskNotebook, hands: Hands
) -> None:
    page, far = notebook.page, "lost the rope of year 18 there"
    hands.code(far)
    hands.wait_state("saved")
    hands.code("lost the rope of year 20 there")
    hands.wait_state("saved")
    place = (wait_still(hands), 2)
    assert place[0] > 100
    assert find_place(hands) == place

    page.evaluate(f"({notebook._panel}).content.activeCellIndex = 1")
    notebook.command("notebook:hide-cell-outputs")
    hands.root.wait_for(state="hidden")
    notebook.command("notebook:show-cell-outputs")
    hands.root.wait_for(state="visible")
    wait_for(lambda: find_place(hands), place)

    page.locator(".jp-WindowedPanel-outer").evaluate("e => e.scrollTop = 1e6")
    wait_until(lambda: not is_in_sight(hands), 5, "a desk out of sight")
    page.locator(".jp-WindowedPanel-outer").evaluate("e => e.scrollTop = 0")
    hands.root.wait_for(state="visible")
    hands.root.scroll_into_view_if_needed()
    wait_for(lambda: find_place(hands), place)
    hands.code(ONE)
    hands.wait_state("saved")
    hands.wait_shown(ONE, far, "lost the rope of year 20 there")


def is_in_sight(desk: Hands) -> bool:
    return desk.root.count() > 0 and bool(
        desk.root.evaluate(
            "r => { const b = r.getBoundingClientRect();"
            " return b.height > 0 && b.bottom > 0 && b.top < innerHeight; }"
        )
    )


def test_a_new_view_of_the_output_shows_the_same_codings_as_the_first(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.wait_state("saved")
    notebook.page.evaluate(f"({notebook._panel}).content.activeCellIndex = 1")
    notebook.command("notebook:create-output-view")
    view = Hands(notebook, ".jp-LinkedOutputView")
    try:
        view.root.locator(".text p[data-turn]").first.wait_for()
        view.open_codings()
        view.wait_shown(ONE)
        view.code(TWO)
        view.wait_state("saved")
        view.wait_shown(ONE, TWO)
        hands.wait_shown(ONE, TWO, seconds=3)
        assert list_adds(notebook) == [ONE, TWO]
    finally:
        notebook.page.evaluate(
            "['main', 'down'].flatMap(area => [...jupyterapp.shell.widgets(area)])"
            ".find(w => w.content?.hasClass?.('jp-LinkedOutputView')).close()"
        )
        view.root.wait_for(state="detached")
    hands.wait_shown(ONE, TWO)
    hands.code(THREE)
    hands.wait_state("saved")
    hands.wait_shown(ONE, TWO, THREE)


def test_a_cell_that_is_run_again_leaves_one_desk(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.wait_state("saved")
    notebook.page.evaluate("""() => {
        window.deskTimers = new Set();
        const {setInterval: start, clearInterval: stop} = window;
        window.setInterval = (...given) => {
            const id = start(...given);
            if (given[1] === 400) window.deskTimers.add(id);
            return id;
        };
        window.clearInterval = id => (window.deskTimers.delete(id), stop(id));
    }""")
    for _ in range(3):
        notebook.run_cell(1)
        hands.wait()
    assert hands.root.count() == 1
    wait_for(lambda: notebook.page.evaluate("deskTimers.size"), 1)
    hands.open_codings()
    hands.code(TWO)
    hands.wait_state("saved")
    hands.wait_shown(ONE, TWO)
    assert list_adds(notebook) == [ONE, TWO]
    assert notebook.page.locator(".jp-OutputArea-output .evalkit-desk").count() == 1


def test_a_memo_that_was_being_written_is_offered_again(
    open_desk: Open, page: Any, tmp_path: Path
) -> None:
    notebook = open_desk([READ, SHOW], make_study(tmp_path))
    notebook.run_all()
    notebook.save()
    desk = Hands(notebook).wait()
    desk.code(ONE)
    desk.wait_state("saved")
    desk.press("m")
    desk.root.locator(".memo-edit textarea").wait_for()
    page.keyboard.type("Half a thou")
    notebook.reload()
    desk.wait()
    field = desk.root.locator(".memo-edit textarea")
    desk.root.locator(".text mark").first.click()
    desk.wait_said("Hope")
    desk.press("m")
    field.wait_for()
    assert field.input_value() == "Half a thou"
    desk.root.get_by_text("A draft from before").wait_for()
    page.keyboard.type("ght.")
    desk.press("Control+Enter")
    desk.wait_state("saved")
    (coding,) = find_standing(notebook.study)["codings"].values()
    assert coding[3] == "Half a thought."


def test_a_memo_asked_for_at_once_is_on_the_coding_just_gone_to(
    notebook: DeskNotebook, hands: Hands
) -> None:
    hands.code(ONE)
    hands.press("Escape", "Escape", "Escape")
    hands.wait_state("saved")
    hands.root.locator(".card").get_by_text("Document").wait_for()
    hands.root.evaluate(
        "root => { const press = key => root.querySelector('.text').dispatchEvent("
        "new KeyboardEvent('keydown', {key, code: `Key${key.toUpperCase()}`,"
        " bubbles: true, cancelable: true})); press('k'); press('m'); }"
    )
    hands.page.keyboard.type("suddenly")
    hands.press("Control+Enter")
    hands.wait_said("Memo saved on Hope")
    hands.wait_state("saved")
    (coding,) = find_standing(notebook.study)["codings"].values()
    assert coding[3] == "suddenly"
