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
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("P1,,", "P1,village,"))
    return study


def lines_of(study: Path) -> list[str]:
    """Every problem but that nothing is coded yet, which has a test of its own."""
    problems = map(str, evalkit.read_study(study).problems)
    return [each for each in problems if "nobody coded" not in each]


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


def test_a_claim_that_nobody_coded_for_is_named(claiming: Path):
    (problem,) = evalkit.read_study(claiming).problems
    assert str(problem) == (
        "claims.yaml:2: warning: K1: nobody coded any of its codes yet: "
        "code it, or take it out"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            '[strength]\nwith_a_stake = ["villages"]\n',
            "study.toml: with_a_stake: nobody is in group 'villages': did you mean "
            "'village'?",
        ),
        (
            "[coders]\nAna = { counts = false }\n",
            "study.toml: warning: [coders] 'Ana' has no log, so nothing is left "
            "uncounted: did you mean 'ana'?",
        ),
        (
            "[coders]\nana = { counts = false }\n",
            "study.toml: warning: [coders] nobody's codings count: take `counts = "
            "false` out somewhere",
        ),
    ],
)
def test_a_name_in_the_settings_that_nobody_has_is_named(
    settings: str, said: str, claiming: Path
):
    code(claiming, "P1", "It was cold.", "hope", stance="supports")
    path = claiming / "study.toml"
    if "[strength]" in settings:
        whole = path.read_text()
        path.write_text(whole[: whole.index("[strength]")] + settings)
    else:
        path.write_text(path.read_text() + settings)
    assert said in lines_of(claiming)


def test_a_stance_that_is_no_evidence_is_named(claiming: Path):
    book = claiming / "codebook.yaml"
    book.write_text(book.read_text().replace("contradicts]", "contradicts, strongly]"))
    (line,) = lines_of(claiming)
    assert line.startswith("codebook.yaml: warning: stance 'strongly' is no evidence")


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
