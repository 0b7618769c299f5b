from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from evalkit.claims.changes import find_changes, find_vanished
from evalkit.claims.ledger import find_evidence, widen_links
from evalkit.claims.strength import Rule, rate_claims

Said = tuple[str, str, str, str]  # coding_id, respondent_id, code_id, stance
GROUPS = {"P1": "nurse", "P2": "doctor", "P3": "nurse", "P4": "doctor", "P5": "cook"}
CODES = {"help": "", "help.calm": "help", "harm": "", "pay": ""}
SAID: tuple[Said, ...] = (
    ("c1", "P1", "help", "supports"),
    ("c2", "P2", "help", "supports"),
    ("c3", "P3", "help", "supports"),
    ("c4", "P4", "help", "contradicts"),
    ("c5", "P5", "help", "contradicts"),
)
CLAIM = {"claim_id": "K1", "kind": "finding", "statement": "It helped."}
Run = dict[str, pd.DataFrame]


def build_run(
    said: Sequence[Said] = SAID,
    *,
    withdrawn: Sequence[str] = (),
    rule: Rule | None = None,
    claims: Sequence[Mapping[str, str]] = (CLAIM,),
    codes: Mapping[str, str] = CODES,
    quoted: Sequence[str] = (),
    uncounted: Sequence[str] = (),
) -> Run:
    """The tables of a run: each person gave one interview, of one turn."""
    people = [name for name in GROUPS if name not in withdrawn]
    respondents = pd.DataFrame(
        {
            "respondent_id": [*GROUPS],
            "group": [*GROUPS.values()],
            "may_analyse": "yes",
            "may_quote": "yes",
            "withdrawn_on": ["2026-07-01" if n in withdrawn else "" for n in GROUPS],
        }
    )
    codings = pd.DataFrame(
        [
            {
                "coding_id": coding_id,
                "document_id": name,
                "start": 10,
                "end": 20,
                "code_id": code,
                "coder_id": coding_id.split("-")[0] if "-" in coding_id else "ana",
                "quotation": f"words of {coding_id}",
                "stance": stance,
                "quotable": "",
            }
            for coding_id, name, code, stance in said
            if name in people
        ]
    )
    statements = pd.DataFrame([{"codes": "help", "against": "", **c} for c in claims])
    tree = pd.DataFrame({"code_id": [*codes], "parent_id": [*codes.values()]})
    links = pd.DataFrame(
        [
            (c["claim_id"], each, "for")
            for c in statements.to_dict("records")
            for each in c["codes"].split("; ")
        ],
        columns=["claim_id", "code_id", "side"],
    )
    counted = codings[~codings["coder_id"].isin(uncounted)]
    evidence = find_evidence(
        counted.assign(respondent_id=counted["document_id"]),
        widen_links(links, tree),
        respondents,
    )
    shown = codings.set_index("coding_id")["quotation"]
    printed = [each for each in quoted if each in shown.index]
    return {
        "documents": pd.DataFrame(
            {"document_id": people, "respondent_id": people, "sha256": "0"}
        ),
        "respondents": respondents,
        "turns": pd.DataFrame(
            {"document_id": people, "start": 0, "end": 99, "respondent_id": people}
        ),
        "codes": tree.assign(definition=""),
        "coders": pd.DataFrame(
            {
                "coder_id": ["ana", "bo"],
                "counts": ["ana" not in uncounted, "bo" not in uncounted],
            }
        ),
        "codings": codings,
        "statements": statements,
        "evidence": evidence,
        "claims": rate_claims(
            evidence, rule=rule or Rule(), claim_ids=statements["claim_id"]
        ),
        "quotations": pd.DataFrame(
            {
                "claim_id": "K1",
                "coding_id": printed,
                "words": [shown[each] for each in printed],
                "attribution": "a person",
            }
        ),
    }


