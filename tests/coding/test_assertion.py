from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from evalkit.coding.assertion import (
    Assertion,
    assert_spans,
    is_counterfactual,
    propose,
    read_spans,
)

ENGLISH, FRENCH = spacy.blank("en"), spacy.blank("fr")
SUPPORTS = ("supports", "asserted", "")


def read(text: str, words: str, language: Any = ENGLISH) -> Assertion:
    """Read the last place where the words stand."""
    start = text.rindex(words)
    return read_spans(language(text), [(start, start + len(words))])[0]


def labels(text: str, words: str, language: Any = ENGLISH) -> str:
    assertion = read(text, words, language)._asdict()
    return " ".join(name for name, has in assertion.items() if has is True)


def test_i_do_not_think_it_helped_denies_the_complement_with_some_doubt() -> None:
    for verb in ("think", "believe", "really feel", "suppose"):
        text = f"I don't {verb} it strengthened the clinic."
        assert labels(text, "strengthened") == "negated hedged"


def test_what_somebody_did_not_know_or_notice_is_still_so() -> None:
    for verb in ("know", "realise", "even notice"):
        text = f"We didn't {verb} it strengthened the clinic."
        assert labels(text, "strengthened") == ""
        assert labels(text, verb.split()[-1]) == "negated"
    assert labels("They did not notice any change.", "change") == "negated"
    text = "I didn't know whether it strengthened the clinic."
    assert labels(text, "strengthened") == "hedged"


def test_a_negative_subject_denies_its_clause_and_no_more() -> None:
    for subject in ("Nobody", "None of the mayors", "Nothing", "No one", "No mayor"):
        text = f"{subject} strengthened the clinic, but the school grew."
        assert labels(text, "strengthened") == "negated"
        assert labels(text, "grew") == ""


def test_neither_and_nor_deny_each_their_own() -> None:
    text = "Neither the clinic nor the school gained visitors."
    assert labels(text, "clinic") == labels(text, "school") == "negated"
    assert labels(text, "visitors") == "negated"


def test_who_failed_lacked_refused_or_declined_did_not_do_it() -> None:
    for verb in ("failed to", "refused to", "neglected to", "declined to"):
        assert labels(f"The council {verb} answer.", "answer") == "negated"
    assert labels("The council lacked money.", "money") == "negated"
    assert labels("There was a lack of money.", "money") == "negated"


def test_without_denies_unless_it_could_not_have_happened_without() -> None:
    assert labels("They worked without wages.", "wages") == "negated"
    affirmed = "counterfactual doubly_negated"
    for text in (
        "The reform could not have happened without the medal.",
        "Without the medal, the reform would never have happened.",
        "But for the medal, the reform would not have happened.",
    ):
        assert labels(text, "medal") == affirmed
        assert labels(text, "happened").replace("hedged ", "") == affirmed
        assert propose(read(text, "medal"))[0] == "supports"
    text = "Without the medal it would have stopped."
    assert labels(text, "medal") == "counterfactual"


def test_not_only_but_also_affirms_both() -> None:
    text = "It not only opened doors but also brought visitors."
    assert labels(text, "opened") == labels(text, "brought") == ""


@pytest.mark.parametrize("phrase", ["No doubt", "No question,", "No wonder"])
def test_no_doubt_affirms(phrase: str) -> None:
    assert labels(f"{phrase} it opened doors.", "opened") == ""
    assert labels("There is no doubt it opened doors.", "opened") == ""


@pytest.mark.parametrize("phrase", ["instead of", "rather than", "except"])
def test_the_side_set_aside_is_contrasted_rather_than_denied(phrase: str) -> None:
    text = f"It brought visitors {phrase} money."
    assert labels(text, "visitors") == ""
    assert labels(text, "money") == "contrasted"


