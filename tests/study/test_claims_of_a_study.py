from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import evalkit
from tests.study.test_study import code

CLAIMS = "claims:\n  - {id: K1, statement: There was hope., codes: [hope]}\n"
STANCE = "  stance: [supports, qualifies, contradicts]\n"


@pytest.fixture
def claiming(study: Path) -> Path:
    """The small study with one claim, and people of two groups."""
    (study / "claims.yaml").write_text(CLAIMS)
    (study / "codebook.yaml").write_text(
        f"attributes:\n{STANCE}codes:\n  - {{id: hope, name: Hope}}\n"
    )
    with (study / "study.toml").open("a") as settings:
        settings.write('[strength]\nwith_a_stake = ["village"]\n')
    return study


def lines_of(study: Path) -> list[str]:
    return [str(problem) for problem in evalkit.read_study(study).problems]


def test_a_study_with_a_claim_is_clean_and_its_tables_say_who_says_so(
    claiming: Path, tmp_path: Path
):
    code(claiming, "P1", "It was cold.", "hope", stance="contradicts")
    code(claiming, "P2", "Only hope.", "hope", stance="supports")
    assert lines_of(claiming) == []
    evalkit.write_tables(evalkit.read_study(claiming), tmp_path / "out")
    evidence = pd.read_csv(tmp_path / "out" / "evidence.csv")
    assert evidence.columns.to_list() == [
        *("claim_id", "respondent_id", "group", "direction", "n_codings")
    ]
    assert evidence["direction"].to_list() == ["contradicts", "supports"]
    ratings = pd.read_csv(tmp_path / "out" / "claims.csv")
    assert ratings.columns.to_list() == [
        *("claim_id", "n", "supports", "qualifies", "contradicts", "mixed"),
        *("strength", "fragile_respondents", "fragile_groups"),
    ]
    assert ratings["strength"].to_list() == ["contested"]
    statements = pd.read_csv(tmp_path / "out" / "statements.csv")
    assert statements["statement"].to_list() == ["There was hope."]


def test_a_claim_without_any_word_on_it_has_a_row_too(claiming: Path, tmp_path: Path):
    evalkit.write_tables(evalkit.read_study(claiming), tmp_path / "out")
    ratings = pd.read_csv(tmp_path / "out" / "claims.csv")
    assert ratings[["n", "strength"]].to_numpy().tolist() == [[0, "no evidence"]]


def test_codings_that_bear_on_a_claim_and_say_not_how_are_named(claiming: Path):
    code(claiming, "P2", "Only hope.", "hope")
    (line,) = lines_of(claiming)
    assert line.startswith("codings/ana.jsonl: warning: codings of 'hope' bear on a")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("claims.yaml", "[hope]", "[hopes]", "claims.yaml:2: code 'hopes' of K1 is"),
        ("claims.yaml", "id: K1, ", "", "claims.yaml:2: a statement has no id"),
        ("claims.yaml", "claims:", "claims: [", "claims.yaml:2: "),
        (
            "codebook.yaml",
            "qualifies, ",
            "",
            "codebook.yaml: claims need the attribute",
        ),
        ("codebook.yaml", STANCE, "  tone: [plain]\n", "codebook.yaml: claims need"),
        (
            "study.toml",
            'with_a_stake = ["village"]',
            "",
            "study.toml: warning: [strength] does not say which groups have a stake",
        ),
        (
            "study.toml",
            'with_a_stake = ["village"]',
            "contestd = 0.3",
            "study.toml",
        ),
    ],
)
def test_each_mistake_is_one_line(
    file: str, old: str, new: str, said: str, claiming: Path
):
    path = claiming / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    try:
        found = lines_of(claiming)
    except evalkit.errors.ProblemsError as error:
        found = [str(problem) for problem in error.problems]
    assert [line.startswith(said) for line in found] == [True], found


def test_claims_in_another_encoding_are_named(claiming: Path):
    (claiming / "claims.yaml").write_bytes(CLAIMS.encode("utf-16"))
    (line,) = lines_of(claiming)
    assert line == "claims.yaml: it is not UTF-8: save it as UTF-8"


def test_a_coder_who_does_not_count_is_compared_only(claiming: Path, tmp_path: Path):
    code(claiming, "P1", "It was cold.", "hope", stance="contradicts")
    logs = claiming / "codings"
    other = (logs / "ana.jsonl").read_text().replace("contradicts", "supports")
    shutil.copy(logs / "ana.jsonl", tmp_path)
    (logs / "bo.jsonl").write_text(other.replace('"c-', '"bo-'))
    evalkit.write_tables(evalkit.read_study(claiming), tmp_path / "both")
    evidence = pd.read_csv(tmp_path / "both" / "evidence.csv")
    assert evidence[["direction", "n_codings"]].to_numpy().tolist() == [["mixed", 2]]
    with (claiming / "study.toml").open("a") as settings:
        settings.write("[coders]\nbo = { counts = false }\n")
    study = evalkit.read_study(claiming)
    evalkit.write_tables(study, tmp_path / "one")
    evidence = pd.read_csv(tmp_path / "one" / "evidence.csv")
    assert evidence["direction"].to_list() == ["contradicts"]
    codes = pd.read_csv(tmp_path / "one" / "code_frequency.csv")
    assert codes["n_codings"].to_list() == [1]
    assert study.coders.set_index("coder_id")["counts"].to_dict() == {
        "ana": True,
        "bo": False,
    }
    assert len(study.codings) == 2
