"""The desk for everybody: what axe finds, keys that never trap, zoom, high contrast."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from tests.desk.conftest import ADVOCATES, DeskNotebook, Lab, wait_until
from tests.desk.helpers_store import Hands

READ = """import evalkit
study = evalkit.read_study("..")
suggestions = evalkit.suggest_study(study)"""
SHOW = """desk = evalkit.coding_desk(study, "I08", coder="ana", suggestions=suggestions)
desk"""
THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
RULES = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    "runOnly": {
        "type": "tag",
        "values": [
            *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
            "best-practice",
        ],
    },
}


@pytest.fixture(scope="module")
def notebook(lab: Lab, chromium_browser: Any) -> Iterator[DeskNotebook]:
    """One notebook for all: a desk with codings, suggestions and a second coder."""
    context = chromium_browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    opened = DeskNotebook(lab, page, [READ, SHOW], ADVOCATES)
    opened.run_cell(0)
    axe = files("axe_playwright_python") / "axe.min.js"
    page.evaluate(axe.read_text("utf-8"))
    yield opened
    opened.close()
    context.close()


@pytest.fixture
def hands(notebook: DeskNotebook) -> Iterator[Hands]:
    """A fresh desk in the shared notebook, wide and light."""
    page = notebook.page
    page.evaluate("localStorage.clear()")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.emulate_media(forced_colors="none")
    for log in (ADVOCATES / "codings").iterdir():
        shutil.copy(log, notebook.study / "codings" / log.name)
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.run_cell(1)
    desk = Hands(notebook).wait()
    page.evaluate("document.activeElement.blur()")
    desk.root.locator(".text").focus()
    yield desk
    page.mouse.move(0, 0)
    desk.root.locator(".text").focus()  # a memo that is left is saved
    desk.wait_state("saved")


def use_theme(notebook: DeskNotebook, theme: str) -> None:
    """Switch JupyterLab's theme; skip if this JupyterLab has it not."""
    given = json.dumps({"theme": theme})
    notebook.do(f"jupyterapp.commands.execute('apputils:change-theme', {given})")
    name = f"document.body.dataset.jpThemeName === {json.dumps(theme)}"
    notebook.page.wait_for_function(name)


def find_violations(desk: Hands) -> list[str]:
    """What axe finds in the desk: the rule, and each element with the reason."""
    settle(desk)
    found = desk.root.evaluate(
        "async (root, rules) => (await axe.run(root, rules)).violations", RULES
    )
    return [
        f"{each['id']}: {' '.join(node['target'])} | "
        f"{' '.join(check['message'] for check in node['any'] + node['all'] + node['none'])}"
        f" | {node['html'][:120]}"
        for each in found
        for node in each["nodes"][:3]
    ]


def settle(desk: Hands) -> None:
    """Let the desk draw what it draws behind, and its transitions end."""
    desk.root.evaluate(
        "async root => {"
        " for (let n = 0; n < 4; n++) await new Promise(requestAnimationFrame);"
        " await new Promise(done => setTimeout(done));"
        " await Promise.all(root.getAnimations({subtree: true})"
        ".map(each => each.finished.catch(() => null))); }"
    )


# The states of the desk


def look_at_a_coding(desk: Hands) -> None:
    desk.press("j")
    desk.root.locator(".card blockquote").wait_for(state="attached")
    settle(desk)


def pick_a_coding(desk: Hands) -> None:
    look_at_a_coding(desk)
    desk.press("s")
    desk.wait_said(r"\d+ words? selected")


def open_the_box(desk: Hands) -> None:
    pick_a_coding(desk)
    desk.press("Space")
    desk.root.locator(".quick input").wait_for()
    desk.page.keyboard.type("le")
    desk.root.locator(".quick [role=option] u").first.wait_for()


def name_a_new_code(desk: Hands) -> None:
    pick_a_coding(desk)
    desk.press("n")
    desk.root.locator(".naming-form input").wait_for()


def review_a_suggestion(desk: Hands) -> None:
    desk.root.locator("[data-mode=review]").click()
    desk.root.locator(".panel li.cue.f").first.wait_for()


def write_a_memo(desk: Hands) -> None:
    look_at_a_coding(desk)
    desk.press("m")
    desk.root.locator(".memo-edit textarea").wait_for()
    desk.page.keyboard.type("To be compared with I04.")
    desk.root.get_by_text("Draft kept").wait_for()


