"""What a report's notebook calls: each block is a piece of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from evalkit.analysis.course import find_course
from evalkit.analysis.frequency import count_codes, name_codes, roll_up
from evalkit.analysis.units import (
    cut_units,
    find_own_words,
    group_respondents,
    join_attributes,
    lay_codings,
)
from evalkit.report.charts import plot_course, plot_themes_by_group
from evalkit.report.figures import Figure, figure
from evalkit.study import Study
from evalkit.tables import BY_PASSAGE, QUOTABLE, list_rows


@dataclass(frozen=True)
class Block:
    """A piece of the page, as HTML in which everything from a study is escaped."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def lay_themes(study: Study) -> pd.DataFrame:
    """Lay a study's codings over its turns, by theme.

    One row a turn and coding, and one row an uncoded turn, with the attributes of who
    speaks and `report_group`.
    """
    people = group_respondents(study.respondents, study.settings.report_groups)
    coded = lay_codings(cut_units(study.turns), study.counted)
    return coded.pipe(join_attributes, people).pipe(roll_up, study.codes)


def count_themes(study: Study, *, by: str | None = None) -> pd.DataFrame:
    """Count the people who speak to each theme: one row a theme."""
    return count_codes(lay_themes(study), by=by).pipe(name_codes, study.codes)


def header(study: Study) -> Block:
    """Set the page's title and the facts of the study."""
    people = _heard(study)
    own = study.turns.loc[study.turns["respondent_id"].ne(""), "text"]
    n_words = sum(len(words.split()) for words in own)
    dates = sorted(d for d in study.documents["collected_on"] if _tell(d) != d)
    groups = people["report_group"].value_counts(sort=False)
    facts = {
        "Interviews": f"{_n(len(study.documents), 'transcript')}, "
        f"{_n(len(people), 'person', 'people')}",
        "Collected": _between(dates) or "not recorded",
        "Coded by": f"{_n(int(study.coders['counts'].sum()), 'coder')}, "
        f"{_n(study.counted['code_id'].nunique(), 'code')} used",
        "Words of respondents": f"{n_words:,}",
        "Who was heard": ", ".join(f"{group} ({n})" for group, n in groups.items()),
        "What was asked": " ".join(study.settings.questions.values()),
    }
    shown = [(k, v) for k, v in facts.items() if v]
    wide = {"Who was heard": "wide", "What was asked": "wide"}
    items = "".join(
        f'<div class="{wide.get(name, "fact")}"><dt>{name}</dt>'
        f"<dd>{escape(value)}</dd></div>"
        for name, value in shown
    )
    title = study.settings.title or study.folder.name
    notice = "<p><strong>Internal.</strong> It shows respondents' ids and small groups."
    if study.settings.illustrative:
        notice = (
            "<p><strong>This report is illustrative.</strong> Every person and word in "
            "it is invented."
        )
    return Block(
        '<header class="title"><p class="kicker">Evaluation report</p>'
        f'<h1>{escape(title)}</h1><dl class="facts">{items}</dl></header>'
        f'<div class="notice">{notice} Not for publication: it names ids, and groups '
        "of fewer people than may be described.</p></div>"
    )


def lead(study: Study) -> Block:
    """Say in a paragraph what the counts come to, in words that the counts write."""
    themes, people = count_themes(study), _heard(study)
    if themes.empty:
        return Block("<p>Nothing is coded yet: there is nothing to report.</p>")
    shared = themes.loc[themes["n_respondents"].eq(len(people)), "name"].to_list()
    own = lay_themes(study).query("respondent_id != ''")
    n_coded = own["coding_id"].nunique()
    n_codes = study.counted["code_id"].nunique()
    said = (
        f"We heard {_n(len(people), 'person', 'people')}. Their words carry "
        f"{_n(n_coded, 'coding')}, of {_n(n_codes, 'code')}. "
    )
    if shared:
        said += f"Everyone speaks to {_list(shared)}. "
    fewest = themes.iloc[-1]
    is_alone = themes["n_respondents"].eq(fewest["n_respondents"]).sum() == 1
    if is_alone and len(themes) > 1:
        said += (
            f"Fewest speak to {fewest['name']}: {fewest['n_respondents']} of "
            f"{len(people)}."
        )
    return Block(f'<p class="lead">{escape(said)}</p>')


