from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalkit.study.verdicts
from evalkit.errors import EvalkitError
from evalkit.study.read import parse_table
from evalkit.study.verdicts import add_verdict, find_stale
from evalkit.tables import VERDICTS
from evalkit.transcripts.encoding import decode

STATEMENTS = pd.DataFrame({"claim_id": ["K1"], "statement": ["It helped them."]})
CODINGS = pd.DataFrame({"coding_id": ["x", "7"], "quotation": ["It\ndid.", "No."]})


def verdict(**cells: str) -> pd.DataFrame:
    row = {
        **{"claim_id": "K1", "coding_id": "x", "bears_out": "yes"},
        **{"statement": "It helped them.", "words": "It did."},
        **cells,
    }
    return VERDICTS.typed(pd.DataFrame([row]))


# --- stale verdicts ---


@pytest.mark.parametrize(
    ("cells", "changed"),
    [
        ({}, []),
        ({"statement": " It helped\n them. "}, []),
        ({"words": "It\xa0 did.\r\n"}, []),
        ({"statement": "It helped."}, ["statement"]),
        ({"words": "It did!"}, ["words"]),
        ({"words": "It didn’t."}, ["words"]),
        ({"statement": "", "words": ""}, ["statement"]),
        ({"claim_id": "K2"}, []),  # a claim that is gone
        ({"coding_id": "y"}, []),  # a coding that is gone
        ({"coding_id": "7", "words": "No."}, []),
        ({"coding_id": "7", "words": "Yes."}, ["words"]),
    ],
)
def test_a_verdict_is_stale_when_the_claim_or_the_words_changed(
    cells: dict[str, str], changed: list[str]
) -> None:
    found = find_stale(verdict(**cells), STATEMENTS, CODINGS)
    assert found["changed"].to_list() == changed
    assert [*found] == [*VERDICTS.columns, "changed"]


def test_without_verdicts_claims_or_codings_nothing_is_stale() -> None:
    empty = VERDICTS.empty()
    assert find_stale(empty, STATEMENTS, CODINGS).empty
    assert find_stale(verdict(), STATEMENTS.head(0), CODINGS).empty
    assert find_stale(verdict(), STATEMENTS, CODINGS.head(0)).empty
    assert find_stale(empty, STATEMENTS.head(0), CODINGS.head(0)).empty


# --- verdicts.csv ---


def judge(folder: Path, **cells: str) -> pd.DataFrame:
    new = {
        **{"claim_id": "K1", "coding_id": "x", "bears_out": "yes"},
        **{"statement": "It helped.", "words": "It did.", "by": "ana"},
        **cells,
    }
    add_verdict(folder, **new)
    return read(folder)


def read(folder: Path) -> pd.DataFrame:
    content = (folder / "verdicts.csv").read_bytes()
    return parse_table(decode(content)[0], file="verdicts.csv")


