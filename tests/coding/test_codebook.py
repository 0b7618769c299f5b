from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evalkit.coding.codebook import parse_codebook, read_codebook
from evalkit.coding.codebook_edits import add_codes
from evalkit.errors import ProblemsError


def lines_of(content: str) -> list[str]:
    with pytest.raises(ProblemsError) as error:
        parse_codebook(content)
    return [str(problem) for problem in error.value.problems]


def test_a_tree_gives_parents_and_what_belongs_to_each_code():
    codebook = parse_codebook(
        "title: T\nversion: 1.0.0\nattributes: {stance: [for, against], who: free text}\n"
        "codes:\n  - id: a\n    name: A\n    codes:\n"
        "      - id: a.b\n        definition: D\n        include: [x, y]\n"
        "        cues: ['{boost} morale', motivat*]\n        traps: [no morale]\n"
    )
    row = codebook.codes.iloc[1]
    assert (row["code_id"], row["parent_id"], row["include"]) == ("a.b", "a", "x; y")
    assert codebook.attributes == {"stance": ("for", "against"), "who": ()}
    assert codebook.cues["kind"].to_list() == ["cue", "cue", "trap"]


def test_yes_and_no_are_words_not_truth_values():
    codebook = parse_codebook("attributes: {quotable: [yes, no]}\ncodes: []")
    assert codebook.attributes == {"quotable": ("yes", "no")}


def test_a_cycle_is_an_error_with_its_lines():
    found = lines_of("codes:\n  - {id: a, parent: b}\n  - {id: b, parent: a}\n")
    assert found[0].startswith("codebook.yaml:2: code 'a' is above itself: a < b < a")
    assert found[1].startswith("codebook.yaml:3: ")


def test_a_code_that_is_its_own_parent_is_a_cycle():
    assert "above itself" in lines_of("codes:\n  - {id: a, parent: a}\n")[0]


def test_an_unknown_parent_is_an_error_with_a_proposal():
    found = lines_of("codes:\n  - id: morale\n  - {id: b, parent: moral}\n")
    assert found == [
        "codebook.yaml:3: parent 'moral' of code 'b' is unknown: did you mean 'morale'?"
    ]


def test_a_duplicate_id_names_both_lines():
    found = lines_of("codes:\n  - id: a\n    codes:\n      - id: b\n  - id: b\n")
    assert found[0].startswith(
        "codebook.yaml:5: code 'b' stands twice, first in line 4: give one"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("codes:\n  - id: a\n   name: b\n", 3),
        ("codes:\n  - id: a\n    id: b\n", 3),
        ("codes: many\n", 1),
        ("codes:\n  - name: A\n", 2),
        ("codes:\n  - id: a\n    definiton: D\n", 2),
        ("codes:\n  - just words\n", 2),
        ("codes:\n  - {id: a, cues: 5}\n", 2),
        ("codes:\n  - {id: a, 5: b}\n", 2),
        ("codes:\n  - {id: a, name: X}\n  - {id: b, name: X}\n", 3),
    ],
)
def test_a_mistake_is_named_with_its_line(content: str, line: int):
    assert lines_of(content)[0].startswith(f"codebook.yaml:{line}: ")


def test_codes_are_added_and_comments_and_order_stay(tmp_path: Path):
    path = tmp_path / "codebook.yaml"
    path.write_text(
        "# Ours.\ntitle: T\ncodes:\n  - id: a   # the first\n    name: Alpha\n", "utf-8"
    )
    new = pd.DataFrame({"name": ["Alpha", "Beta é"], "definition": ["", "D: d"]})
    ids, added = add_codes(path, new)
    assert (ids["Alpha"], added) == ("a", ["beta-é"])
    content = path.read_text("utf-8")
    assert content.startswith("# Ours.\n")
    assert "# the first" in content
    codes = read_codebook(path).codes
    assert codes["code_id"].to_list() == ["a", "beta-é"]
    assert add_codes(path, new)[1] == []


@pytest.mark.parametrize(
    "attributes", ["[stance]", "{stance: 3}", "{stance: }", "{may_quote: free text}"]
)
def test_attributes_that_are_none_or_taken_are_refused(attributes: str):
    assert "attribute" in lines_of(f"attributes: {attributes}\ncodes: []\n")[0]


def test_a_codebook_of_comments_keeps_them(tmp_path: Path):
    path = tmp_path / "codebook.yaml"
    path.write_text("# Ana's plan:\n# begin with hope\n", "utf-8")
    add_codes(path, pd.DataFrame({"name": ["Hope"], "definition": [""]}))
    assert path.read_text("utf-8").startswith("# Ana's plan:\n# begin with hope\n")
    assert read_codebook(path).codes["code_id"].to_list() == ["hope"]