_LEFT = ' style="text-align:left"'  # JupyterLab sets text to the right


def table(
    rows: pd.DataFrame, *, caption: str, unit: str = "", names: Mapping[str, str]
) -> Block:
    """Set a table: `names` are its columns in order, each with its heading."""
    numeric = {c for c in names if pd.api.types.is_numeric_dtype(rows[c])}
    head = "".join(
        f'<th scope="col"{" class=n" if c in numeric else _LEFT}>{escape(name)}</th>'
        for c, name in names.items()
    )
    body = "".join(
        "<tr>"
        + "".join(
            _cell(value, number=column in numeric, first=at == 0)
            for at, (column, value) in enumerate(zip(names, row, strict=True))
        )
        + "</tr>"
        for row in rows[list(names)].itertuples(index=False)
    )
    span = f" <span>{escape(unit)}</span>" if unit else ""
    name = escape(caption)
    return Block(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">'
        f"<table><caption>{escape(caption)}{span}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def sample(study: Study) -> Block:
    """Set who was heard, by group: people, transcripts and their words."""
    people = _heard(study)
    own = study.turns[study.turns["respondent_id"].ne("")]
    spoken = own.assign(n_words=[len(words.split()) for words in own["text"]])
    rows = people.merge(spoken, on="respondent_id")
    groups = (
        rows.groupby("report_group", sort=False)
        .agg(
            n_people=("respondent_id", "nunique"),
            n_documents=("document_id", "nunique"),
            n_words=("n_words", "sum"),
        )
        .astype("int64")
    )
    return table(
        groups.reset_index(),
        caption="Who was heard",
        unit="People, the transcripts they speak in, and their words",
        names={
            "report_group": "Group",
            "n_people": "People",
            "n_documents": "Transcripts",
            "n_words": "Words",
        },
    )


def themes_by_group(study: Study) -> Figure | Block:
    """Set the themes against the groups, where there are groups to compare."""
    counts = count_themes(study, by="report_group")
    if len(counts["report_group"].unique()) > 1:
        return figure(plot_themes_by_group(counts))
    return Block(
        '<p class="small">No two groups can be compared: fill in the column '
        "<code>group</code> of respondents.csv.</p>"
    )


def courses(study: Study) -> Block:
    """Set the course of each interview, all but the first folded away."""
    placed = find_course(lay_themes(study)).pipe(name_codes, study.codes)
    drawn = []
    for document in list_rows(study.documents):
        rows = placed[placed["document_id"].eq(document["document_id"])]
        if len(rows):
            name = str(document["document_id"])
            drawing = figure(plot_course(rows, title=name))._repr_html_()
            drawn.append((name, drawing))
    if not drawn:
        return Block("<p>Nothing is coded yet.</p>")
    folded = "".join(
        f"<details><summary>{escape(name)}</summary>{drawing}</details>"
        for name, drawing in drawn[1:]
    )
    return Block(drawn[0][1] + folded)


def quotations(study: Study, *, n: int = 2) -> Block:
    """Set `n` quotations a theme, of people and passages that may be quoted.

    Each is of another person, every word of it their own, and about as long as is
    read in one breath. What may not be quoted is counted, and said to be.
    """
    coded = lay_themes(study)
    own = coded[coded["coding_id"].notna() & coded["may_quote"].notna()]
    own = own.drop_duplicates("coding_id")
    in_own_words = find_own_words(study.turns, study.counted)["coding_id"]
    allowed = own["coding_id"].isin(_find_quotable(study, own))
    refused = ~allowed | ~own["coding_id"].isin(in_own_words)
    themes = count_themes(study)
    parts = [
        _quote_theme(name, own[own["code_id"].eq(code_id)], refused, study, n)
        for code_id, name in themes[["code_id", "name"]].itertuples(index=False)
    ]
    return Block("".join(parts) or "<p>Nothing is coded yet.</p>")


def _find_quotable(study: Study, own: pd.DataFrame) -> pd.Series:
    """Find the codings whose words their speaker lets be quoted.

    A no to a passage holds for every coding that shares a character with it, whoever
    made it. Who is asked for each passage agreed to these very words: not to words
    that changed since.
    """
    marks = study.codings.assign(mark="")
    if QUOTABLE in study.codebook.attributes:
        marks["mark"] = marks[QUOTABLE].astype("str").str.strip().str.casefold()
    no = marks.loc[~marks["mark"].isin(["", "yes"]), ["document_id", "start", "end"]]
    pairs = marks.merge(no, on="document_id", suffixes=("", "_no"))
    shares = pairs["start"].lt(pairs["end_no"]) & pairs["start_no"].lt(pairs["end"])
    free = marks[~marks["coding_id"].isin(pairs.loc[shares, "coding_id"])]
    as_said = study.anchors["status"].isin(["exact", "moved"])
    agreed = free.loc[free["mark"].eq("yes"), "coding_id"]
    agreed = agreed[agreed.isin(study.anchors.loc[as_said, "coding_id"])]
    says_yes = own["may_quote"].eq("yes") & own["coding_id"].isin(free["coding_id"])
    asked = own["may_quote"].isin(BY_PASSAGE) & own["coding_id"].isin(agreed)
    return own.loc[says_yes | asked, "coding_id"]


_BREATH = 220  # characters of a quotation that is read in one breath


def _quote_theme(
    name: str, own: pd.DataFrame, refused: pd.Series, study: Study, n: int
) -> str:
    may = own[~refused[own.index]]
    by_length = may.assign(off=(may["quotation"].str.len() - _BREATH).abs())
    by_length = by_length.sort_values(["off", "coding_id"])
    chosen = by_length.drop_duplicates("respondent_id").head(n)
    whole = study.counted.set_index("coding_id")
    figures = "".join(
        f"<figure><blockquote><p>“{escape(_tidy(row['quotation']))}”</p></blockquote>"
        f"<figcaption>{escape(str(row['respondent_id']))} · "
        f"{escape(str(row['report_group']))}{_stance(row)}"
        f"<span>{escape(_where(whole.loc[row['coding_id']]))}</span></figcaption></figure>"
        for row in list_rows(chosen)
    )
    n_left = own["coding_id"].nunique() - len(chosen)
    n_refused = int(refused[own.index].sum())
    left = f"{_n(n_left, 'more passage')} {'is' if n_left == 1 else 'are'} counted, "
    left += "not printed."
    if n_refused:
        left += (
            f" Of these, {n_refused} may not be quoted, or hold somebody else's words."
        )
    return (
        f"<h3>{escape(str(name))}</h3>"
        f'<div class="quotes">{figures}</div><p class="small">{left}</p>'
    )


def _stance(row: Mapping[str, Any]) -> str:
    stance = row.get("stance")
    return f" · {escape(stance)}" if isinstance(stance, str) and stance else ""


def _where(coding: pd.Series) -> str:
    return f"{coding['document_id']}, characters {coding['start']}–{coding['end']}"


def codebook(study: Study) -> Block:
    """Set the codebook: each theme with its codes, definitions and use."""
    uses = study.counted["code_id"].value_counts()
    codes = study.codes.assign(n=study.codes["code_id"].map(uses).fillna(0).astype(int))
    names = {"name": "Code", "definition": "Definition", "n": "Codings"}
    parts = []
    lone = codes[codes["parent_id"].eq("") & ~codes["code_id"].isin(codes["parent_id"])]
    if len(lone):
        parts.append(table(lone, caption="Codes without a branch", names=names).html)
    for theme in list_rows(codes[codes["parent_id"].eq("")].drop(lone.index)):
        rows = codes[codes["code_id"].isin(_descend(codes, str(theme["code_id"])))]
        set_rows = table(rows, caption=str(theme["name"]), names=names).html
        about = escape(str(theme["definition"]))
        n_used = _n(int(rows["n"].sum()), "coding")
        parts.append(
            f"<details><summary>{escape(str(theme['name']))} · {n_used}</summary>"
            f"<p>{about}</p>{set_rows}</details>"
        )
    version = study.codebook.version or "without a version"
    return Block(f"<p>Codebook version {escape(version)}.</p>{''.join(parts)}")


def method(study: Study) -> Block:
    """Set how the counts came about, and what limits them, from the study's facts."""
    counting = study.coders.loc[study.coders["counts"], "coder_id"]
    anchors = study.anchors[study.anchors["coder_id"].isin(counting)]
    stand = anchors["status"].value_counts()
    kinds = ", ".join(f"{n} {kind}" for kind, n in stand.items()) or "none"
    coders = ", ".join(
        f"{row['name']} ({row['kind']}{'' if row['counts'] else ', not counted'})"
        for row in list_rows(study.coders)
    )
    people = _heard(study)
    n_gone = study.respondents["respondent_id"].nunique() - len(people)
    voices = study.documents["voice"].replace("", "not recorded").value_counts()
    said = ", ".join(f"{n} {voice}" for voice, n in voices.items())
    warnings = [p for p in study.problems if p.warning]
    lines = [
        f"Coders: {coders or 'none yet'}. Codings: {len(study.counted)}, of "
        f"{_n(study.counted['document_id'].nunique(), 'transcript')}; "
        f"where their words stand today: {kinds}.",
        "A person counts once for a theme, however much they talk and whoever coded "
        "it; an interviewer's words are never counted.",
        f"How the words were taken down: {said}.",
    ]
    if n_gone:
        lines.append(
            f"Left out: {_n(n_gone, 'person', 'people')} without a transcript here, or "
            "who did not agree to analysis."
        )
    if warnings:
        lines.append(f"The study was checked with {_n(len(warnings), 'warning')}.")
    return Block(
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
    )


def stamp(study: Study) -> Block:
    """Set what the report was built from and with, so that it can be built again."""
    import platform
    from importlib.metadata import version

    from evalkit.nlp import describe_pipeline

    facts = {
        "Built by": f"evalkit {version('evalkit')}, "
        f"Python {platform.python_version()}, pandas {pd.__version__}",
        "Pipeline": describe_pipeline(
            study.settings.pipeline, language=study.settings.language
        ),
        "Transcripts": ", ".join(
            f"{row['document_id']} {row['sha256'][:12]}"
            for row in list_rows(study.documents)
        ),
    }
    items = "".join(
        f"<dt>{name}</dt><dd><code>{escape(value)}</code></dd>"
        for name, value in facts.items()
    )
    return Block(
        f'<footer class="stamp"><h2>How this was built</h2><dl>{items}</dl></footer>'
    )


def _heard(study: Study) -> pd.DataFrame:
    people = group_respondents(study.respondents, study.settings.report_groups)
    return people[people["respondent_id"].isin(study.turns["respondent_id"])]


def _descend(codes: pd.DataFrame, theme: str) -> list[str]:
    below = codes.loc[codes["parent_id"].eq(theme), "code_id"].to_list()
    return [each for code in below for each in (code, *_descend(codes, code))]


def _tidy(quotation: str) -> str:
    return " ".join(quotation.split())


def _cell(value: object, *, number: bool, first: bool) -> str:
    shown = f"{value:,}" if number else escape(str(value))
    if first:
        return f'<th scope="row"{_LEFT}>{shown}</th>'
    return f"<td{' class=n' if number else _LEFT}>{shown}</td>"


def _n(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _list(names: list[str]) -> str:
    return " and ".join(x for x in (", ".join(names[:-1]), names[-1]) if x)


def _between(dates: Iterable[str]) -> str:
    told = [_tell(date) for date in dates]
    if not told:
        return ""
    return told[0] if told[0] == told[-1] else f"{told[0]} to {told[-1]}"


def _tell(date: str) -> str:
    """Write a date as people do; what is no date stays as it is."""
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        return date
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January February March April May June July August September October November "
    "December"
).split()
