from __future__ import annotations

import difflib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.coding.codebook import parse_codebook, read_codebook
from evalkit.coding.codebook_edits import add_code, remove_code
from evalkit.errors import EvalkitError

BOUNDED = settings(derandomize=True, deadline=None, max_examples=25, database=None)

PLAIN = """\
# Ours, since May.
title: 'Two  villages'   # keep the quotes
version: 1.0.0
attributes:
  stance: [supports,   contradicts]
codes:
  # Leaving first.
  - id: leaving   # the first
    name: "Leaving"
    definition: >
      They left,
      or said so.

    codes:
      - id: leaving.why
        name: Why people left
        cues: [because, 'so that']

  - {id: hope, name: Hope}
  - id: work
    name: Work
    include:
      - paid
      - unpaid
# The end.
"""
WITH_BLOCKS = """\
codes:
  - id: a
    definition: |
      First.

      - id: not-a-code
        # no comment
    example: >-
      codes:
        - id: no-code-either
    name: Alpha
  - id: b
    name: Beta
    definition: |
      Last lines.

"""
STYLES = {
    "plain": PLAIN,
    "block scalars": WITH_BLOCKS,
    "no indent": "codes:\n- id: a\n  name: A\n  codes:\n  - id: a.b\n- id: c\n",
    "wide indent": "codes:\n    -   id: a\n        name: A\n    -   id: c\n",
    "id not first": "codes:\n  - name: A\n    id: a\n  - name: C\n    id: c\n",
    "parents named": "codes:\n  - id: a\n  - {id: a.b, parent: a}\n  - id: c\n",
    "attributes behind": "codes:\n  - id: a\n  - id: c\n\nattributes:\n  s: [x, y]\n",
    "tabs in comments": "codes: # one\ttwo\n  - id: a #\tthree\n  - id: c\n#\tend\n",
    "no end of line": "codes:\n  - id: a\n  - id: c",
    "three ends of line": "codes:\n  - id: a\n  - id: c\n\n\n",
    "CRLF": "title: T\r\ncodes:\r\n  - id: a   # first\r\n    name: A\r\n  - id: c\r\n",
    "a mark at the start": "\ufeffcodes:\n  - id: a\n  - id: c\n",
    "unicode": "title: Où ?\ncodes:\n  - id: שלום\n    name: שלום 𝄞\n  - id: c\n",
    "a document's marks": "---\ncodes:\n  - id: a\n  - id: c\n",
    "empty list below": "codes:\n  - id: a\n    name: A\n    codes: []\n  - id: c\n",
    "comment between": "codes:\n  - id: a\n    # on a\n\n  # on c\n  - id: c\n",
    "no codes yet": "title: T\nversion: 1.0.0\n",
    "comments only": "# Ana's plan:\n#\tbegin with hope\n",
    "empty": "",
}
REWRITTEN = {
    "an empty list": "title: T\ncodes: []\n",
    "dash on its own line": "codes:\n  -\n    id: a\n    name: A\n  -\n    id: c\n",
    "flow": "# Ours\ncodes: [{id: a, name: A}, {id: c}]\n",
    "flow below": "# Ours\ncodes:\n  - {id: a, codes: [{id: a.b}]}\n  - id: c\n",
}


def written(folder: Path, content: str) -> Path:
    path = folder / "codebook.yaml"
    path.write_bytes(content.encode())
    return path


def content_of(path: Path) -> str:
    return path.read_bytes().decode()


def rows_of(path: Path) -> dict[str, tuple[str, str, str]]:
    codes = read_codebook(path).codes
    columns = codes[["code_id", "parent_id", "name", "definition"]]
    return {row[0]: row[1:] for row in columns.itertuples(index=False, name=None)}