@pytest.mark.parametrize("adverb", ["hardly", "barely", "scarcely"])
def test_hardly_denies_with_some_doubt(adverb: str) -> None:
    assert labels(f"It {adverb} changed our work.", "changed") == "negated hedged"


def test_an_even_number_of_negators_denies_doubly() -> None:
    text = "I wouldn't say it didn't strengthen us."
    assert labels(text, "strengthen") == "doubly_negated"
    assert propose(read(text, "strengthen")) == ("qualifies", "hedged", "")
    text = "They never failed to invite us."
    assert labels(text, "invite") == "doubly_negated"


def test_it_is_not_that_sets_the_first_part_aside_and_affirms_the_second() -> None:
    text = "It's not that it opened doors, it's that it brought visitors."
    assert labels(text, "opened") == "negated contrasted"
    assert labels(text, "brought") == ""


def test_not_x_but_y_and_y_but_not_x_set_x_aside() -> None:
    for text in ("It was not a burden but a gift.", "It was a gift, but not a burden."):
        assert labels(text, "burden") == "negated contrasted"
        assert labels(text, "gift") == ""
    assert labels("It did not help, but it was seen.", "help") == "negated"


@pytest.mark.parametrize(
    "tag", [", didn't it?", ", did it?", " didn't it?", ", right?", ", no?"]
)
def test_a_tag_question_is_no_cue(tag: str) -> None:
    assert labels(f"It strengthened us{tag}", "strengthened") == ""


def test_a_question_gets_no_decision() -> None:
    for text in ("Who wouldn't want that?", "Isn't that what we all want?"):
        assert labels(text, "want") == "question"
        assert propose(read(text, "want"))[0] == "neutral"
    text = "It strengthened us, but did it last?"
    assert labels(text, "strengthened") == ""
    assert labels(text, "last") == "question"
    assert labels("What kind of place is it?", "place") == "question"


def test_a_negator_said_again_counts_once() -> None:
    for start in (
        "It did not, it did not",
        "It didn't it didn't",
        "It did not, did not",
    ):
        assert labels(f"{start} strengthen us.", "strengthen") == "negated"


def test_no_as_an_answer_denies_nothing() -> None:
    for start in ("No, wait,", "Yeah no,", "No, no,", "No"):
        assert labels(f"{start} it did strengthen us.", "strengthen") == ""


@pytest.mark.parametrize(
    "negator",
    [
        *"didn't didn’t didnt cannot can't cant never".split(),
        *("did not", "can not", "did\xa0not", "did not, however,"),
    ],
)
def test_a_negator_counts_however_it_is_written(negator: str) -> None:
    assert labels(f"It {negator} strengthen us.", "strengthen") == "negated"


@pytest.mark.parametrize(
    "end", "; |, but |, because | and they saw |, which | and the ".split("|")
)
def test_a_scope_ends_where_its_clause_does(end: str) -> None:
    text = f"It did not bring money{end}visitors came."
    assert labels(text, "money") == "negated"
    assert labels(text, "visitors") == ""


def test_a_list_stays_in_scope() -> None:
    text = "It did not bring money, visitors or fame."
    assert all(labels(text, w) == "negated" for w in ("money", "visitors", "fame"))


def test_a_passive_is_denied_with_its_subject() -> None:
    text = "We saw that growth was not observed."
    assert labels(text, "growth") == labels(text, "observed") == "negated"
    assert labels(text, "saw") == ""


@pytest.mark.parametrize("quotes", ['""""', "“”“”"])
def test_a_scope_goes_on_after_who_spoke(quotes: str) -> None:
    a, b, c, d = quotes
    text = f"{a}I have never,{b} said the abbot, {c}met a braver man.{d}"
    assert labels(text, "braver") == "negated"
    assert labels(text, "abbot") == ""
    text = "It did not, in my opinion, change the law."
    assert labels(text, "change").startswith("negated")


