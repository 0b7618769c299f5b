from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evalkit.errors import EvalkitError
from evalkit.report.runs import compare_runs, describe_changes, read_run

TABLES = {
    "statements": "claim_id,kind,statement,codes,against\n"
    "K1,finding,It helped.,help,\n",
    "claims": "claim_id,n,supports,qualifies,contradicts,mixed,strength\n"
    "K1,1,1,0,0,0,single source\n",
    "documents": "document_id,respondent_id,sha256\nD1,NA,0\n",
    "respondents": "respondent_id,group,may_analyse,withdrawn_on\nNA,nurse,yes,\n",
    "turns": "document_id,start,end,respondent_id\nD1,0,99,NA\n",
    "codes": "code_id,parent_id,definition\nhelp,,\n",
    "codings": "coding_id,document_id,start,end,code_id,coder_id,quotation,stance\n"
    "c1,D1,3,9,help,ana,helped,supports\n",
    "evidence": "claim_id,respondent_id,group,direction,n_codings\n"
    "K1,NA,nurse,supports,1\n",
}
RATED = {
    **TABLES,
    "claims": TABLES["claims"].replace("single source", "limited"),
}
WITHDRAWN = {
    **{name: content.split("\n")[0] + "\n" for name, content in TABLES.items()},
    "statements": TABLES["statements"],
    "codes": TABLES["codes"],
    "respondents": TABLES["respondents"].replace("yes,", "yes,2026-07-01"),
    "claims": TABLES["claims"].replace("1,1,0,0,0,single source", "0,0,0,0,0,"),
}


def write_run(folder: Path, tables: dict[str, str] = TABLES, **manifest: Any) -> Path:
    (folder / "tables").mkdir(parents=True)
    for name, content in tables.items():
        (folder / "tables" / f"{name}.csv").write_text(content, "utf-8")
    written = json.dumps({"inputs": {}, **manifest})
    (folder / "manifest.json").write_text(written, "utf-8")
    return folder


def test_a_run_is_read_as_text_and_an_empty_cell_is_empty(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "a"))
    assert run.tables["respondents"].iloc[0].to_list() == ["NA", "nurse", "yes", ""]
    assert run.tables["claims"]["n"].to_list() == ["1"]
    assert run.audience == "internal"


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(EvalkitError, match=r"a: no manifest\.json: name the folder"):
        read_run(tmp_path / "a")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{\n{", r"manifest\.json:2: broken JSON"),
        ("[]", r"manifest\.json: it does not list a run's inputs"),
        ('{"inputs": 3}', r"manifest\.json: it does not list a run's inputs"),
    ],
)
def test_a_broken_manifest_is_named(tmp_path: Path, content: str, what: str) -> None:
    folder = write_run(tmp_path / "a")
    (folder / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(EvalkitError, match=what):
        read_run(folder)


def test_a_manifest_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a")
    (folder / "manifest.json").write_bytes(b'{"inputs": "\xe9"}')
    with pytest.raises(EvalkitError, match="it is not UTF-8"):
        read_run(folder)


def test_tables_that_are_missing_are_listed(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a")
    for name in ("claims", "evidence"):
        (folder / "tables" / f"{name}.csv").unlink()
    missing = r"no tables/claims\.csv, tables/evidence\.csv: build the report again"
    with pytest.raises(EvalkitError, match=missing):
        read_run(folder)


@pytest.mark.parametrize(
    "content", [b"", b'a,b\n"', b"a,b\n\xe9,1\n", b"a\n1,2\n3,4,5"]
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    folder = write_run(tmp_path / "a")
    (folder / "tables" / "claims.csv").write_bytes(content)
    with pytest.raises(EvalkitError, match=r"claims\.csv"):
        read_run(folder)


def test_a_funders_run_needs_statements_and_claims_only(tmp_path: Path) -> None:
    kept = {name: TABLES[name] for name in ("statements", "claims")}
    run = read_run(write_run(tmp_path / "a", kept, audience="funder"))
    assert [*run.tables] == ["statements", "claims"]


def test_runs_for_different_audiences_are_refused(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a")
    b = write_run(tmp_path / "b", audience="funder")
    with pytest.raises(EvalkitError, match=r"internal, .* for funder: build both for"):
        compare_runs(a, b)


def test_two_equal_runs_are_told_in_two_words(tmp_path: Path) -> None:
    changes = compare_runs(write_run(tmp_path / "a"), write_run(tmp_path / "b"))
    assert describe_changes(changes) == "Nothing changed."


def test_the_settings_of_the_manifests_are_compared(tmp_path: Path) -> None:
    rules = [{"moderate": {"supporters": n, "groups": 1}} for n in (3, 1)]
    a = write_run(tmp_path / "a", settings={"strength": rules[0]})
    b = write_run(tmp_path / "b", RATED, settings={"strength": rules[1]})
    assert describe_changes(compare_runs(a, b)).splitlines() == [
        "Changes: rating 1.",
        "",
        "K1",
        "  rating: single source -> limited",
        "    rule: In study.toml, moderate.supporters went from 3 to 1.",
    ]


def test_the_people_of_the_manifests_are_compared(tmp_path: Path) -> None:
    tables = {name: TABLES[name] for name in ("statements", "claims")}
    rated = {name: RATED[name] for name in tables}
    a, b = (
        write_run(
            tmp_path / str(n),
            each,
            audience="funder",
            inputs={"respondents.csv": str(n)},
            people={"heard": 9 - n, "withdrawn": n},
        )
        for n, each in enumerate((tables, rated))
    )
    changes = compare_runs(a, b)
    assert changes["because"].iloc[0].startswith("An interview was withdrawn")


def test_a_withdrawal_is_told_without_the_person(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a"), write_run(tmp_path / "b", WITHDRAWN)
    told = describe_changes(compare_runs(a, b))
    assert "The whole study" in told
    assert "An interview was withdrawn; nothing else about this claim changed." in told
    for word in ("NA", "help", "nurse", "supports", "2026"):
        assert word not in told


def test_what_nothing_explains_is_marked_and_the_programs_named(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", versions={"evalkit": "0.1.0"})
    b = write_run(tmp_path / "b", RATED, versions={"evalkit": "0.2.0"})
    told = describe_changes(compare_runs(a, b))
    assert "UNEXPLAINED: 1, marked !! below." in told
    assert "!!rating: single source -> limited" in told
    assert "Programs differ: evalkit 0.1.0 -> 0.2.0." in told


def test_changes_are_grouped_by_claim_and_long_texts_cut() -> None:
    rows = [
        ("statement", "K1", "x" * 400, "new\nwords", "claims", "It was reworded."),
        ("claim gone", "K2", "It hurt.", "", "claims", "It is gone."),
        ("count", "K1", "1", "2", "data", "D1 was added."),
    ]
    columns = ["kind", "claim_id", "before", "after", "causes", "because"]
    lines = describe_changes(pd.DataFrame(rows, columns=columns)).splitlines()
    assert lines[0] == "Changes: statement 1, claim gone 1, count 1."
    assert lines[3] == f"  statement: {'x' * 159}… -> new words"
    assert [line for line in lines if line.startswith("K")] == ["K1", "K2"]
    assert "  claim gone: It hurt." in lines