def compare(
    before: Run,
    after: Run,
    *,
    inputs: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    settings: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> pd.DataFrame:
    return find_changes(before, after, inputs=inputs, settings=settings)


def pick(changes: pd.DataFrame, kind: str, claim_id: str = "K1") -> dict[str, str]:
    """The one change of a kind."""
    rows = changes[changes["kind"].eq(kind) & changes["claim_id"].eq(claim_id)]
    assert len(rows) == 1, changes.to_string()
    return {str(k): str(v) for k, v in rows.iloc[0].items()}


def test_two_equal_runs_differ_in_nothing() -> None:
    assert compare(build_run(quoted=["c1"]), build_run(quoted=["c1"])).empty


def test_codings_that_were_added_are_counted_with_their_code_and_coder() -> None:
    more = (("c6", "P4", "help", "supports"), ("c7", "P5", "help", "supports"))
    changes = compare(build_run(), build_run((*SAID, *more)))
    count = pick(changes, "count")
    assert count["before"] == "5: supports 3, contradicts 2"
    assert count["after"] == "5: supports 3, mixed 2"
    assert count["causes"] == "codings"
    assert count["because"] == "2 codings of help were added by ana."
    assert pick(changes, "rating")["after"] == "moderate"


def test_a_coding_that_was_removed_is_told() -> None:
    change = pick(compare(build_run(), build_run(SAID[:4])), "count")
    assert change["because"] == "1 coding of help was removed by ana."


def test_a_stance_that_was_changed_is_told() -> None:
    edited = (*SAID[:4], ("c5", "P5", "help", "supports"))
    change = pick(compare(build_run(), build_run(edited)), "count")
    assert change["causes"] == "codings"
    assert change["because"] == "The stance of 1 coding of help was changed by ana."


def test_a_coding_of_somebody_whose_word_stays_the_same_explains_nothing() -> None:
    more = (("c6", "P1", "help", "supports"), ("c7", "P4", "help", "supports"))
    change = pick(compare(build_run(), build_run((*SAID, *more))), "count")
    assert change["because"] == "1 coding of help was added by ana."


def test_a_withdrawal_tells_the_rating_and_nothing_that_was_said() -> None:
    before = build_run(quoted=["c1", "c4"])
    changes = compare(before, build_run(withdrawn=["P4"], quoted=["c1", "c4"]))
    rating = pick(changes, "rating")
    assert (rating["before"], rating["after"]) == ("contested", "moderate")
    assert rating["causes"] == "consent"
    assert rating["because"] == (
        "An interview was withdrawn; nothing else about this claim changed. The rating "
        "rose because fewer people are counted, not because evidence was added."
    )
    gone = pick(changes, "quotation")
    assert (gone["before"], gone["after"]) == ("", "")
    assert gone["because"] == "1 quotation is gone with a withdrawn interview."
    assert changes[changes["claim_id"].eq("K1")]["kind"].ne("count").all()
    told = " ".join(changes.astype("str").to_numpy().ravel())
    for word in ("P4", "help", "doctor", "contradict", "words of", "2026", "c4"):
        assert word not in told


def test_a_rating_that_falls_with_a_withdrawal_is_not_said_to_rise() -> None:
    before, after = build_run(SAID[:4]), build_run(SAID[:4], withdrawn=["P2"])
    change = pick(compare(before, after), "rating")
    assert (change["before"], change["after"]) == ("moderate", "limited")
    assert change["because"] == (
        "An interview was withdrawn; nothing else about this claim changed."
    )


def test_what_else_changed_beside_a_withdrawal_is_named_without_its_codes() -> None:
    after = build_run(SAID[:4], withdrawn=["P4"])
    changes = compare(build_run(), after)
    change = pick(changes, "rating")
    assert change["causes"] == "codings; consent"
    assert change["because"] == (
        "An interview was withdrawn, and the codings changed as well."
    )
    assert "help" not in changes.to_string()


def test_a_withdrawal_that_moves_no_rating_is_told_of_the_study_alone() -> None:
    changes = compare(build_run(SAID[:3]), build_run(SAID[:3], withdrawn=["P5"]))
    assert changes["claim_id"].to_list() == [""]
    because = "1 interview was withdrawn. Which counts it changed is not told."
    assert changes["because"].to_list() == [because]


def test_an_interview_that_comes_back_is_a_matter_of_consent() -> None:
    change = pick(compare(build_run(withdrawn=["P4"]), build_run()), "rating")
    assert change["causes"] == "consent"
    assert change["because"].startswith("An interview that was left out is counted")


def test_a_person_who_may_not_be_analysed_any_more_has_withdrawn() -> None:
    after = build_run(withdrawn=["P4"])
    people = after["respondents"].assign(withdrawn_on="")
    people["may_analyse"] = people["respondent_id"].map(lambda n: "no" * (n == "P4"))
    people["may_analyse"] = people["may_analyse"].replace("", "yes")
    after = {**after, "respondents": people}
    assert pick(compare(build_run(), after), "rating")["causes"] == "consent"


def test_a_person_taken_out_altogether_is_told_as_a_withdrawal() -> None:
    after = build_run(withdrawn=["P4"])
    kept = after["respondents"][after["respondents"]["respondent_id"].ne("P4")]
    change = pick(compare(build_run(), {**after, "respondents": kept}), "rating")
    assert change["causes"] == "consent"


def test_an_interview_taken_out_without_a_withdrawal_is_data() -> None:
    after = build_run(withdrawn=["P4"])
    people = after["respondents"].assign(withdrawn_on="")
    changes = compare(build_run(), {**after, "respondents": people})
    assert pick(changes, "rating")["causes"] == "data"
    assert pick(changes, "count")["because"] == "Document P4 was taken out."


def test_words_that_a_corrected_transcript_lost_are_data() -> None:
    after = build_run(SAID[:4])
    lost = pd.DataFrame({"coding_id": ["c5"], "status": "orphaned"})
    change = pick(compare(build_run(), {**after, "anchors": lost}), "count")
    assert change["causes"] == "data"
    assert change["because"] == "The words of 1 coding are no longer found in P5."


def test_a_turn_given_to_another_speaker_is_data() -> None:
    before, after = build_run(), build_run()
    fifth = after["turns"]["document_id"].eq("P5")
    turns = after["turns"].assign(
        respondent_id=after["turns"]["respondent_id"].mask(fifth, "P4")
    )
    counts = after["claims"].assign(n=4, contradicts=1, strength="moderate")
    kept = after["evidence"][after["evidence"]["respondent_id"].ne("P5")]
    after = {**after, "turns": turns, "evidence": kept, "claims": counts}
    change = pick(compare(before, after), "rating")
    assert change["causes"] == "data"
    assert change["because"] == "Who speaks in P5 was set anew."


def test_a_code_moved_below_the_one_a_claim_names_is_the_codebook() -> None:
    said = (*SAID[:4], ("c5", "P5", "pay", "contradicts"))
    before, after = build_run(said), build_run(said, codes={**CODES, "pay": "help"})
    change = pick(compare(before, after), "count")
    assert change["causes"] == "codebook"
    assert change["because"] == "Code pay stands elsewhere in the codebook."


def test_codings_of_a_code_below_the_one_a_claim_names_explain_it() -> None:
    said = (*SAID[:4], ("c5", "P5", "help.calm", "contradicts"))
    change = pick(compare(build_run(SAID[:4]), build_run(said)), "count")
    assert change["because"] == "1 coding of help.calm was added by ana."


def test_recoding_after_a_new_definition_names_both() -> None:
    after = build_run(SAID[:4])
    codes = after["codes"].assign(definition="Another one.")
    change = pick(compare(build_run(), {**after, "codes": codes}), "count")
    assert change["causes"] == "codebook; codings"
    assert change["because"] == (
        "1 coding of help was removed by ana; what help means was changed."
    )


def test_a_code_that_was_replaced_is_the_codebook() -> None:
    codes = {"aid": "", **{k: v for k, v in CODES.items() if k != "pay"}}
    before = build_run(
        (*SAID[:4], ("c5", "P5", "pay", "contradicts")),
        claims=[{**CLAIM, "codes": "help; pay"}],
    )
    after = build_run(
        (*SAID[:4], ("c5", "P5", "aid", "contradicts")),
        codes=codes,
        claims=[{**CLAIM, "codes": "help"}],
    )
    change = pick(compare(before, after), "count")
    assert "codebook" in change["causes"]
    assert "The code pay was replaced" in change["because"]


def test_another_threshold_is_told_with_its_numbers() -> None:
    rules = Rule(), Rule(contested=0.45)
    settings = tuple({"strength": rule.model_dump(mode="json")} for rule in rules)
    before, after = (build_run(rule=rule) for rule in rules)
    changes = compare(before, after, settings=(settings[0], settings[1]))
    assert changes["kind"].to_list() == ["rating"]
    assert changes["causes"].to_list() == ["rule"]
    because = "In study.toml, contested went from 0.40 to 0.45."
    assert changes["because"].to_list() == [because]


def test_a_rule_that_rates_this_claim_the_same_is_no_cause() -> None:
    rules = Rule(), Rule(with_a_stake=("cook",))
    settings = tuple({"strength": rule.model_dump(mode="json")} for rule in rules)
    before, after = build_run(rule=rules[0]), build_run(SAID[:4], rule=rules[1])
    changes = compare(before, after, settings=(settings[0], settings[1]))
    assert pick(changes, "rating")["causes"] == "codings"


def test_where_the_settings_are_not_recorded_the_file_is_named() -> None:
    after = build_run(rule=Rule(contested=0.45))
    inputs = {"study.toml": "1"}, {"study.toml": "2"}
    change = pick(compare(build_run(), after, inputs=inputs), "rating")
    assert change["causes"] == "rule"
    assert change["because"] == "The settings in study.toml changed."


def test_a_coder_who_counts_now_is_the_rule() -> None:
    said = (*SAID, ("bo-1", "P5", "help", "supports"))
    change = pick(compare(build_run(said, uncounted=["bo"]), build_run(said)), "count")
    assert change["causes"] == "rule"
    assert change["because"] == "The codings of bo count now."


def test_a_person_in_another_group_is_the_rule() -> None:
    before, after = build_run(), build_run()
    evidence = after["evidence"]
    evidence = evidence.assign(group=evidence["group"].replace("doctor", "nurse"))
    rating = after["claims"].assign(strength="limited")
    change = pick(
        compare(before, {**after, "evidence": evidence, "claims": rating}), "rating"
    )
    assert change["causes"] == "rule"
    assert change["because"] == "2 people are counted in another group."


def test_other_codes_named_for_a_claim_are_the_claims() -> None:
    said = (*SAID[:4], ("c5", "P5", "pay", "contradicts"))
    after = build_run(said, claims=[{**CLAIM, "codes": "help; pay"}])
    changes = compare(build_run(said), after)
    assert pick(changes, "count")["causes"] == "claims"
    assert pick(changes, "statement")["after"] == "help; pay"


def test_new_codes_of_a_claim_are_not_shown_beside_a_withdrawal() -> None:
    claim = {**CLAIM, "codes": "help; pay"}
    after = build_run(withdrawn=["P4"], claims=[claim])
    change = pick(compare(build_run(), after), "statement")
    assert (change["before"], change["after"]) == ("", "")


@pytest.mark.parametrize(
    ("column", "because"),
    [
        ("statement", "It was reworded in claims.yaml."),
        ("rivals", "Its rivals changed in claims.yaml."),
    ],
)
def test_a_statement_written_anew_shows_both(column: str, because: str) -> None:
    runs = [build_run(claims=[{**CLAIM, column: text}]) for text in ("A.", "B.")]
    changes = compare(*runs)
    assert changes["kind"].to_list() == ["statement"]
    change = pick(changes, "statement")
    assert (change["before"], change["after"]) == ("A.", "B.")
    assert change["because"] == because


def test_claims_that_come_and_go_are_told_once_each() -> None:
    other = {"claim_id": "K2", "kind": "finding", "statement": "It hurt."}
    changes = compare(build_run(claims=[CLAIM]), build_run(claims=[other]))
    assert changes["kind"].to_list() == ["claim added", "claim gone"]
    assert changes["causes"].to_list() == ["claims", "claims"]
    assert changes["claim_id"].to_list() == ["K2", "K1"]


def test_a_change_that_nothing_explains_says_so_loudly() -> None:
    after = build_run()
    after = {**after, "claims": after["claims"].assign(strength="strong")}
    change = pick(compare(build_run(), after), "rating")
    assert change["causes"] == "unexplained"
    assert change["because"].startswith("UNEXPLAINED")


def test_a_quotation_whose_coding_was_removed_shows_its_words() -> None:
    before = build_run(quoted=["c1", "c5"])
    change = pick(compare(before, build_run(SAID[:4], quoted=["c1"])), "quotation")
    assert change["before"] == "“words of c5” (a person)"
    assert change["because"] == "1 coding of help was removed by ana."


def test_a_quotation_corrected_in_the_transcript_is_data() -> None:
    before, after = build_run(quoted=["c1"]), build_run(quoted=["c1"])
    first = after["codings"]["coding_id"].eq("c1")
    words = after["codings"]["quotation"].mask(first, "new words")
    after = {
        **after,
        "codings": after["codings"].assign(quotation=words),
        "documents": after["documents"].assign(sha256="1"),
        "quotations": after["quotations"].assign(words="new words"),
    }
    change = pick(compare(before, after), "quotation")
    assert change["causes"] == "data"
    assert change["because"] == "Document P1 was corrected."
    assert change["after"] == "“new words” (a person)"


def test_a_quotation_that_may_not_be_printed_any_more_is_a_number() -> None:
    after = build_run()
    quote = after["respondents"]["respondent_id"].map({"P1": "no"}).fillna("yes")
    after = {**after, "respondents": after["respondents"].assign(may_quote=quote)}
    changes = compare(build_run(quoted=["c1"]), after)
    assert changes["kind"].to_list() == ["quotation"]
    assert changes["because"].to_list() == [
        "1 quotation is gone: what may be quoted changed."
    ]
    assert changes["before"].to_list() == [""]


def test_the_quotation_printed_in_a_withdrawn_ones_place_is_a_number() -> None:
    before = build_run(quoted=["c4"])
    changes = compare(before, build_run(withdrawn=["P4"], quoted=["c5"]))
    assert changes[changes["kind"].eq("quotation")]["because"].to_list() == [
        "1 quotation is printed that was not before.",
        "1 quotation is gone with a withdrawn interview.",
    ]
    assert "words of" not in changes.to_string()


def test_a_quotation_chosen_anew_because_of_k_is_the_rule() -> None:
    runs = build_run(quoted=["c1"]), build_run(quoted=[])
    change = pick(compare(*runs, settings=({"k": 3}, {"k": 4})), "quotation")
    assert change["because"] == "In study.toml, k went from 3 to 4."


def test_a_verdict_on_a_quotation_is_the_claims() -> None:
    runs = build_run(quoted=["c1"]), build_run(quoted=[])
    inputs = {"verdicts.csv": "1"}, {"verdicts.csv": "2"}
    assert pick(compare(*runs, inputs=inputs), "quotation")["causes"] == "claims"


def strip_ids(run: Run) -> Run:
    """What a funder's run holds of a run."""
    quotations = run["quotations"].drop(columns="coding_id")
    kept = {name: run[name] for name in ("statements", "claims")}
    return {**kept, "quotations": quotations}


def test_without_ids_the_files_that_differ_are_the_causes() -> None:
    before, after = strip_ids(build_run()), strip_ids(build_run(SAID[:4]))
    inputs = (
        {"codings/ana.jsonl": "1", "claims.yaml": "1"},
        {"codings/ana.jsonl": "2", "claims.yaml": "2"},
    )
    changes = compare(before, after, inputs=inputs)
    assert changes["causes"].to_list() == ["codings", "codings"]
    assert changes["because"].to_list() == ["The codings changed."] * 2


def test_without_ids_several_files_leave_open_which_it_was() -> None:
    before, after = strip_ids(build_run()), strip_ids(build_run(SAID[:4]))
    inputs = {"codings/a": "1", "codebook.yaml": "1"}, {"codebook.yaml": "2"}
    change = pick(compare(before, after, inputs=inputs), "rating")
    assert change["causes"] == "codebook; codings"
    assert change["because"].startswith("One or more of these did it: the codebook")


def test_without_ids_a_withdrawal_is_as_discreet() -> None:
    before = strip_ids(build_run(quoted=["c4"]))
    after = strip_ids(build_run(withdrawn=["P4"]))
    inputs = (
        {"respondents.csv": "1", "transcripts/P4.txt": "1"},
        {"respondents.csv": "2"},
    )
    changes = compare(before, after, inputs=inputs)
    assert changes["kind"].to_list() == ["rating", "quotation"]
    assert set(changes["causes"]) == {"consent"}
    assert changes["because"].iloc[1] == (
        "1 quotation is gone with a withdrawn interview."
    )
    assert "The rating rose because fewer" in changes["because"].iloc[0]


def test_without_ids_nobody_withdrew_where_as_many_did_before() -> None:
    before, after = strip_ids(build_run()), strip_ids(build_run(withdrawn=["P4"]))
    inputs = {"respondents.csv": "1"}, {"respondents.csv": "2"}
    people = {"people": {"heard": 5, "withdrawn": 0}}
    changes = compare(before, after, inputs=inputs, settings=(people, people))
    assert pick(changes, "rating")["because"].startswith("What people agreed to")


def test_a_finding_that_vanishes_without_a_reason_is_found() -> None:
    before = pd.DataFrame(
        {
            "claim_id": ["K1", "K2", "K3", "O1", "L1"],
            "kind": ["finding", "finding", "finding", "question", "lesson"],
        }
    )
    dropped = {"K2": "merged into K1", "K3": " "}
    found = find_vanished(before, before.iloc[:1], dropped)
    assert found == ["K3", "O1"]


def test_evidence_that_left_with_a_person_needs_no_coding_to_be_consent() -> None:
    before, after = build_run(), build_run(withdrawn=["P4"])
    without = [{**run, "codings": run["codings"].iloc[:3]} for run in (before, after)]
    assert pick(compare(*without), "rating")["causes"] == "consent"


def test_a_person_under_another_id_has_not_withdrawn() -> None:
    before, after = build_run(quoted=["c4"]), build_run()
    for name in ("respondents", "documents", "turns"):
        ids = after[name]["respondent_id"].replace("P4", "Q4")
        after[name] = after[name].assign(respondent_id=ids)
    assert "consent" not in {*compare(before, after)["causes"]}


def test_corrected_words_do_not_explain_another_direction() -> None:
    before = build_run()
    after = build_run((*SAID, ("c6", "P4", "help", "supports")))
    fourth = after["codings"]["coding_id"].eq("c4")
    words = after["codings"]["quotation"].mask(fourth, "corrected")
    after = {
        **after,
        "codings": after["codings"].assign(quotation=words),
        "documents": after["documents"].assign(sha256="1"),
    }
    assert pick(compare(before, after), "count")["causes"] == "codings"


def test_a_rule_of_which_only_the_file_is_known_stands_beside_a_withdrawal() -> None:
    after = build_run(withdrawn=["P4"])
    inputs = {"study.toml": "1"}, {"study.toml": "2"}
    change = pick(compare(build_run(), after, inputs=inputs), "rating")
    assert change["causes"] == "consent; rule"
    assert "nothing else" not in change["because"]


def test_a_title_changed_in_study_toml_is_no_rule() -> None:
    before, after = strip_ids(build_run()), strip_ids(build_run(SAID[:4]))
    same = {"strength": {}, "k": 3, "report_groups": {}, "coders": {}}
    inputs = {"study.toml": "1", "codings/a": "1"}, {"study.toml": "2"}
    changes = compare(before, after, inputs=inputs, settings=(same, same))
    assert pick(changes, "rating")["causes"] == "codings"


def test_a_fact_about_people_is_data_where_nobody_changed_their_consent() -> None:
    before, after = build_run(quoted=["c1"]), build_run(quoted=["c1"])
    named = after["quotations"].assign(attribution="a nurse")
    inputs = {"respondents.csv": "1"}, {"respondents.csv": "2"}
    changes = compare(before, {**after, "quotations": named}, inputs=inputs)
    assert pick(changes, "quotation")["causes"] == "data"


def test_a_rating_that_rises_with_a_person_who_came_back_is_not_explained_away() -> (
    None
):
    runs = build_run(SAID[:4], withdrawn=["P2"]), build_run(SAID[:4])
    change = pick(compare(*runs), "rating")
    assert (change["before"], change["after"]) == ("limited", "moderate")
    assert "fewer people" not in change["because"]


def test_a_sentence_names_four_things_and_counts_the_rest() -> None:
    codes = {"help": "", **dict.fromkeys("abcdef", "help")}
    more = [(f"d{c}", "P4", c, "supports") for c in "abcdef"]
    runs = build_run(codes=codes), build_run([*SAID, *more], codes=codes)
    because = pick(compare(*runs), "count")["because"]
    assert because.count("was added by ana") == 4
    assert because.endswith("; and 2 more.")


def test_a_claim_also_written_anew_is_not_said_to_be_the_same_besides() -> None:
    after = build_run(withdrawn=["P4"], claims=[{**CLAIM, "statement": "It did."}])
    change = pick(compare(build_run(), after), "rating")
    assert change["because"].startswith("An interview was withdrawn. The rating rose")