def test_and_ends_a_scope_only_before_a_new_clause() -> None:
    text = "We did not get the money and the tools."
    assert labels(text, "tools") == "negated"
    text = "We did not get the money and visibility was great."
    assert labels(text, "visibility") == ""


def test_not_all_is_some() -> None:
    text = "Not everyone noticed the medal."
    assert propose(read(text, "noticed")) == ("contradicts", "hedged", "")


def test_who_cannot_deny_it_affirms_twice_denied() -> None:
    text = "I can't deny that it strengthened us."
    assert labels(text, "strengthened") == "doubly_negated"


def test_old_prose_puts_the_verb_first() -> None:
    assert labels("He knew not what to answer.", "knew") == "negated"
    assert labels("She said nothing of it.", "said") == "negated"
    assert labels("Of comfort there was none.", "comfort") == "negated"


@pytest.mark.parametrize(
    "start",
    [
        "Perhaps",
        "Maybe,",
        "It may be that",
        "I suspect",
        "It seems",
        "I wonder whether",
    ],
)
def test_a_guess_is_hedged(start: str) -> None:
    assert labels(f"{start} it opened doors.", "opened") == "hedged"


def test_a_guess_may_come_after() -> None:
    for end in (", I think", ", maybe", " perhaps"):
        assert labels(f"It opened doors{end}.", "opened") == "hedged"


def test_what_cannot_be_excluded_is_open() -> None:
    assert labels("We cannot exclude contamination.", "contamination") == "hedged"


def test_being_able_is_no_doubt_where_the_speaker_tells_it() -> None:
    assert labels("Now I can travel.", "travel") == ""
    assert labels("Such a medal can open doors.", "open") == "hedged"


def test_a_condition_reaches_to_its_comma_or_its_then() -> None:
    text = "If money comes, then the clinic grows; the school waits."
    assert labels(text, "money") == labels(text, "grows") == "conditional"
    assert labels(text, "waits") == ""
    assert labels("If you want money you should ask.", "ask") == "hedged"


@pytest.mark.parametrize(
    "text",
    [
        "I wish we had more visitors.",
        "If they had called, we would have answered.",
        "Had I known, I would have gone.",
        "It should’ve been announced.",
        "It would be easier if the forms were shorter.",
        "If only they knew.",
    ],
)
def test_what_is_contrary_to_fact(text: str) -> None:
    assert is_counterfactual(ENGLISH(text))


@pytest.mark.parametrize(
    "text",
    [
        "I wish to thank the jury.",
        "We would have to ask the mayor.",
        "If you need money, ask the mayor.",
        "I would recommend it.",
        "Who would have thought so?",
        "It must have been announced.",
        "",
    ],
)
def test_what_is_not_contrary_to_fact(text: str) -> None:
    assert not is_counterfactual(ENGLISH(text))


@pytest.mark.parametrize(
    "text",
    [
        "I was told it opened doors.",
        "They say it opened doors.",
        "Apparently it opened doors.",
        "It opened doors, they say.",
        "According to the mayor, it opened doors.",
        "My cousin told me it opened doors.",
        "My boss said that it opened doors.",
    ],
)
def test_what_others_told_is_hearsay(text: str) -> None:
    assert labels(text, "opened") == "hearsay"
    assert propose(read(text, "opened")) == ("supports", "asserted", "hearsay")


def test_what_the_speaker_said_is_no_hearsay() -> None:
    assert labels("I said that it opened doors.", "opened") == ""


