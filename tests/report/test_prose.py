"""Each fault planted in prose stops the funder's report with a line of its own."""

from __future__ import annotations

import pytest

from evalkit.report.identifying import find_contacts
from evalkit.report.intensifiers import find_intensifiers
from evalkit.report.marks import find_marked
from evalkit.report.opened import Report
from tests.report.planted import assert_stopped, refuse

# What an evaluator writes -> what the line says.
PROSE = {
    "words that were changed": (
        "> “We trust the wine now.” — K1",
        "“We trust the wine now.” stands in no transcript",
    ),
    "two people's words in one quotation": (
        "> “We trust the water now. … we give it to the children.” — K1",
        "stands in no transcript in one person's words",
    ),
    "two turns of one person in one quotation": (
        "> “drank. … The harvest grew a little” — K1",
        "stands in no transcript in one person's words",
    ),
    "two documents of one person in one quotation": (
        "> “We sold more at the market. … The pump broke twice” — K3",
        "stands in no transcript in one person's words",
    ),
    "words of a passage that was refused": (
        "> “The ministry paid for half of the pipes.” — K4",
        "may not be quoted: its speaker refused this passage",
    ),
    "words that share little with a refused passage": (
        "> “The ministry paid for half” — K4",
        "may not be quoted: its speaker refused this passage",
    ),
    "words that go on into a refused passage": (
        "> “clean water in their bottles. The pupils come earlier” — K1",
        "may not be quoted: its speaker refused this passage",
    ),
    "a refused passage, beside the coding that is named": (
        "He said “half of the pipes were not”, and “paid for half of” them.",
        "may not be quoted",
    ),
    "words of a person who said no": (
        "> “I tell the pupils that the water is safe” — K1",
        "may not be quoted: its speaker did not agree",
    ),
    "words of a person asked each time, who did not agree to these": (
        "> “My superior would rather I had said nothing”",
        "its speaker is asked for each passage",
    ),
    "words around those that a person agreed to": (
        "> “stopped within a year. My superior would rather” — K1",
        "its speaker is asked for each passage",
    ),
    "words of a person who agreed to a paraphrase only": (
        "Others “saw children carry clean water home” too.",
        "may not be quoted: its speaker did not agree",
    ),
    "an interviewer's words": (
        "They asked “what did the well change for you” first.",
        "an interviewer's words",
    ),
    "a left-out word that denies": (
        "> “It was … easy then.” — K2",
        "leaves out a word that denies",
    ),
    "a word that denies put in": (
        "> “The water is [not] good and we give it” — K1",
        "leaves out a word that denies",
    ),
    "a beginning within a word": (
        "> “he pump broke twice, and my cousin” — K3",
        "stands in no transcript",
    ),
    "can, cut from cannot": (
        "> “Our harvest can” — K2",
        "stands in no transcript",
    ),
    "what two people said, without whom": (
        "Both said “The committee met on Mondays” of it.",
        "was said by 2 people (D4, D9)",
    ),
    "an attribution by hand": (
        "> “We trust the water now.” — a farmer of the valley, K1",
        "'a' is no claim, document or respondent",
    ),
    "words that nobody coded": (
        "One “bicycle chain mended it” … “with a bicycle chain”, so “The water is good "
        "and” so on. “the dry months. We sold more” is coded, “every single day” short, "
        "“We sold more at the market” not.",
        "“We sold more at the market” is coded nowhere",
    ),
    "words that are coded for another claim": (
        "> “The harvest grew a little” — K1",
        "is coded nowhere for K1",
    ),
    "a quotation mark that does not close": (
        "He said “we never saw any of the money\n\nNext paragraph.",
        "its quotation mark does not close",
    ),
    "a made-up quotation in single marks": (
        "He said ‘we never saw any of the money’ once.",
        "“we never saw any of the money” stands in no transcript",
    ),
    "a made-up quotation in German marks": (
        "He said „we never saw any of the money“ once.",
        "stands in no transcript",
    ),
    "a made-up quotation in entities": (
        "He said &ldquo;we never saw any of the money&rdquo; once.",
        "stands in no transcript",
    ),
    "a made-up quotation around a true one": (
        "“We trust the water now. She said “it is sweet” and all lied to us.”",
        "stands in no transcript",
    ),
    "a quotation over two lines that is made up": (
        'He said "we never saw\nany of the money" once.',
        "stands in no transcript",
    ),
    "a blockquote by hand": (
        "<blockquote>We never saw it.</blockquote>",
        "“We never saw it.” stands as a quotation that nobody checked",
    ),
    "an inline quotation by hand": (
        "It was <q>never</q> said.",
        "“never” stands as a quotation that nobody checked",
    ),
    "a quotation in a list": (
        "- > We never saw it.",
        "stands as a quotation that nobody checked",
    ),
    "a respondent's id": ("As P4 told us.", "it names P4"),
    "a respondent's id in small letters in a heading": ("## X10’s view", "names X10"),
    "a document's id": ("See D1b.", "it names D1b"),
    "an id between hyphens": ("From P7–P9 we heard it; P2-P3 agree.", "it names P2"),
    "an id in a comment": ("Text. <!-- ask P4 again -->", "it names P4"),
    "an id in alternative text": (
        "![P4 at the well](data:image/png;base64,AAAA)",
        "it names P4",
    ),
    "an address": ("Write to Ana.B@example.org now.", "it holds an address (Ana…)"),
    "a telephone number": ("Call +44 20 7946 0958.", "a number like a telephone's"),
    "a national telephone number": ("At (079) 123-45-67.", "like a telephone's"),
    "a group finer than k": (
        "One inspector saw it.",
        "“inspector” describes 1 person, fewer than k = 3",
    ),
    "an attribute and group finer than k": (
        "One new official disagreed.",
        "“new official” describes 2 people, fewer than k = 3",
    ),
    "the one of a small group who speaks": (
        "The senior inspector said so.",
        "“inspector” describes 1 person",
    ),
    "massively, above a moderate claim": (
        "K2 matters: it massively changed lives.",
        "“massively” stands above K2, which is moderate",
    ),
    "massively, under the number of a moderate claim": (
        "Of them {K2: supports} speak of it.\n\nIt changed massively.",
        "“massively” stands above K2, which is moderate",
    ),
    "not only massive": (
        "By K2 it was not only massive.",
        "“massive” stands above K2",
    ),
    "a number that the evidence does not give": (
        "So {K2: foo} people.",
        "{K2: foo} is no number that the evidence gives",
    ),
    "a number of an unknown claim": ("So {K7: supports}.", "{K7: supports} is no number"),
    "a picture without alternative text": (
        "![](data:image/png;base64,AAAA)",
        "a picture has no alternative text",
    ),
    "a drawing without a title": (
        '<svg width="2"><path d="M0 0"/></svg>',
        "a figure has no alternative text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", PROSE)
def test_prose_is_stopped_by(fault: str, opened: Report):
    source, says = PROSE[fault]
    assert_stopped(refuse(opened, "A heading.", source), says, place=2)


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("“a” and “b c”", [("a", True), ("b c", True)]),
        ("“a “b” c”", [("a “b” c", True)]),
        ("«\u202fa “b” c\u202f»", [("a “b” c", True)]),
        ("„a“ and „b”", [("a", True), ("b", True)]),
        ("\"a 'b' c\"", [("a 'b' c", True)]),
        ("‘the farmers’ well’ is", [("the farmers", True)]),
        ("the farmers’ and teachers’ wells", []),
        ('5" and 6" pipes', []),
        ("“a\n\nb”", [("a", False)]),
        ("“a\nb”", [("a\nb", True)]),
        ("”b", []),
        ("", []),
    ],
)
def test_quotation_marks_open_and_close(said: str, marked: list[tuple[str, bool]]):
    assert [*find_marked(said)] == marked


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("A massive, decisive step", ["massive", "decisive"]),
        ("MASSIVELY", ["MASSIVELY"]),
        ("not only massive", ["massive"]),
        ("no doubt massive", ["massive"]),
        ("not a massive step", []),
        ("it wasn’t massive", []),
        ("far from entirely welcome", []),
        ("ce n’est pas massif", []),
        ("un effet massif", ["massif"]),
        ("whether it was crucial; a crucial point", ["crucial"]),
        ("essential medicines, essential help", ["essential"]),
        ("statistically significant, significant", ["significant"]),
        ("it proved hard, and proved it", ["proved"]),
        ("a mass meeting, vastness, the Massif-Central", []),
    ],
)
def test_an_intensifier_is_what_says_too_much(said: str, found: list[str]):
    assert find_intensifiers(said) == found


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("+44 20 7946 0958", "+44"),
        ("00 41 79 123 45 67", "00 "),
        ("06 12 34 56 78", "06 "),
        ("(079) 123-45-67", "(07"),
        ("555-123-4567", "555"),
        ("0612345678", "061"),
        ("791234567", "791"),
        ("call me on 555 01 23", "555"),
        ("WhatsApp: 5550123", "555"),
    ],
)
def test_a_telephone_number_is_known_by_how_it_begins(said: str, begins: str):
    (found,) = find_contacts(f"It is {said}, he said.")
    assert found[0] == f"it holds a number like a telephone's ({begins}…)"
