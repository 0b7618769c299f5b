"""What a study's tables can tell of what reporting standards ask for."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

import pandas as pd

from evalkit.claims.counter import find_grave
from evalkit.claims.strength import SINGLE
from evalkit.nlp import describe_pipeline
from evalkit.report.charts_agreement import print_alpha
from evalkit.report.opened import Report
from evalkit.report.page import count, enumerate_names
from evalkit.report.passages import find_quotable
from evalkit.report.preflight import MISSING, fill_preflight
from evalkit.study.agreement import CODEBOOK


def fill_report_preflight(report: Report) -> pd.DataFrame:
    """Fill the pre-flight for who reads it; how to fill gaps is told to the team only.

    One row an item (see `fill_preflight`).
    """
    filled = fill_preflight(list_facts(report), report.study.settings.preflight)
    if report.is_internal:
        return filled
    told = filled["what"].mask(filled["status"].eq(MISSING), "")
    return filled.assign(what=told.str.replace(_TO_ADD, "", regex=True))


_TO_ADD = r"\s*\(to add:.*\)$"


def list_facts(report: Report) -> dict[str, str]:
    """Tell each fact of `preflight.list_facts` that the tables hold; "" where none."""
    study, people = report.study, report.people
    settings, claims = study.settings, study.claims.statements
    documents, coders = study.documents, study.coders
    own = study.turns.loc[study.turns["respondent_id"].ne(""), "text"]
    n_words = sum(len(words.split()) for words in own)
    kinds = claims["kind"].value_counts()
    said_no = study.respondents["may_analyse"].eq("no")
    n_gone = int((said_no | study.respondents["withdrawn_on"].ne("")).sum())
    n_themes = int(study.codes["parent_id"].eq("").sum())
    lessons = claims[claims["kind"].eq("lesson")]
    bounded = (lessons["holds_when"].ne("") & lessons["fails_when"].ne("")).sum()
    coded = report.coded[report.coded["coding_id"].notna()]
    quotable = find_quotable(study, coded.drop_duplicates("coding_id"))
    single = int(report.ratings["strength"].eq(SINGLE).sum())
    is_rated = len(report.ratings) > 0
    rule = settings.strength

    who = study.turns[["document_id", "respondent_id"]].drop_duplicates()
    who = who[who["respondent_id"].ne("")]
    who = who.merge(documents.drop(columns="respondent_id"), on="document_id")

    def values(column: str) -> str:
        """What describes few people is not named outside."""
        sizes = who.groupby(column)["respondent_id"].nunique()
        least = 1 if report.is_internal else report.k
        named = sorted({*sizes.index[sizes.ge(least)]} - {""})
        rest = ["others"] if len(sizes) > len(named) and named else []
        return enumerate_names([*named, *rest])

    return {
        "title": settings.title,
        "abstract": "",
        "summary": "The summary opens the report." if is_rated else "",
        "sample_size": count(len(people), "person", "people"),
        "groups": enumerate_names(people["report_group"].drop_duplicates()),
        "sampling": "",
        "collected": " to ".join(
            day if report.is_internal else day[:7]
            for day in _find_ends(documents["collected_on"])
        ),
        "modes": values("mode"),
        "voices": values("voice"),
        "languages": values("language"),
        "interview_lengths": f"{n_words:,} words of respondents",
        "rounds": values("round"),
        "guide": count(len(study.guide.questions), "question")
        if len(study.guide.questions)
        else "",
        "asked": f"recorded: {len(study.asked)} times" if len(study.asked) else "",
        "consent": "to analysis and quotation, for each person"
        if len(people)
        and people["may_analyse"].ne("").all()
        and people["may_quote"].ne("").all()
        else "",
        "withdrawals": f"{count(n_gone, 'person', 'people')} withdrew or "
        f"{'is' if n_gone == 1 else 'are'} left out"
        if n_gone
        else "none",
        "non_participation": "",
        "coders": _say_coders(coders),
        "codebook": f"version {study.codebook.version}, {count(n_themes, 'theme')}, "
        f"{count(len(study.codes), 'code')}"
        if study.codebook.version
        else "",
        "codebook_annex": "in an annex" if len(study.codes) else "",
        "agreement": _say_agreement(report.agreement),
        "saturation": "followed over random orders of interviews"
        if len(report.saturation)
        else "",
        "software": f"evalkit {version('evalkit')}",
        "pipeline": describe_pipeline(settings.pipeline, language=settings.language),
        "quotations": f"{len(quotable):,} passages may be quoted; each that is printed "
        "is compared with its transcript",
        "consistency": "a table of evidence behind every claim" if is_rated else "",
        "counter_evidence": "looked for, claim by claim" if is_rated else "",
        "minor_themes": f"{single} of one person; "
        f"{count(len(find_grave(study.counted)), 'grave statement')} kept in sight"
        if is_rated
        else "",
        "questions": count(len(settings.questions), "question")
        if settings.questions
        else "",
        "findings_by_question": "each claim names its question"
        if "finding" in kinds
        and claims.loc[claims["kind"].eq("finding"), "question"].ne("").all()
        else "",
        "strength_rule": f"printed; contested from {rule.contested:.2f}"
        if is_rated
        else "",
        "sensitivity": "in an annex" if is_rated else "",
        "rivals": f"named for {count(int(claims['rivals'].ne('').sum()), 'claim')}"
        if claims["rivals"].ne("").any()
        else "",
        "lessons": count(int(kinds.get("lesson", 0)), "lesson")
        if "lesson" in kinds
        else "",
        "limits_of_lessons": f"{bounded} of {len(lessons)}" if len(lessons) else "",
        "recommendations": count(int(kinds.get("recommendation", 0)), "recommendation")
        if "recommendation" in kinds
        else "",
        "limits": "in the section on method",
        "reproducibility": "manifest.json holds every input's hash",
        "audit_trail": "every coding is logged with its time and coder"
        if len(coders)
        else "",
        "privacy": f"nobody is described by what fits fewer than {settings.k} people",
        "register": "in an annex",
    }


def _say_agreement(measured: pd.DataFrame) -> str:
    if measured.empty:
        return ""
    whole = measured[measured["of"].eq(CODEBOOK)].iloc[0]
    if pd.isna(whole["alpha"]):
        return ""
    return f"alpha {print_alpha(whole['alpha'])} over sets of codes, and code by code"


def _say_coders(coders: pd.DataFrame) -> str:
    n = int(coders["counts"].sum())
    compared = f"; {len(coders) - n} more to be compared" if len(coders) > n else ""
    return f"{count(n, 'coder')}{compared}" if len(coders) else ""


def _find_ends(dates: Iterable[str]) -> list[str]:
    """Find the first date and the last: one, where they are the same."""
    known = sorted({date for date in dates if date})
    return [*dict.fromkeys([*known[:1], *known[-1:]])]