def diff(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines taken out, and those put in, their ends included."""
    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if one and not one[-1].endswith("\n"):
        one[-1] += "\n"  # a last line may be ended
    lines = list(difflib.ndiff(one, other))
    return (
        [line[2:] for line in lines if line.startswith("- ")],
        [line[2:] for line in lines if line.startswith("+ ")],
    )


@pytest.mark.parametrize("style", STYLES)
def test_a_new_theme_adds_its_lines_and_touches_no_other(style: str, tmp_path: Path):
    path = written(tmp_path, STYLES[style])
    before = rows_of(path)
    add_code(path, "new", name="New é", definition="What is new.")
    gone, new = diff(STYLES[style], content_of(path))
    assert gone == []
    assert [line.strip() for line in new if line.strip() != "codes:"] == [
        "- id: new",
        "name: New é",
        "definition: What is new.",
    ]
    assert rows_of(path) == before | {"new": ("", "New é", "What is new.")}


@pytest.mark.parametrize(
    "style", [name for name, content in STYLES.items() if "- id: a" in content]
)
def test_a_code_below_another_adds_its_lines_and_touches_no_other(
    style: str, tmp_path: Path
):
    path = written(tmp_path, STYLES[style])
    before = rows_of(path)
    add_code(path, "a.new", name="New", parent_id="a")
    gone, new = diff(STYLES[style], content_of(path))
    assert gone in ([], ["    codes: []\n"])
    assert len(new) in (2, 3)
    assert rows_of(path) == before | {"a.new": ("a", "New", "")}


@pytest.mark.parametrize(
    "parent_id", ["leaving", "leaving.why", "hope", "work"], ids=str
)
def test_below_any_code_the_order_and_the_other_codes_stay(
    parent_id: str, tmp_path: Path
):
    path = written(tmp_path, PLAIN)
    before = rows_of(path)
    add_code(path, "new", name="New", parent_id=parent_id)
    assert rows_of(path) == before | {"new": (parent_id, "New", "")}
    assert [each for each in rows_of(path) if each != "new"] == [*before]
    content = content_of(path)
    for comment in ("# Ours, since May.", "# keep the quotes", "# Leaving first."):
        assert comment in content
    assert "# the first" in content


@pytest.mark.parametrize("style", REWRITTEN)
def test_what_is_no_block_is_written_anew_with_comments_and_codes(
    style: str, tmp_path: Path
):
    path = written(tmp_path, REWRITTEN[style])
    before = rows_of(path)
    add_code(path, "new", name="New", definition="D")
    assert rows_of(path) == before | {"new": ("", "New", "D")}
    if "a" in before:
        add_code(path, "a.new", name="Below", parent_id="a")
        assert rows_of(path)["a.new"] == ("a", "Below", "")
    assert content_of(path).startswith(REWRITTEN[style].split("\n")[0])


def test_below_a_code_whose_dash_stands_alone(tmp_path: Path):
    path = written(tmp_path, REWRITTEN["dash on its own line"])
    add_code(path, "a.new", name="Below", parent_id="a")
    assert rows_of(path)["a.new"] == ("a", "Below", "")
    assert [*rows_of(path)] == ["a", "a.new", "c"]


def test_a_codebook_that_is_not_there_yet_is_begun(tmp_path: Path):
    path = tmp_path / "codebook.yaml"
    add_code(path, "hope", name="Hope")
    assert rows_of(path) == {"hope": ("", "Hope", "")}


@pytest.mark.parametrize("style", STYLES)
def test_added_and_taken_out_again_the_file_is_as_it_was(style: str, tmp_path: Path):
    path = written(tmp_path, STYLES[style])
    add_code(path, "new", name="New", definition="D: # 'x'")
    remove_code(path, "new")
    assert content_of(path).removesuffix("\n") == STYLES[style].removesuffix("\n")


@pytest.mark.parametrize(
    "style", [name for name, content in STYLES.items() if "- id: a" in content]
)
def test_added_below_and_taken_out_again_the_file_is_as_it_was(
    style: str, tmp_path: Path
):
    path = written(tmp_path, STYLES[style])
    add_code(path, "a.new", name="New", parent_id="a", definition="D")
    remove_code(path, "a.new")
    now, before = content_of(path), STYLES[style].replace("    codes: []\n", "")
    assert now.replace("    codes: []\n", "").removesuffix("\n") == (
        before.removesuffix("\n")
    )


@pytest.mark.parametrize("style", REWRITTEN)
def test_what_was_written_anew_can_be_taken_out_again(style: str, tmp_path: Path):
    path = written(tmp_path, REWRITTEN[style])
    before = rows_of(path)
    add_code(path, "new", name="New")
    remove_code(path, "new")
    assert rows_of(path) == before


@pytest.mark.parametrize("name", ["yes", "No", "1.0", "null", "~", "1e5", "0x1F"])
@pytest.mark.parametrize("parent_id", ["", "a"])
def test_a_name_that_yaml_would_read_as_something_else_stays_a_name(
    name: str, parent_id: str, tmp_path: Path
):
    path = written(tmp_path, "codes:\n  - id: a\n")
    add_code(path, "new", name=name, definition=name, parent_id=parent_id)
    assert rows_of(path)["new"] == (parent_id, name, name)


@pytest.mark.parametrize(
    "name",
    [
        *("- a", "a: b", "#x", "a #x", "'a'", '"a"', "a\nb", "a\n\n  b", "a\\b", "{a}"),
        *(
            "[a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "|",
            ">",
            "?",
            ":",
            "a:",
            "-",
            "--",
        ),
        *(
            "---",
            "...",
            "<<",
            "=",
            "2026-05-04",
            "12:30:00",
            "+1",
            ".5",
            ".inf",
            "a\tb",
        ),
        *("Où ça ?", "שלום", "𝄞", "e\u0301", "a\u2028b", "a\x85b", "a\u00a0b", "a\x7f"),
        *("a\x00b", "a\ufeffb", "a\x1bb", "codes:", "- id: b", "a\r\nb", "x" * 500),
    ],
    ids=ascii,
)
def test_any_name_and_definition_come_back_as_they_were(name: str, tmp_path: Path):
    path = written(tmp_path, PLAIN)
    add_code(path, "new", name=name, definition=f"{name}.", parent_id="leaving")
    assert rows_of(path)["new"] == ("leaving", name, f"{name}.")
    assert diff(PLAIN, content_of(path))[0] == []
    remove_code(path, "new")
    assert content_of(path) == PLAIN


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@BOUNDED
@given(
    st.sampled_from([PLAIN, WITH_BLOCKS, REWRITTEN["flow"], ""]),
    TEXTS.filter(bool),
    TEXTS,
    st.booleans(),
)
def test_whatever_is_written_is_read_again(
    content: str, name: str, definition: str, is_below: bool
):
    codes = parse_codebook(content).codes["code_id"]
    parent_id = codes.iloc[0] if is_below and len(codes) else ""
    with TemporaryDirectory() as folder:
        path = written(Path(folder), content)
        before = rows_of(path)
        add_code(path, "new", name=name, definition=definition, parent_id=parent_id)
        new = (parent_id, name, definition.strip())
        assert rows_of(path) == before | {"new": new}
        remove_code(path, "new")
        assert rows_of(path) == before


# What is refused


@pytest.mark.parametrize(
    ("code_id", "more", "words"),
    [
        ("hope", {"name": "New"}, "there is a code 'hope' already"),
        ("new", {"name": "New", "parent_id": "hop"}, "there is no code 'hop'"),
        ("a b", {"name": "New"}, "'a b' is no id"),
        ("", {"name": "New"}, "'' is no id"),
        ("a/b", {"name": "New"}, "'a/b' is no id"),
        ("a\n", {"name": "New"}, "is no id"),
        ("new", {"name": "Hope"}, "are both 'Hope'"),
    ],
)
def test_what_cannot_be_added_is_refused_and_the_file_stays(
    code_id: str, more: dict[str, str], words: str, tmp_path: Path
):
    path = written(tmp_path, PLAIN)
    with pytest.raises(EvalkitError, match=r"^codebook\.yaml") as error:
        add_code(path, code_id, **more)
    assert words in str(error.value)
    assert content_of(path) == PLAIN
    assert [each.name for each in tmp_path.iterdir()] == ["codebook.yaml"]


def test_a_name_may_stand_twice_below_different_themes(tmp_path: Path):
    path = written(tmp_path, PLAIN)
    add_code(path, "new", name="Hope", parent_id="leaving")
    assert rows_of(path)["new"] == ("leaving", "Hope", "")


def test_a_broken_codebook_is_named_with_its_line_and_stays(tmp_path: Path):
    path = written(tmp_path, "codes:\n  - id: a\n   name: b\n")
    for attempt in (
        lambda: add_code(path, "new", name="New"),
        lambda: remove_code(path, "a"),
    ):
        with pytest.raises(EvalkitError, match=r"^codebook\.yaml:3"):
            attempt()
    assert content_of(path) == "codes:\n  - id: a\n   name: b\n"


@pytest.mark.parametrize("code_id", ["leaving", "unknown"])
def test_a_code_with_codes_below_or_one_that_is_not_there_is_not_taken_out(
    code_id: str, tmp_path: Path
):
    path = written(tmp_path, PLAIN)
    with pytest.raises(EvalkitError, match=code_id):
        remove_code(path, code_id)
    assert content_of(path) == PLAIN


def test_a_code_that_others_name_as_their_parent_is_not_taken_out(tmp_path: Path):
    content = "codes:\n  - id: a\n  - {id: a.b, parent: a}\n"
    path = written(tmp_path, content)
    with pytest.raises(EvalkitError, match="'a' stays"):
        remove_code(path, "a")
    assert content_of(path) == content


@pytest.mark.parametrize("content", ["", "# Ours\n", "codes:\n", "codes: []\n"])
def test_taking_a_code_out_of_an_empty_codebook_is_refused(
    content: str, tmp_path: Path
):
    path = written(tmp_path, content)
    with pytest.raises(EvalkitError, match="'a'"):
        remove_code(path, "a")
    assert content_of(path) == content
