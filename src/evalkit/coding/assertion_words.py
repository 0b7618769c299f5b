"""The words that deny, doubt, suppose, report or set aside, by language, as data.

A cue is one word or several, as the sentence is read: lower case, "n't" and "dont" as
"not", "ca" and "wo" as "can" and "will". What each kind does stands in `scopes.py`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

CUES_EN = {
    # denies what follows; what stands right after decides how far
    "not": "not never nowise",
    # a determiner when a word follows it, an answer when a comma does
    "no": "no",
    # denies what follows, to the end of the clause
    "deny": """
        nor neither no_longer no_more not_at_all by_no_means in_no_way on_no_account
        under_no_circumstances at_no_time at_no_point anything_but few_if_any
        """,
    # says that something was not done, or is not there
    "fail": """
        unable_to inability_to incapable_of fail_to fails_to failed_to failing_to
        failure_to failure_of refuse_to refuses_to refused_to refusing_to refusal_to
        decline_to declines_to declined_to declining_to neglect_to neglects_to
        neglected_to neglecting_to omitted_to deny denies denied denying
        """,
    "lack": """
        lack lacks lacked lacking lack_of absence_of absent_from devoid_of free_of
        free_from deprived_of negative_for far_from
        """,
    # denies what follows, and the verb before whose object it is
    "nothing": "none nothing nobody nowhere nought naught no_one",
    "without": "without",
    # "but for X": X was there, and what follows is contrary to fact
    "absent": """
        but_for if_not_for if_it_had_not_been_for had_it_not_been_for
        if_it_were_not_for were_it_not_for if_it_was_not_for
        """,
    # negated, and a little left
    "hardly": """
        hardly barely scarcely scarce unlikely_that hard_to_say_that
        difficult_to_say_that hard_to_argue_that difficult_to_argue_that
        hard_to_claim_that
        """,
    # says the word "no" and denies nothing
    "trap": """
        not_only not_just not_merely not_simply not_solely
        no_doubt no_question no_wonder no_matter without_doubt without_a_doubt
        without_question without_any_doubt no_less no_sooner
        nothing_but nothing_less_than nothing_short_of not_to_mention
        needless_to_say last_but_not_least whether_or_not more_often_than_not
        if_not none_other none_the_less not_until why_not if_any if_ever
        can_not_help_but can_not_help_it can_not_but
        could_not_help_but could_not_but can_not_wait_to can_not_wait_for in_no_time
        could_not_agree_more could_not_have_asked not_least no_no
        no_denying not_doubt can_not_overstate might_as_well may_as_well
        would_like_to would_like i_must_say i_must_admit
        believe_it_or_not like_it_or_not the_if
        """,
    # doubt about the clause, before it or after it
    "perhaps": """
        perhaps maybe possibly probably presumably conceivably arguably
        seemingly perchance mayhap belike i_think i_guess i_suppose i_believe i_hope
        we_think we_believe we_hope in_my_opinion as_far_as_i_know if_i_remember
        as_far_as_i_can_tell as_far_as_i_can_see i_would_say i_'d_say
        i_would_not_swear i_can_not_swear i_could_not_swear i_can_not_tell
        i_could_not_tell
        """,
    # speculation that covers what follows
    "hedge": """
        can_not_exclude can_not_be_excluded can_not_rule_out can_not_be_ruled_out
        could_not_exclude could_not_rule_out could_not_be_excluded
        could_not_be_ruled_out remains_to_be
        may might should must ought shall
        likely unlikely potentially seem seems seemed appear appears appeared
        think thinks thought believe believes suppose supposes guess suspect
        suspects suspected assume assumes assumed presume imagine
        hope hopes hoped i_expect we_expect
        suggest suggests suggested suggesting indicate_that indicates_that
        indicated_that indicating_that imply implies implied
        hypothesis hypothesize hypothesized hypothesise hypothesised speculate
        speculated propose proposed postulate postulated putative potential
        possible possibility probable plausible unclear uncertain unknown unsure
        whether i_wonder we_wonder i_doubt we_doubt he_doubts she_doubts doubtful
        supposed_to thought_to believed_to
        """,
    # speculation, but inability where "not" follows
    "could": "could would",
    # uncertain unless the speaker tells what he or she is able to do
    "can": "can",
    # an attenuator after a verb, a noun after a determiner
    "kind": "kind_of sort_of kinda sorta",
    "if": """
        if unless provided_that providing_that assuming_that supposing_that as_though
        on_condition_that only_if even_if what_if in_the_event
        """,
    "wish": "wish wishes wished wishing if_only would_that",
    # the side that is set aside, or left out
    "contrast": """
        instead_of rather_than in_place_of as_opposed_to in_lieu_of except except_for
        with_the_exception_of
        """,
    # told by others: what follows
    "told": """
        i_was_told we_were_told i_am_told i_'m_told we_'re_told i_'ve_been_told
        we_'ve_been_told told_me told_us i_'ve_heard we_'ve_heard
        i_have_been_told i_had_been_told been_told was_told_by were_told_by
        we_have_been_told was_told_that were_told_that they_say they_said
        people_say people_said some_say i_heard i_hear i_have_heard we_heard
        we_have_heard heard_that hear_that said_that says_that it_is_said
        it_was_said is_said_to was_said_to are_said_to said_to_be is_rumoured_to
        rumour_has_it rumor_has_it word_has_it word_is legend_has_it
        i_read_that from_what_i_hear from_what_i_heard from_what_i_understand
        i_understand_that i_gather i_gathered second_hand
        """,
    # told by others: the whole clause, wherever the word stands in it
    "reported": """
        apparently reportedly allegedly supposedly purportedly according_to
        by_all_accounts so_i_am_told so_i_hear so_they_say or_so_they_say
        """,
}

CUES_FR = {
    # "ne" alone denies nothing: these do, from the verb on
    "pas": "pas jamais nullement",
    # these deny where "ne" stands near them
    "ne": "point guère plus rien personne aucun aucune nul nulle",
    "deny": """
        ni manque_de absence_d' absence_de incapable_de incapable_d' a_échoué_à
        refuse_de refusé_de aucunement nulle_part
        """,
    "without": "sans",
    "trap": """
        pas_seulement pas_uniquement pas_que pas_mal sans_aucun_doute
        aucun_doute pas_de_doute rien_que pas_à_pas ne_est_-ce_pas
        ne_est-ce_pas comme_si
        """,
    "perhaps": """
        peut-être probablement sans_doute possiblement éventuellement
        vraisemblablement
        """,
    "hedge": """
        possible semble semblent semblait pourrait pourraient devrait devraient crois
        pense pensons croyons suppose imagine il_paraît
        """,
    "if": "si s'_il s'_ils pourvu_que à_condition_que à_moins_que au_cas_où",
    "regret": "j'_aurais_aimé j'_aurais_voulu si_seulement",
    "contrast": "au_lieu_de au_lieu_d' plutôt_que plutôt_qu'",
    "told": "on_m'_a_dit on_nous_a_dit j'_ai_entendu paraît-il on_dit il_paraît",
    "reported": "selon d'_après apparemment soi-disant prétendument",
}


class Lexicon(NamedTuple):
    """What a language needs besides its cues."""

    cues: dict[str, str]
    # a clause ends where one of these stands
    stops: frozenset[str]
    # "and" ends it only before a new subject or a new finite verb
    ands: frozenset[str]
    ors: frozenset[str]
    subjects: frozenset[str]
    auxiliaries: frozenset[str]


PUNCTUATION = "; : . ! ? … ... ( ) [ ] - – — -- ---"

SUBJECTS = frozenset("i you he she it we they there who everyone nobody".split())
AUXILIARIES = frozenset(
    """
    is are was were am be been has have had do does did will would can could may
    might shall should must 's 're 'm 've 'll 'd
    """.split()
)
# "I don't think it helped": the complement is denied, and a little uncertain
RAISING = frozenset(
    """
    think believe guess suppose feel expect imagine reckon thought believed felt
    expected supposed
    """.split()
)
# "I didn't know it helped": it did
FACTIVE = frozenset(
    """
    know realise realize notice remember forget regret mention recall recognise
    recognize learn discover understand appreciate see knew realised realized
    noticed aware
    """.split()
)
OPENS_COMPLEMENT = SUBJECTS | frozenset(
    """
    if whether that how why what when where which this these those my our his her
    their
    """.split()
)
JOINS = frozenset("and & et".split())
DETERMINERS = frozenset(
    """
    the a an my our your his her their its this these that those all some many
    le la les un une des nos leurs ses
    """.split()
)
# "le premier pas", "la personne": nouns, which deny nothing
ARTICLES_FR = frozenset("le la les un une des ce cette premier chaque".split())
OPENS_OBJECT = frozenset("any anything anyone much a an one many of about".split())
# what closes an aside, and what opens the quotation again after "said he"
QUOTES = {'"': '"', "'": "'", "”": "“", "’": "‘", "“": "", "‘": ""}
BRACKETS = {"(": ")", "[": "]"}
CLOSING = frozenset("? ! . \" ' ” ’ )".split())
# "I'm not sure it helped": sure is denied, the rest is uncertain
UNSURE = frozenset("sure clear certain known convinced".split())
# "I know not": the verb stands before
OLD_VERBS = frozenset("know knew care cared doubt fear think thought hope say".split())
# "not all of us": some
PARTIAL = frozenset(
    """
    all every everyone everybody everything always necessarily entirely completely
    fully exactly quite
    """.split()
)
BE = frozenset("am is are was were be been being 's 're".split())
MODALS = frozenset("would could should might 'd".split())
# X was there, in "could not have happened without X"
ABSENT = frozenset(
    phrase.replace("_", " ") for phrase in ["without", *CUES_EN["absent"].split()]
)
# what breaks a sentence off, to begin again
BREAKS = frozenset(", - – — ... …".split())
# "as if", "sure if": no condition
NO_IF = frozenset("as even sure know knows wonder see ask asked".split())
# prepositions and the like: no verb whose object follows
SMALL = frozenset(
    """
    of in on at to for with by from about into than as there that this it is with
    under over through virtually almost absolutely really practically the a an
    just still also then now here well yes oh ah why what how where
    """.split()
)
# words that stand between "not" and the verb
LIGHT = frozenset(
    """
    really even actually quite ever yet just always necessarily particularly also
    still rather both then personally honestly truly generally at all of never not
    """.split()
)
# after these a subject opens a clause inside the clause
LINKS = frozenset(", that which who what where how as than and or if when".split())
PARENTHETICAL = frozenset(
    """
    however though of course in fact i think for example moreover indeed therefore
    as you know then perhaps too it seems by the way me alas sir must confess in my
    humble opinion view um uh er erm like well honestly
    """.split()
)
PERFECT = frozenset("have 've of".split())
# participles that do not end in -ed or -en
PARTICIPLES = frozenset(
    """
    been begun born bought brought built burnt caught come cost cut dealt fit done drawn
    drunk dreamt fed felt fought found flown gone got grown had heard held hit hung
    hurt kept known laid led left lent let lost made meant met paid put quit ran read
    run said sat saw seen sent set shown shut sold slept spent spoilt stood stuck
    struck sung sunk swum taught thought thrown told torn understood went won worn
    """.split()
)
# past forms after "if" that speak of what is not so
PAST = frozenset(
    """
    had were was could did would came got made knew went took gave wanted used found
    shut fit held ran
    """.split()
)
# "not X, but a Y": what may follow the "but" that corrects
CORRECTS = frozenset("a an rather because by to instead of for in from".split())
TAGS = frozenset("right no eh yes yeah okay ok huh innit correct".split())

EN = Lexicon(
    cues=CUES_EN,
    stops=frozenset(
        f"""
        {PUNCTUATION} but although though because since whereas while unless if
        however yet nor until till therefore hence thus despite except lest due
        considering
        """.split()
    ),
    ands=frozenset("and & so when as".split()),
    ors=frozenset("or nor".split()),
    subjects=SUBJECTS,
    auxiliaries=AUXILIARIES,
)
FR = Lexicon(
    cues=CUES_FR,
    stops=frozenset(
        f"""
        {PUNCTUATION} mais parce car puisque alors cependant pourtant donc bien
        quoique si tandis
        """.split()
    ),
    ands=frozenset("et quand lorsque comme".split()),
    ors=frozenset("ou ni".split()),
    subjects=frozenset("je j' tu il elle on nous vous ils elles ça c' ce".split()),
    auxiliaries=frozenset("est sont était a ont avait va fut sera".split()),
)
LEXICA = {"en": EN, "fr": FR}

# forms of a token that stand for another word
SAME = {
    "n't": "not",
    "nt": "not",
    "n'": "ne",
    "ca": "can",
    "wo": "will",
    "sha": "shall",
    "cannot": "not",
} | dict.fromkeys(
    """
    dont didnt doesnt wasnt isnt arent werent cant wont wouldnt couldnt shouldnt
    hasnt havent hadnt aint
    """.split(),
    "not",
)


def is_past(word: str) -> bool:
    """Tell a regular past form, and not "need".

    >>> is_past("helped"), is_past("need")
    (True, False)
    """
    return word.endswith("ed") and not word.endswith("eed") and len(word) > 3


@cache
def index_cues(language: str) -> dict[str, list[tuple[list[str], str]]]:
    """Put cues under their first words, the longest first."""
    cues: dict[str, list[tuple[list[str], str]]] = {}
    for kind, phrases in LEXICA[language].cues.items():
        for phrase in phrases.split():
            parts = phrase.split("_")
            cues.setdefault(parts[0], []).append((parts, kind))
    for options in cues.values():
        options.sort(key=lambda option: -len(option[0]))
    return cues
