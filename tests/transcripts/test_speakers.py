from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.transcripts.source import Source, SourceBuilder
from evalkit.transcripts.speakers import find_turns


def turns_of(text: str, **listed: str) -> list[tuple[str, str, str]]:
    found = find_turns(Source(text), listed=listed)
    return [(t.speaker, t.role, text[t.start : t.end]) for t in found.turns]


def unsure_of(text: str) -> list[str]:
    return [each.speaker for each in find_turns(Source(text)).unsure]


def test_interviewer_and_respondent_alternate():
    assert turns_of("I: And then?\nR: We left.\n") == [
        ("I", "interviewer", "And then?"),
        ("R", "respondent", "We left."),
    ]


def test_a_note_inside_speech_is_not_a_turn():
    text = "I: Go on.\nR: We talked.\nNote: we stopped here\nand went on.\nI: Yes?\n"
    assert turns_of(text)[1] == (
        "R",
        "respondent",
        "We talked.\nNote: we stopped here\nand went on.",
    )


def test_a_name_that_stands_once_is_named_not_believed():
    text = "I: Who came?\nR: My aunt.\nMaria: she was late\nI: And?\nR: That was all.\n"
    assert [speaker for speaker, *_ in turns_of(text)] == ["I", "R", "I", "R"]
    assert unsure_of(text) == ["Maria"]


def test_a_name_that_recurs_is_believed():
    text = "Interviewer: Hm?\nMaria Lopez: One.\nInterviewer: And?\nMaria Lopez: Two."
    assert turns_of(text)[1] == ("Maria Lopez", "respondent", "One.")


def test_a_listed_label_is_believed_at_once_and_has_its_role():
    text = "Interviewer: Hm?\nDolores: One.\nInterviewer: And?\n"
    assert turns_of(text, dolores="interpreter")[1][:2] == ("Dolores", "interpreter")


def test_a_label_listed_as_no_speaker_is_never_believed():
    text = "I: Hm?\nR: One.\nResult: two\nResults: x\nI: And?\nGroup A: b\nGroup A: c\n"
    assert "Group A" in [speaker for speaker, *_ in turns_of(text)]
    listed = turns_of(text, **{"Group A": "not_a_speaker"})
    assert "Group A" not in [speaker for speaker, *_ in listed]


@pytest.mark.parametrize("label", ["I", "Interviewer", "MODERATOR", "Chercheur", "Q"])
def test_well_known_interviewer_labels_get_the_role(label: str):
    text = f"{label}: Why?\nAnna: So.\n{label}: And?\nAnna: Well.\n"
    assert [role for _, role, _ in turns_of(text)] == ["interviewer", "respondent"] * 2


def test_a_misspelt_interviewer_is_an_interviewer_and_is_named():
    text = "[Checheur] (0:02 - 0:05)\nWhy?\n[Interviewe] (0:05 - 0:06)\nSo.\n" * 2
    assert [role for _, role, _ in turns_of(text)][:2] == ["interviewer", "respondent"]
    assert unsure_of(text) == ["Checheur"]


def test_without_a_known_interviewer_nobody_is_guessed():
    text = "Anna: Why?\nBen: So.\nAnna: And?\nBen: Well.\n"
    assert {role for _, role, _ in turns_of(text)} == {"other"}
    assert unsure_of(text) == ["Anna", "Ben"]


@pytest.mark.parametrize(
    ("text", "speaker", "seconds"),
    [
        ("[Chercheur] (0:01 - 0:11)\nBonjour.\n[Interviewe] (0:11 - 0:15)\nOui.", 0, 1),
        ("[00:12:31] I: Why?\n[00:12:35] R: So.", 0, 751),
        ("I (12:31): Why?\nR (12:35): So.", 0, 751),
        ("Interviewer  12:31\nWhy?\nRespondent  12:35\nSo.", 0, 751),
        ("12:31 Interviewer\nWhy?\n12:35 Respondent\nSo.", 0, 751),
        ("00:12:31\nI: Why?\n00:12:35\nR: So.", 0, 751),
        (
            "[Chercheur] (20:58 – 21\xa0:12)\nBon.\n[Interviewe] (21:12- 21:15)\nOui",
            1,
            1272,
        ),
    ],
)
def test_a_time_may_stand_on_either_side(text: str, speaker: int, seconds: int):
    turns = find_turns(Source(text)).turns
    assert len(turns) == 2
    assert turns[speaker].started_at == seconds
    assert not any(c.isdigit() for t in turns for c in text[t.start : t.end])


def test_a_label_on_its_own_line_takes_what_follows():
    assert turns_of("Dan: \n Okay.\nParticipant: \n Yes.\nwell\nDan: \n So.")[1] == (
        "Participant",
        "respondent",
        "Yes.\nwell",
    )