def adjudicate(desk: Hands) -> None:
    desk.root.locator("[data-mode=adjudicate]").click()
    desk.root.locator(".compare .reading").first.wait_for()


def open_the_documents(desk: Hands) -> None:
    desk.root.locator(".head .document").click()
    desk.root.locator(".documents [role=option]").first.wait_for()


def open_the_help(desk: Hands) -> None:
    desk.press("?")
    desk.root.locator(".help-page table").first.wait_for()


def filter_the_codings(desk: Hands) -> None:
    desk.open_codings()
    desk.root.get_by_label("Any attribute").select_option(index=1)
    desk.root.locator(".filtered").wait_for()


def make_narrow(desk: Hands) -> None:
    desk.page.set_viewport_size({"width": 600, "height": 900})
    wait_until(
        lambda: desk.root.evaluate("root => root.clientWidth <= 600"), 10, "narrow"
    )
    desk.press("j")


def read_a_long_memo(desk: Hands) -> None:
    write_a_memo(desk)
    desk.page.keyboard.type(" Who was in the room, and who was told of it?" * 6)
    desk.press("Control+Enter")
    desk.wait_state("saved")
    make_narrow(desk)
    desk.press("k")
    desk.root.locator(".card .memo-read").wait_for(state="attached")


STATES: list[Callable[[Hands], None]] = [
    *(look_at_a_coding, open_the_box, name_a_new_code, review_a_suggestion),
    *(write_a_memo, adjudicate, open_the_documents, open_the_help),
    *(filter_the_codings, make_narrow, read_a_long_memo),
]


def tell_state(state: Callable[[Hands], None]) -> str:
    return state.__name__


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES, ids=tell_state)
def test_axe_finds_no_violation(
    notebook: DeskNotebook, hands: Hands, state: Callable[[Hands], None], theme: str
) -> None:
    use_theme(notebook, theme)
    state(hands)
    assert find_violations(hands) == []


# One voice


def test_the_status_line_alone_speaks(notebook: DeskNotebook, hands: Hands) -> None:
    loud = (
        "[role=status], [role=alert], [role=log], output,"
        " [aria-live=polite], [aria-live=assertive]"
    )
    speaking = hands.root.locator(loud)
    assert speaking.count() == 1
    assert speaking.first.evaluate("e => e.closest('.status') !== null")
    hands.press("/")
    hands.root.locator(".find-bar input").wait_for()
    hands.page.keyboard.type("the")
    assert speaking.count() == 1


def test_entering_review_tells_the_suggestion(
    notebook: DeskNotebook, hands: Hands
) -> None:
    review_a_suggestion(hands)
    settle(hands)
    assert hands.said.startswith("Suggestion ")


# Keys


def press_tab(desk: Hands, key: str = "Tab") -> str:
    """Press Tab; tell what has the focus: which part of the desk, or that it left."""
    desk.press(key)
    return str(
        desk.root.evaluate(
            """root => {
              const at = document.activeElement;
              if (!root.contains(at)) return 'outside';
              const parts = {head: '.head', tools: '.tools', text: '.text', map: '.strip',
                margin: '.margin', tabs: '.tabs', tree: '[role=tree]', panel: '.panel',
                card: '.card', status: '.status'};
              for (const [name, where] of Object.entries(parts)) {
                if (at.closest(where)) return name;
              }
              return at.className || at.tagName;
            }"""
        )
    )


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_tab_goes_through_every_pane_and_out(
    notebook: DeskNotebook, hands: Hands, key: str
) -> None:
    look_at_a_coding(hands)
    hands.root.locator(".text").focus()
    seen = []
    for _ in range(120):
        seen.append(press_tab(hands, key))
        if seen[-1] == "outside":
            break
    assert seen[-1] == "outside", seen
    if key == "Tab":
        assert {"margin", "tabs", "tree", "card"} <= {*seen}
        assert seen.count("tree") == 1, seen
        assert seen.count("margin") == 1, seen
        assert seen.count("tabs") == 1, seen
    else:
        assert {"head", "tools"} <= {*seen}


