"""The study that ships: what it holds is what it says, and what the tests need."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import evalkit

TOP = Path(__file__).parents[1]
STUDY = TOP / "corpus" / "advocates"
NOTICE = "Illustrative: invented person and words."
LETTERS = {"supports": "S", "qualifies": "Q", "contradicts": "C", "mixed": "M"}


@pytest.fixture(scope="module")
def read():
    return evalkit.read_study(STUDY)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory):
    """The study as it was before X15 withdrew."""
    folder = tmp_path_factory.mktemp("before") / "advocates"
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("notebooks"))
    people = folder / "respondents.csv"
    people.write_text(re.sub(r"(X15,.*,)\S+", r"\1", people.read_text()))
    return evalkit.read_study(folder)


def lay_evidence(study) -> pd.DataFrame:
    coded = evalkit.lay_codings(evalkit.cut_units(study.turns), study.counted)
    links = evalkit.widen_links(study.claims.links, study.codes)
    return evalkit.find_evidence(coded, links, study.respondents)


def rate(study) -> pd.DataFrame:
    ratings = evalkit.rate_claims(lay_evidence(study), rule=study.settings.strength)
    return ratings.sort_values("claim_id", ignore_index=True)


# --- what it is ---


def test_it_is_clean(read, whole):
    assert read.problems == ()
    # What X15 was asked is not recorded any more.
    assert [(each.file, each.warning) for each in whole.problems] == [
        ("asked.csv", True)
    ]


def test_it_says_at_once_that_it_is_invented(whole):
    assert len(whole.documents) == 17
    for name, text in whole.texts.items():
        file = whole.documents.set_index("document_id").loc[name, "file"]
        first = (STUDY / "transcripts" / file).read_bytes()[:300]
        said = text.startswith(NOTICE) or NOTICE.encode() in first
        assert said, name
    for file in ("study.toml", "codebook.yaml", "claims.yaml"):
        first = (STUDY / file).read_text().split("\n")[0]
        assert "llustrative" in first, file


def test_it_comes_in_every_shape_that_interviews_arrive_in(whole):
    suffixes = {Path(file).suffix for file in whole.documents["file"]}
    assert suffixes == {
        *(".csv", ".docx", ".md", ".odt", ".pdf"),
        *(".rtf", ".srt", ".txt", ".vtt"),
    }
    heads = {
        path.name: path.read_bytes()[:2]
        for path in (STUDY / "transcripts").glob("*.txt")
    }
    assert heads["I12.txt"] == b"\xff\xfe"  # UTF-16, as Windows' Notepad saves it
    assert heads["I01.txt"] == b"Il"
    assert whole.documents.groupby("respondent_id").size()["I09"] == 2


def test_it_is_as_long_as_real_talk(whole):
    words = whole.turns["text"].str.split().str.len()
    by_document = words.groupby(whole.turns["document_id"]).sum()
    assert by_document.min() >= 1200
    assert by_document.sum() >= 40_000
    assert by_document[["I09", "I09-2"]].sum() == max(
        by_document.groupby(lambda name: name[:3]).sum()
    )  # the most interested source talks most


def test_everyone_who_speaks_is_known(whole):
    own = whole.turns[whole.turns["role"].eq("respondent")]
    assert set(own["respondent_id"]) == set(whole.respondents["respondent_id"])
    alone = own[own["document_id"].ne("FG1")]
    assert alone["respondent_id"].eq(alone["document_id"].str[:3]).all()
    group = own.loc[own["document_id"].eq("FG1"), "respondent_id"]
    assert set(group) == {"I01", "I02", "I03"}
    others = whole.turns[whole.turns["role"].ne("respondent")]
    assert others["respondent_id"].eq("").all()


def test_who_withdrew_is_gone(read):
    assert "X15" not in set(read.documents["document_id"])
    assert "X15" not in set(read.codings["document_id"])
    assert "X15" not in read.texts


# --- how it is coded ---


def test_interviewers_are_not_coded_and_every_coding_stands(whole):
    assert whole.anchors["status"].eq("exact").all()
    laid = evalkit.lay_codings(evalkit.cut_units(whole.turns), whole.codings)
    assert laid.loc[laid["coding_id"].notna(), "role"].eq("respondent").all()
    assert set(whole.counted["document_id"]) == set(whole.documents["document_id"])


def test_a_contribution_always_says_how_it_bears_and_how_surely(whole):
    contributions = whole.codings[whole.codings["code_id"].str.startswith("contrib.")]
    assert contributions[["stance", "certainty"]].ne("").all().all()


def test_every_code_is_used_and_its_example_was_said(read):
    leaves = read.codes[read.codes["parent_id"].ne("")]
    assert len(leaves) == 46
    assert set(leaves["code_id"]) <= set(read.counted["code_id"])
    texts = [" ".join(text.split()) for text in read.texts.values()]
    assert leaves["example"].ne("").all()
    for example in leaves["example"]:
        assert any(" ".join(example.split()) in text for text in texts), example


def test_logs_were_written_as_people_code(whole):
    logs = {path.stem: path for path in (STUDY / "codings").iterdir()}
    assert set(logs) == {"ana", "bo"}
    for log in logs.values():
        events = [json.loads(line) for line in log.read_text().splitlines()]
        kinds = [each["event"] for each in events]
        assert kinds.count("remove") >= 3
        assert kinds.count("edit") > 10
        times = [each["at"] for each in events]
        assert times == sorted(times)
        assert len({at[:10] for at in times}) >= 5  # days of work
    spans = whole.counted.groupby("document_id")[["start", "end"]].agg(list)
    n_overlaps = sum(
        a < d and c < b and (a, b) != (c, d)
        for starts, ends in spans.itertuples(index=False)
        for (a, b), (c, d) in zip(
            sorted(zip(starts, ends, strict=True)),
            sorted(zip(starts, ends, strict=True))[1:],
            strict=False,
        )
    )
    assert n_overlaps > 50
    assert whole.counted["memo"].ne("").sum() > 80


def test_a_second_coder_is_compared_and_not_counted(read):
    bo = read.codings[read.codings["coder_id"].eq("bo")]
    assert set(bo["document_id"]) == {"I02", "I04", "I06", "I08", "I10"}
    assert set(read.counted["coder_id"]) == {"ana"}
    assert bo["at"].min() > read.counted["at"].max()  # blind: after, in another log


def test_the_second_coder_agrees_on_most_codes_and_plainly_not_on_a_few(read):
    own = read.turns[read.turns["role"].eq("respondent")]
    bo = read.codings[read.codings["coder_id"].eq("bo")]
    own = own[own["document_id"].isin(bo["document_id"])]
    laid = evalkit.lay_codings(evalkit.cut_units(own), read.codings)
    laid = laid[laid["coding_id"].notna()]
    marks = laid.drop_duplicates(["document_id", "unit", "code_id", "coder_id"])
    marked = marks.groupby(["code_id", "document_id", "unit"])["coder_id"].agg(set)
    kappa = {}
    for code_id, by_unit in marked.groupby("code_id"):
        both = by_unit.map(len).eq(2).sum() / len(own)
        ana = by_unit.map(lambda who: "ana" in who).sum() / len(own)
        bo = by_unit.map(lambda who: "bo" in who).sum() / len(own)
        chance = ana * bo + (1 - ana) * (1 - bo)
        agreed = 1 - ana - bo + 2 * both
        if min(ana, bo) * len(own) >= 5:
            kappa[code_id] = (agreed - chance) / (1 - chance)
    values = pd.Series(kappa)
    assert len(values) >= 12
    assert values.median() > 0.7
    assert values.sort_values().index[:2].to_list() == [
        *("mech.encounter", "contrib.humanitarian_argument")
    ]
    assert values.sort_values().iloc[1] < 0.5
    assert values.max() < 1


def test_the_second_coder_misses_the_sarcasm(read):
    said = read.codings[read.codings["quotation"].str.contains("There were biscuits")]
    by_coder = said.set_index("coder_id")[["stance", "tone"]]
    assert by_coder.loc["ana"].to_list() == ["contradicts", "sarcastic"]
    assert by_coder.loc["bo"].to_list() == ["supports", "plain"]


# --- what it comes to ---


def test_the_evidence_is_the_reference_matrix_cell_by_cell(read):
    expected = pd.read_csv(
        TOP / "tests" / "claims" / "expected_matrix.csv", keep_default_na=False
    ).set_index("claim_id")
    evidence = lay_evidence(read)
    cells = evidence.assign(letter=evidence["direction"].map(LETTERS)).pivot_table(
        index="claim_id", columns="respondent_id", values="letter", aggfunc="first"
    )
    found = cells.reindex(index=expected.index, columns=expected.columns).fillna("")
    assert found.to_dict("index") == expected.to_dict("index")
    assert len(evidence) == (expected != "").sum().sum()


def test_the_ratings_are_those_that_the_reference_prints(read):
    expected = pd.read_csv(
        TOP / "tests" / "claims" / "expected_ratings.csv", keep_default_na=False
    )
    pd.testing.assert_frame_equal(rate(read), expected, check_dtype=False)


def test_a_report_finds_the_same_evidence_and_ratings(opened):
    expected = pd.read_csv(
        TOP / "tests" / "claims" / "expected_ratings.csv", keep_default_na=False
    )
    rated = opened.ratings
    pd.testing.assert_frame_equal(
        rated[rated["claim_id"].isin(expected["claim_id"])]
        .sort_values("claim_id", ignore_index=True)
        .reset_index(drop=True),
        expected,
        check_dtype=False,
    )
    matrix = pd.read_csv(
        TOP / "tests" / "claims" / "expected_matrix.csv", keep_default_na=False
    ).melt("claim_id", var_name="respondent_id", value_name="letter")
    wanted = matrix[matrix["letter"].ne("")].to_numpy().tolist()
    found = opened.evidence.assign(letter=opened.evidence["direction"].map(LETTERS))
    columns = ["claim_id", "respondent_id", "letter"]
    assert sorted(found[columns].to_numpy().tolist()) == sorted(wanted)
    as_counted = opened.scenarios.query("scenario == 'as counted'")
    assert as_counted["strength"].to_list() == rated["strength"].to_list()


def test_before_the_withdrawal_one_claim_was_contested(read, whole):
    before, after = rate(whole), rate(read)
    changed = before.ne(after).any(axis=1)
    assert before.loc[changed, "claim_id"].to_list() == ["K06"]
    counts = ["n", "supports", "qualifies", "contradicts", "strength"]
    assert before.loc[changed, counts].to_numpy().tolist() == [
        [6, 3, 1, 2, "contested"]
    ]
    assert after.loc[changed, counts].to_numpy().tolist() == [[5, 3, 1, 1, "moderate"]]


def test_the_most_talkative_person_counts_once(read):
    evidence = lay_evidence(read)
    most = evidence.sort_values("n_codings").iloc[-1]
    assert most["n_codings"] > 10
    assert not evidence.duplicated(["claim_id", "respondent_id"]).any()


def test_claims_have_rivals_lessons_their_limits_and_recommendations_a_basis(read):
    statements = read.claims.statements
    by_kind = {kind: rows for kind, rows in statements.groupby("kind")}
    assert len(set(read.claims.links["claim_id"])) == 14
    assert by_kind["finding"]["rivals"].ne("").all()
    assert len(by_kind["lesson"]) >= 5
    assert (
        by_kind["lesson"][["holds_when", "fails_when", "rests_on"]]
        .ne("")
        .all(axis=None)
    )
    assert len(by_kind["recommendation"]) == 3
    assert (
        by_kind["recommendation"][["to", "rests_on", "priority"]].ne("").all(axis=None)
    )
    assert len(by_kind["question"]) >= 2


# --- what the interviewers asked, and what the evaluator judged ---


@pytest.fixture(scope="module")
def opened(read):
    return evalkit.open_report(read)


def test_every_file_that_a_study_may_hold_is_there_and_found(read):
    assert {path.name for path in STUDY.iterdir() if path.is_file()} >= {
        *("study.toml", "respondents.csv", "interviews.csv", "speakers.csv"),
        *("codebook.yaml", "claims.yaml", "guide.yaml", "asked.csv", "verdicts.csv"),
    }
    assert len(read.guide.questions) == 22
    assert len(read.verdicts) > 30
    assert "experience" in read.respondents
    for file in ("guide.yaml", "claims.yaml"):
        assert "llustrative" in (STUDY / file).read_text().split("\n")[0], file


def test_every_claim_that_is_rated_was_asked_about(read):
    rated = {*read.claims.links["claim_id"]}
    assert rated <= {*read.guide.links["claim_id"]}
    assert {*read.guide.links["claim_id"]} <= {*read.claims.statements["claim_id"]}


def test_in_every_interview_questions_were_put_in_the_interviewers_words(read, whole):
    asked = {*read.asked["document_id"]}
    assert asked == {*read.documents["document_id"]}
    assert asked == {*whole.documents["document_id"]} - {"X15"}
    with_words = read.asked[read.asked["words"].ne("")]
    assert len(with_words) > 0.8 * len(read.asked)
    not_asked = read.turns[read.turns["role"].eq("respondent")]
    said = " ".join(" ".join(not_asked["text"]).split())
    assert with_words["words"].map(lambda words: words not in said).mean() > 0.9


def test_everybody_stands_somewhere_on_every_claim_and_many_were_not_asked(opened):
    positions = opened.positions
    assert len(positions) == len(opened.ratings) * len(opened.people)
    assert positions["was_asked"].notna().all()
    kinds = positions["position"].value_counts()
    assert kinds["not asked"] > 20
    assert kinds["asked, silent"] >= 1
    spoke = positions[~positions["position"].isin(["asked, silent", "not asked"])]
    assert len(spoke) == len(opened.evidence)
    assert not positions["respondent_id"].eq("X15").any()


def test_one_experienced_diplomat_would_be_one_of_two_so_nobody_is_called_so(opened):
    people = opened.people.set_index("respondent_id")
    diplomats = people[people["group"].eq("diplomat")]
    experienced = diplomats[diplomats["experience"].eq("experienced")]
    assert experienced.index.to_list() == ["I04", "I07"]
    assert "experience" in opened.study.settings.describe_by
    assert diplomats["attribution"].eq("one diplomat").all()
    assert not people["attribution"].str.contains("experienced").any()
    sizes = people.groupby("attribution").size()
    assert sizes.drop("one respondent", errors="ignore").min() >= opened.k


def test_a_person_in_two_documents_and_in_a_group_is_one_person(opened):
    assert opened.people["respondent_id"].is_unique
    assert len(opened.people) == 14
    assert opened.people["report_group"].value_counts().min() >= opened.k


def test_every_verdict_is_on_a_passage_as_it_stands(read, opened):
    from evalkit.study.verdicts import find_stale

    stale = find_stale(read.verdicts, read.claims.statements, read.codings)
    assert stale.empty
    passages = opened.passages.set_index(["claim_id", "coding_id"])
    keys = read.verdicts[["claim_id", "coding_id"]].itertuples(index=False, name=None)
    judged = [key for key in keys if key in passages.index]
    assert len(judged) == len(read.verdicts)
    assert {*read.verdicts["bears_out"]} >= {"yes", "partly"}
    noted = read.verdicts["paraphrase"].ne("")
    people = passages.loc[
        [*read.verdicts.loc[noted, ["claim_id", "coding_id"]].itertuples(index=False)]
    ]
    assert not people["may_quote"].any()  # only who may not be quoted is paraphrased
    assert people["may_paraphrase"].all()


def test_who_may_not_be_quoted_is_in_no_passage_that_may_be_printed(opened):
    printed = opened.passages[opened.passages["may_quote"]]
    assert len(printed) > 100
    assert not printed["respondent_id"].isin(["I06", "I12", "X15"]).any()
    assert not opened.passages["respondent_id"].eq("X15").any()


def test_what_speaks_against_each_claim_is_looked_for_and_found(opened):
    rows = opened.counter_evidence
    against = rows[rows["kind"].isin(["contradicts", "qualifies"])]
    rated = opened.ratings.set_index("claim_id")
    spoken = rated["qualifies"] + rated["contradicts"] + rated["mixed"]
    assert {*spoken.index[spoken.gt(0)]} <= {*against["claim_id"]}
    assert rows["kind"].eq("trap").any()
    traps = rows[rows["kind"].eq("trap")]
    for row in traps.itertuples():
        text = opened.study.texts[row.document_id]
        assert text[row.start : row.end] == row.words


# --- the phenomena that the helpers will stumble over ---

REQUIRED = {
    "plain negation": "I03 X15",
    "double negation": "I10",
    "contrast": "I07 I13",
    "sarcasm": "I06",
    "joking": "I08",
    "hedge": "I04 I10",
    "hearsay": "I11 I14",
    "reported speech": "I14",
    "counterfactual": "I08 I04",
    "conditional": "I12 I05",
    "echoed question": "I02",
    "leading question rejected": "I02",
    "leading question accepted": "I01",
    "interviewer cue": "I09",
    "interpreter aside": "I01",
    "non-verbatim notes": "I06 I14",
    "self-correction": "I08",
    "quote inside quote": "I04",
    "redaction": "I01 I03 I09 I12",
    "off record": "I08",
    "shared phrase": "I04 I08",
}


@pytest.fixture(scope="module")
def phenomena() -> pd.DataFrame:
    """One row a passage: phenomenon, document_id, start, end, words."""
    return pd.read_csv(TOP / "tests" / "illustrative" / "phenomena.csv")


def find_roles(study, rows: pd.DataFrame) -> list[str]:
    turns = study.turns
    return [
        turns.loc[
            turns["document_id"].eq(row.document_id)
            & turns["start"].le(row.start)
            & turns["end"].ge(row.end),
            "role",
        ].item()
        for row in rows.itertuples()
    ]


def test_each_phenomenon_stands_where_the_list_says(whole, phenomena):
    for row in phenomena.itertuples():
        found = whole.texts[row.document_id][row.start : row.end]
        assert " ".join(found.replace("-\n", "").split()) == row.words


@pytest.mark.parametrize(
    ("phenomenon", "document_id"),
    [(each, one) for each, where in REQUIRED.items() for one in where.split()],
)
def test_each_required_phenomenon_is_there(phenomena, phenomenon, document_id):
    there = phenomena["document_id"].eq(document_id)
    n = (there & phenomena["phenomenon"].eq(phenomenon)).sum()
    assert n >= (2 if phenomenon == "sarcasm" else 1)


def test_traps_and_cues_are_the_codebooks_own(read, phenomena):
    cues = read.codebook.cues
    of = {
        kind: {phrase.casefold() for phrase in rows["phrase"]}
        for kind, rows in cues.groupby("kind")
    }
    words = phenomena["words"].str.casefold()
    assert words[phenomena["phenomenon"].eq("trap")].isin(of["trap"]).all()
    is_cue = phenomena["phenomenon"].isin(["cue", "interviewer cue"])
    assert words[is_cue].isin(of["cue"]).all()
    assert words[phenomena["phenomenon"].eq("trap")].nunique() >= 45


def test_an_interviewer_says_cue_phrases_that_nobody_may_code(whole, phenomena):
    rows = phenomena[phenomena["phenomenon"].eq("interviewer cue")]
    assert set(find_roles(whole, rows)) == {"interviewer"}


def test_an_interpreters_asides_are_the_interpreters(whole, phenomena):
    rows = phenomena[
        phenomena["phenomenon"].eq("interpreter aside")
        & phenomena["document_id"].eq("I01")
    ]
    assert set(find_roles(whole, rows)) == {"interpreter"}


def test_what_is_off_the_record_is_never_quotable(whole, phenomena):
    rows = phenomena[
        phenomena["phenomenon"].eq("off record") & phenomena["document_id"].eq("I08")
    ]
    for row in rows.itertuples():
        lying = whole.codings[
            whole.codings["document_id"].eq(row.document_id)
            & whole.codings["coder_id"].eq("ana")
            & whole.codings["start"].lt(row.end)
            & whole.codings["end"].gt(row.start)
        ]
        assert lying["quotable"].eq("no").all()


def test_one_phrase_is_said_by_two_people(read):
    phrase = "None of us could have done it alone, and all of us knew it."
    said = [
        name for name, text in read.texts.items() if phrase in " ".join(text.split())
    ]
    assert said == ["I04", "I08"]


def test_a_typed_transcript_has_what_a_typist_leaves(read):
    text = read.texts["I05"]
    assert text.count("\xa0") >= 10
    assert re.findall("[‘’“”]", text)
    assert re.search(r"[a-z]-\n[a-z]", text)


# --- the files ---


def test_the_tracked_change_is_read_as_it_was_meant(read):
    assert "the price of herring" in read.texts["I04"]
    assert "cost of herring" not in read.texts["I04"]


def test_a_note_inside_speech_is_no_turn(read):
    (turn,) = [t for t in read.turns["text"] if "\nNote: we stopped" in t]
    assert read.turns.loc[read.turns["text"].eq(turn), "role"].item() == "respondent"


def test_the_binary_transcripts_can_be_made_again(tmp_path: Path):
    script = Path(__file__).parent / "illustrative" / "make_transcripts.py"
    spec = importlib.util.spec_from_file_location("make_transcripts", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make_all(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == [
        *("I03.odt", "I04.docx", "I05.pdf", "I07.rtf"),
        *("I09.docx", "I10.docx", "I12.txt"),
    ]
    for name in made:
        content = (tmp_path / name).read_bytes()
        assert content == (STUDY / "transcripts" / name).read_bytes(), name