def test_bold_labels_in_markdown_are_labels():
    text = "**Interviewer:** Why?\n\n**Respondent**: So.\n\n**Interviewer:** And?\n"
    assert [t[0] for t in turns_of(text)] == [
        "Interviewer",
        "Respondent",
        "Interviewer",
    ]
    assert turns_of(text)[0][2] == "Why?"


def test_bold_questions_are_the_interviewers_and_that_is_said():
    builder = SourceBuilder()
    for question in ("Why did you leave?", "And then?"):
        builder.add(question, bold=True)
        builder.add("Because of the road.")
    found = find_turns(builder.build())
    assert [t.role for t in found.turns] == ["interviewer", "respondent"] * 2
    assert [each.speaker for each in found.unsure] == ["(bold)"]


def test_a_bold_question_inside_an_answer_is_not_the_respondents():
    builder = SourceBuilder()
    for line in ("Chercheur: Bon.", "Interviewe: Oui."):
        builder.add(line)
    builder.add("2 - Et la suite ?", bold=True)
    for line in ("Voilà.", "Chercheur: Merci.", "Interviewe: Merci."):
        builder.add(line)
    source = builder.build()
    found = find_turns(source)
    said = {source.text[t.start : t.end]: t.role for t in found.turns}
    assert said["2 - Et la suite ?"] == "other"
    assert said["Voilà."] == "respondent"
    assert "(bold)" in [each.speaker for each in found.unsure]


def test_where_only_the_moderator_is_labelled_the_rest_has_no_speaker():
    text = (
        "Okay, I am in.\nMODERATOR: Read the tab.\nI read it.\nMODERATOR: Good.\nFine."
    )
    assert [(s, r) for s, r, _ in turns_of(text)] == [
        ("", "other"),
        ("MODERATOR", "interviewer"),
        ("", "other"),
        ("MODERATOR", "interviewer"),
        ("", "other"),
    ]
    assert unsure_of(text) == [""]


def test_two_rows_of_one_speaker_are_two_turns_but_cues_join():
    rows, cues = SourceBuilder(), SourceBuilder()
    for words in ("One.", "Two."):
        rows.add(words, speaker="R")
        cues.add(words, speaker="R", joins_previous=True)
    assert len(find_turns(rows.build()).turns) == 2
    assert len(find_turns(cues.build()).turns) == 1


LINES = st.lists(
    st.text(alphabet="IRMaé:[]()0123 \t\n*éß𝄞 ̈שלום", max_size=40), max_size=12
)


@given(LINES)
def test_turns_are_stripped_ordered_and_never_overlap(lines: list[str]):
    text = "\n".join(lines)
    end = 0
    for turn in find_turns(Source(text)).turns:
        words = text[turn.start : turn.end]
        assert words == words.strip() != ""
        assert turn.start >= end
        end = turn.end


def test_a_hundred_thousand_characters_without_a_label_do_not_hang():
    for line in ("a" * 100_000, "A b " * 25_000, "1:23 " * 20_000, ": " * 50_000):
        find_turns(Source(line))


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("00:12 Maria Lopez\nYes.\n00:15 Jo Bo\nNo.\n" * 2, ["Maria Lopez", "Jo Bo"]),
        ("> I: Why?\n> R: So.\n", ["I", "R"]),
        ("- **I:** Why?\n- **R:** So.\n", ["I", "R"]),
        (
            "Interviewer\u202f: Bon ?\nE\u0301lise\u202f: Oui.\n" * 2,
            ["Interviewer", "É"],
        ),
        ("Interviewer：为什么？\n李明：因为。\n" * 2, ["Interviewer", "李明"]),
        ("المحاور: لماذا؟\nليلى: لأن.\n" * 2, ["المحاور", "ليلى"]),
    ],
)
def test_labels_of_many_hands_are_found(text: str, speakers: list[str]):
    found = [t.speaker for t in find_turns(Source(text)).turns][:2]
    assert [f[: len(s)] for f, s in zip(found, speakers, strict=True)] == [
        s if s != "É" else "E" for s in speakers
    ]


@pytest.mark.parametrize(
    "aside", ["[unclear] and then left.", "[Laughter] (0:12)", "I"]
)
def test_an_aside_or_a_broken_line_stays_in_its_turn(aside: str):
    text = f"I: Who?\nR: He said\n{aside}\nand so on.\nI: And?\nR: Yes.\n"
    assert [t[0] for t in turns_of(text)] == ["I", "R", "I", "R"]
    assert aside in turns_of(text)[1][2]


def test_words_before_the_first_speaker_are_named():
    lost = "We came in a long time before the others did, and it was raining hard."
    found = find_turns(Source(f"{lost}\nI: Why?\nR: So.\nI: And?\nR: Yes."))
    assert [each.speaker for each in found.unsure] == [""]
    assert "before the first speaker" in found.unsure[0].what