def test_what_has_the_focus_can_be_seen(notebook: DeskNotebook, hands: Hands) -> None:
    look_at_a_coding(hands)
    hands.root.locator(".text").focus()
    for _ in range(120):
        if press_tab(hands) == "outside":
            break
        told = hands.page.evaluate("""() => {
          const at = document.activeElement, style = getComputedStyle(at);
          const box = at.getBoundingClientRect();
          const held = [at, at.querySelector('.node'), at.closest('label')].filter(Boolean)
            .map(e => getComputedStyle(e));
          return {html: at.outerHTML.slice(0, 120), size: box.width * box.height,
            isRinged: held.some(s => (s.outlineStyle !== 'none' && s.outlineWidth !== '0px')
              || s.boxShadow !== 'none'),
            isInside: box.top < innerHeight && box.bottom > 0};
        }""")
        assert told["isRinged"], told
        assert told["isInside"], told
        assert told["size"] > 0, told


# Room


def find_cut_off(desk: Hands) -> list[str]:
    """Controls that lie outside what clips them, and that nothing scrolls to."""
    settle(desk)
    return list(
        desk.root.evaluate("""root => {
          const cut = [];
          const at = 'button, input, select, textarea, summary, [role=status], .saved';
          for (const each of root.querySelectorAll(at)) {
            const box = each.getBoundingClientRect();
            if (!box.width || !box.height || each.closest('.vh')) continue;
            for (let up = each.parentElement; up; up = up.parentElement) {
              const style = getComputedStyle(up), edge = up.getBoundingClientRect();
              const scrolls = axis => /auto|scroll/.test(style[axis]);
              const clips = axis => /hidden|clip/.test(style[axis]);
              const wide = box.right > edge.right + 1 || box.left < edge.left - 1;
              const high = box.bottom > edge.bottom + 1 || box.top < edge.top - 1;
              if ((wide && clips('overflowX')) || (high && clips('overflowY'))) {
                cut.push(`${each.outerHTML.slice(0, 90)} in ${up.className}`);
                break;
              }
              if ((wide && scrolls('overflowX')) || (high && scrolls('overflowY'))) break;
              if (up === root) break;
            }
          }
          return cut;
        }""")
    )


@pytest.mark.parametrize(
    "state",
    STATES[:8],
    ids=tell_state,
)
def test_at_twice_the_size_nothing_is_cut_off(
    notebook: DeskNotebook, hands: Hands, state: Callable[[Hands], None]
) -> None:
    use_theme(notebook, THEMES[0])
    notebook.page.set_viewport_size({"width": 700, "height": 450})
    settle(hands)
    hands.root.scroll_into_view_if_needed()
    hands.root.locator(".text").focus()
    state(hands)
    assert find_cut_off(hands) == []
    assert hands.root.evaluate("root => root.scrollWidth <= root.clientWidth + 1")


def test_at_twice_the_size_the_memo_being_written_can_be_seen(
    notebook: DeskNotebook, hands: Hands
) -> None:
    notebook.page.set_viewport_size({"width": 700, "height": 450})
    settle(hands)
    hands.root.scroll_into_view_if_needed()
    write_a_memo(hands)
    is_seen = """field => {
      const box = field.getBoundingClientRect();
      const at = document.elementFromPoint(box.x + 9, box.y + 9);
      return at === field;
    }"""
    field = hands.root.locator(".memo-edit textarea")
    wait_until(lambda: field.evaluate(is_seen), 5, "a memo field in sight")


def test_marks_are_told_apart_where_the_system_sets_the_colours(
    notebook: DeskNotebook, hands: Hands
) -> None:
    notebook.page.emulate_media(forced_colors="active")
    look_at_a_coding(hands)
    settle(hands)
    told = hands.root.evaluate("""root => [...root.querySelectorAll('.text mark')].map(m => {
        const s = getComputedStyle(m);
        return [s.backgroundImage !== 'none', s.textDecorationLine, s.outlineStyle,
                s.borderBottomStyle, s.backgroundColor].join(' ');
    })""")
    around = hands.root.evaluate(
        "root => getComputedStyle(root.querySelector('.text p')).backgroundColor"
    )
    assert told
    for each in told:
        image, line, outline, border, ground = each.split(" ", 4)
        assert (image, line, outline, border) != ("false", "none", "none", "none") or (
            ground != around
        ), each