def test_an_order_is_no_hearsay() -> None:
    assert labels("I was told to come early.", "come") == ""


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Le prix n'a pas aidé le village.", "aidé", "negated"),
        ("Ça aide pas beaucoup.", "aide", "negated"),
        ("Personne n'a répondu.", "répondu", "negated"),
        ("Nous n'avons plus d'argent.", "argent", "negated"),
        ("Il en veut plus.", "veut", ""),
        ("Il s'est amélioré.", "amélioré", ""),
        ("C'est le premier pas vers la paix.", "paix", ""),
        ("La personne ne dort que rarement.", "dort", ""),
        ("Il n'a fait que renforcer le moral.", "renforcer", ""),
        ("Il a aidé sans argent.", "argent", "negated"),
        ("Sans doute, il a aidé.", "aidé", "hedged"),
        ("Il a peut-être aidé.", "aidé", "hedged"),
        ("Si nous avions su, tant pis.", "su", "conditional"),
        ("On m'a dit que le prix a aidé.", "aidé", "hearsay"),
        ("Il a choisi le courage plutôt que la gloire.", "gloire", "contrasted"),
    ],
)
def test_french_is_read_by_its_own_words(text: str, words: str, expected: str) -> None:
    assert labels(text, words, FRENCH) == expected


def test_of_another_language_nothing_is_said() -> None:
    assert labels("Es half nicht.", "half", spacy.blank("de")) == ""


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        ({}, SUPPORTS),
        ({"negated": True}, ("contradicts", "asserted", "")),
        ({"negated": True, "hedged": True}, ("contradicts", "hedged", "")),
        ({"hedged": True}, ("supports", "hedged", "")),
        ({"conditional": True, "hedged": True}, ("qualifies", "speculative", "")),
        ({"counterfactual": True}, ("neutral", "speculative", "")),
        ({"counterfactual": True, "negated": True}, ("supports", "hedged", "")),
        ({"counterfactual": True, "doubly_negated": True}, SUPPORTS),
        ({"contrasted": True}, ("qualifies", "asserted", "")),
        ({"question": True, "negated": True}, ("neutral", "speculative", "")),
    ],
)
def test_a_proposal_for_each_kind(
    assertion: dict[str, bool], expected: tuple[str, str, str]
) -> None:
    assert propose(Assertion(0, 1, **assertion)) == expected  # type: ignore[arg-type]


def test_a_trap_is_neutral_whatever_the_sentence_says() -> None:
    assert propose(Assertion(0, 1, negated=True), trap=True)[0] == "neutral"


def test_a_negator_inside_the_span_is_the_spans_own() -> None:
    text = "We are no longer alone."
    assert labels(text, "no longer alone") == ""
    assert labels(text, "alone") == "negated"


def test_the_words_it_went_by_stand_as_in_the_text() -> None:
    assert read("I Don’t think it helped.", "helped").because == "n’t think"
    assert read("It helped.", "helped").because == ""


def test_spans_need_no_order_and_no_alignment() -> None:
    text = "It did not help. It was seen."
    table = assert_spans(ENGLISH(text), [(24, 28), (12, 14), (0, 29), (12, 14), (3, 3)])
    assert table["start"].tolist() == [24, 12, 0, 12, 3]
    assert table["negated"].tolist() == [False, True, False, True, False]


def test_no_spans_make_an_empty_typed_table() -> None:
    table = assert_spans(ENGLISH("It helped."), [])
    assert list(table.columns) == list(Assertion._fields)
    assert table.empty and table["negated"].dtype == bool


def test_sentences_are_cut_here_where_the_pipeline_did_not() -> None:
    text = 'He said "it did not help." Visitors came. Perhaps.'
    cut = spacy.blank("en")
    cut.add_pipe("sentencizer")
    for language in (ENGLISH, cut):
        assert labels(text, "help", language) == "negated"
        assert labels(text, "came", language) == ""


@given(
    st.lists(
        st.sampled_from(
            "not no if would have been , . ? ' it \xa0 nothing but".split(" ")
        )
    ),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_any_text_and_any_span_can_be_read(words: list[str], a: int, b: int) -> None:
    doc = ENGLISH(" ".join(words))
    (row,) = read_spans(doc, [(a, b)])
    assert (row.start, row.end) == (a, b)
    assert not (row.negated and row.doubly_negated)
    assert all(cue in doc.text for cue in row.because.split("; "))
