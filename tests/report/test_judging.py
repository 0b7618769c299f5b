from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import EvalkitError, ProblemsError
from evalkit.report.judging import list_unjudged
from evalkit.study.verdicts import add_verdict
from tests.report.valley import FILES, judge_all, write, write_valley


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_valley(tmp_path / "valley")


def name(rows: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(row["claim_id"], row["words"]) for row in rows]


def test_every_passage_that_could_be_printed_waits_and_no_other(folder: Path) -> None:
    waiting = list_unjudged(folder)
    words = [row["words"] for row in waiting]
    assert len(waiting) == 11
    assert "I trust the water." not in words  # P5 lets nothing be quoted
    assert "It was not easy. Finn: I trust the figures." in words  # on one line
    quoted = {row["quotation"] for row in waiting}
    assert "It was not easy.\nFinn: I trust the figures." in quoted


def test_claims_come_in_their_order_and_each_person_once_before_a_second_time(
    folder: Path,
) -> None:
    waiting = list_unjudged(folder)
    assert [row["claim_id"] for row in waiting] == ["K1"] * 10 + ["K2"]
    people = [row["respondent_id"] for row in waiting[:10]]
    assert sorted(people[:4]) == ["P1", "P2", "P3", "P4"]
    assert sorted(people[4:7]) == ["P1", "P2", "P3"]
    assert waiting[0]["statement"] == "People trust the water."


def test_what_may_only_be_paraphrased_says_so(folder: Path) -> None:
    only = {row["words"]: row["paraphrase_only"] for row in list_unjudged(folder)}
    assert only["he trusts the water"]
    assert only["My cousin is the guard there."]
    assert not only["I trust the well."]
    assert not only["It is hardly clean."]


def test_one_claim_is_asked_about_alone(folder: Path) -> None:
    assert name(list_unjudged(folder, claim_id="K2")) == [("K2", "We paid")]
    assert list_unjudged(folder, claim_id="K3") == []
    assert list_unjudged(folder, claim_id="L1") == []


def test_an_unknown_claim_is_named(folder: Path) -> None:
    with pytest.raises(EvalkitError, match=r"no claim 'K11': did you mean 'K1'\?"):
        list_unjudged(folder, claim_id="K11")


def test_what_was_judged_waits_no_more_until_it_changes(folder: Path) -> None:
    judge_all(folder, bears_out="no")
    assert name(list_unjudged(folder)) == [("K2", "We paid")]
    changed = FILES["claims.yaml"].replace("People trust the water.", "All trust it.")
    write(folder, "claims.yaml", changed)
    waiting = list_unjudged(folder)
    assert len(waiting) == 11
    assert waiting[-1]["claim_id"] == "K2"  # what is stale comes first
    assert {row["statement"] for row in waiting[:10]} == {"All trust it."}


def test_each_verdict_takes_one_from_the_list(folder: Path) -> None:
    waiting = list_unjudged(folder)
    for n, row in enumerate(waiting, start=1):
        add_verdict(
            folder,
            claim_id=row["claim_id"],
            coding_id=row["coding_id"],
            bears_out="partly",
            statement=row["statement"],
            words=row["quotation"],
            by="ana",
        )
        assert len(list_unjudged(folder)) == len(waiting) - n


def test_a_study_without_claims_or_codings_has_nothing_to_judge(folder: Path) -> None:
    for log in (folder / "codings").iterdir():
        log.unlink()
    assert list_unjudged(folder) == []
    (folder / "claims.yaml").unlink()
    assert list_unjudged(folder) == []


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("verdicts.csv", 'claim_id,coding_id\n"K1,x\n', "a quoted cell is not closed"),
        ("verdicts.csv", "claim_id,coding_id\n", "no column bears_out"),
        (
            "verdicts.csv",
            "claim_id,coding_id,bears_out,statement,words\nK1,x,maybe,a,b\n",
            "bears_out is 'maybe'",
        ),
        ("claims.yaml", "claims: yes", "'claims' is no list"),
    ],
)
def test_what_cannot_be_read_is_not_taken_for_unjudged(
    folder: Path, file: str, content: str, said: str
) -> None:
    write(folder, file, content)
    with pytest.raises(ProblemsError, match=said):
        list_unjudged(folder)


def test_other_mistakes_of_a_study_do_not_keep_anyone_from_judging(
    folder: Path,
) -> None:
    write(folder, "speakers.csv", FILES["speakers.csv"].replace("P6", "P66"))
    assert list_unjudged(folder)
    codes = FILES["claims.yaml"].replace("codes: [harm]", "codes: [harms]")
    write(folder, "claims.yaml", codes)
    assert list_unjudged(folder)