def test_a_first_verdict_makes_the_file(tmp_path: Path) -> None:
    rows = judge(tmp_path, words='It,\n“did” "so"; =1+1', paraphrase="Ça a aidé.")
    today = dt.date.today().isoformat()
    assert rows.to_dict("records") == [
        {
            **{"claim_id": "K1", "coding_id": "x", "bears_out": "yes"},
            **{"paraphrase": "Ça a aidé.", "statement": "It helped."},
            **{"words": 'It,\n“did” "so"; =1+1', "by": "ana", "on": today},
        }
    ]
    assert VERDICTS.find_problems(rows) == []
    assert b"\r" not in (tmp_path / "verdicts.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["verdicts.csv"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_no_file(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "verdicts.csv").write_bytes(content)
    assert judge(tmp_path)["coding_id"].to_list() == ["x"]


def test_a_verdict_takes_the_place_of_earlier_ones_on_the_same(tmp_path: Path) -> None:
    (tmp_path / "verdicts.csv").write_text(
        "claim_id,coding_id,bears_out,paraphrase,statement,words,by,on\n"
        "K1,x,no,,a,b,bo,2026-01-01\n"
        "K2,x,no,,a,b,bo,2026-01-01\n"
        "K1,xx,no,,a,b,bo,2026-01-01\n"
        " K1 , x,partly,,a,b,bo,2026-01-02\n"
    )
    rows = judge(tmp_path)
    assert rows[["claim_id", "coding_id", "bears_out"]].to_numpy().tolist() == [
        ["K2", "x", "no"],
        ["K1", "xx", "no"],
        ["K1", "x", "yes"],
    ]
    assert judge(tmp_path, bears_out="no")["bears_out"].to_list() == ["no"] * 3


ROWS = [
    *(["claim_id", "coding_id", "bears_out", "paraphrase"]),
    *(["statement", "words", "by", "on", "my notes"]),
]
OTHERS = [
    ["K1", "007", "no", "", "l’État; oui, « non »", "a\nb, c;\td", "ana", "", "keep"],
    ["K2", "1e5", "partly", "é", 'say "so"', " spaces ", "bo", "2026-01-01", "0012"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_no_other_row_changes_whatever_saved_the_file(
    encoding: str, delimiter: str, end: str, tmp_path: Path
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([ROWS, *OTHERS])
    (tmp_path / "verdicts.csv").write_bytes(out.getvalue().encode(encoding))
    before = read(tmp_path)
    rows = judge(tmp_path, words="It did.", paraphrase="é; è, ê")
    content = (tmp_path / "verdicts.csv").read_bytes()
    pd.testing.assert_frame_equal(rows.iloc[:2], before)
    assert len(rows) == 3
    assert rows.iloc[2][["coding_id", "paraphrase", "my notes"]].to_list() == [
        *("x", "é; è, ê", "")
    ]
    assert decode(content)[0].split("\n")[0] == delimiter.join(ROWS)
    assert content.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    again = judge(tmp_path, words="It did.", paraphrase="é; è, ê")
    pd.testing.assert_frame_equal(again, rows)


def test_a_column_that_is_missing_is_added_and_its_cells_are_empty(
    tmp_path: Path,
) -> None:
    (tmp_path / "verdicts.csv").write_text(
        "coding_id,claim_id,bears_out,statement,words\ny,K1,yes,a\n"
    )
    rows = judge(tmp_path)
    assert [*rows][:5] == ["coding_id", "claim_id", "bears_out", "statement", "words"]
    assert rows.iloc[0].to_list() == ["y", "K1", "yes", "a", "", "", "", ""]
    assert rows.iloc[1]["by"] == "ana"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'claim_id,coding_id\nK1,"x\nK2,y\n', "verdicts.csv:3: a quoted cell is not"),
        (b"claim_id,coding_id\nK1,x,yes,\n", "verdicts.csv:2: 4 cells where the first"),
        (
            b"claim,coding\nK1,x\n",
            "verdicts.csv:1: its first line does not name claim_",
        ),
        (b"claim_id,claim_id,coding_id\n", "does not name claim_id once"),
        (b"K1,x,yes\nK2,y,no\n", "does not name claim_id once"),
        (b"\xef\xbb\xbfclaim_id\xff,\n", "the bytes are not UTF-8"),
        (b"PK\x03\x04\x00\x00\x00\xff\xfe", "this is not a text file"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_left_as_it_is(
    content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_bytes(content)
    with pytest.raises(EvalkitError, match=said.replace(".", r"\.")):
        judge(tmp_path)
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["verdicts.csv"]


def test_a_verdict_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(tmp_path)
    before = (tmp_path / "verdicts.csv").read_bytes()

    def break_off(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(evalkit.study.verdicts, "write_whole", break_off)
    with pytest.raises(OSError, match="No space"):
        judge(tmp_path, coding_id="y")
    assert (tmp_path / "verdicts.csv").read_bytes() == before


CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_whatever_was_said_comes_back_and_a_verdict_on_it_is_not_stale(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("study")
    for at, (statement, words) in enumerate(said):
        add_verdict(
            folder,
            claim_id=f"K{at}",
            coding_id=str(at),
            bears_out="yes",
            statement=statement,
            words=words,
            by="ana",
        )
    if not said:
        return
    rows = VERDICTS.typed(read(folder))
    ids = [str(at) for at in range(len(said))]
    assert rows["coding_id"].to_list() == ids
    statements = pd.DataFrame(
        {"claim_id": rows["claim_id"], "statement": [each for each, _ in said]},
        dtype="str",
    )
    codings = pd.DataFrame(
        {"coding_id": ids, "quotation": [words for _, words in said]}, dtype="str"
    )
    assert find_stale(rows, statements, codings).empty
