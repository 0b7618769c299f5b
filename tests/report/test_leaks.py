from __future__ import annotations

import base64
import io
import json
import time
import urllib.parse
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evalkit
from evalkit.coding.log import append_events, place_in
from evalkit.errors import ProblemsError, UnreadableError
from evalkit.report.leaks import extract_text, find_leaks, read_secrets
from evalkit.shingles import Runs
from evalkit.study.withdraw import withdraw

SAID = "we left early because the road was not safe at night"
RUN = "We left early, because the road was not"
OTHER = "Nobody here has anything to say about leaving, whatever the reason may be."


def leaks(name: str, content: str | bytes, said: str = SAID) -> bool:
    content = content.encode() if isinstance(content, str) else content
    return bool(find_leaks({name: content}, [said]))


# Each format, with words planted in it


def make_html(words: str) -> bytes:
    head, tail = words[: len(words) // 2], words[len(words) // 2 :]
    page = f"<!DOCTYPE html><title>x</title><p>{OTHER}</p><p>{head}<b>{tail}</b></p>"
    return f"{page}<p>{OTHER}</p>".encode()


def make_csv(words: str) -> bytes:
    return f'respondent_id;quotation\r\nP1;"{OTHER} ""{words}"""\r\n'.encode()


def make_docx(words: str) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph(OTHER)
    paragraph = document.add_table(1, 1).cell(0, 0).paragraphs[0]
    for at in range(0, len(words), 7):
        paragraph.add_run(words[at : at + 7]).bold = at % 2 == 0
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def make_xlsx(words: str) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["P1", OTHER, words])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def print_pdf(page: str) -> bytes:
    import weasyprint

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bytes(weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))


def make_pdf(words: str) -> bytes:
    style = "@page {size: 7cm 9cm; margin: 1cm} p {hyphens: auto; text-align: justify}"
    return print_pdf(
        f"<html lang=en><title>x</title><style>{style}</style>"
        f"<p>{OTHER}</p><p>{words}</p><p>{OTHER}</p></html>"
    )


def make_ipynb(words: str) -> bytes:
    lines = [f"<p>{OTHER}</p>\n", f"<p>{words[:9]}", f"{words[9:]}</p>"]
    output = {"output_type": "display_data", "data": {"text/html": lines}}
    cell = {"cell_type": "code", "source": ["show()"], "outputs": [output]}
    return json.dumps({"cells": [cell], "nbformat": 4}).encode()


def make_json(words: str) -> bytes:
    return json.dumps([{"quotation": f"«{words}»"}, {OTHER: 1}]).encode()


def make_svg(words: str) -> bytes:
    head = '<svg xmlns="http://www.w3.org/2000/svg"><style><![CDATA[a{}]]></style>'
    return f"{head}<text>{OTHER}</text><text aria-label='{words}'/></svg>".encode()


def make_parquet(words: str) -> bytes:
    import pandas as pd

    out = io.BytesIO()
    pd.DataFrame({"quotation": [OTHER, words], "n": [1, 2]}).to_parquet(out)
    return out.getvalue()


FORMATS: dict[str, Callable[[str], bytes]] = {
    "report.html": make_html,
    "tables/codings.csv": make_csv,
    "report.docx": make_docx,
    "tables.xlsx": make_xlsx,
    "report.pdf": make_pdf,
    "report.ipynb": make_ipynb,
    "manifest.json": make_json,
    "chart.svg": make_svg,
    "codings.parquet": make_parquet,
    "notes.txt": lambda words: f"{OTHER} {words}. {OTHER}".encode(),
}
WORD = st.text("aeiostrmdéß", min_size=1, max_size=9)


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=st.lists(WORD, min_size=8, max_size=14), at=st.integers(0, 6))
def test_any_run_is_found_in_any_format_and_nothing_in_other_words(
    name: str, said: list[str], at: int
):
    at = min(at, len(said) - 8)
    secret = " ".join(said)
    assert leaks(name, FORMATS[name](" ".join(said[at : at + 8])), secret)
    assert not leaks(name, FORMATS[name](OTHER), secret)


@pytest.mark.parametrize("name", FORMATS)
def test_seven_words_are_no_leak(name: str):
    assert leaks(name, FORMATS[name](RUN))
    assert not leaks(name, FORMATS[name](f"{RUN.removesuffix(' not')} closed"))


# Where words hide


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{RUN}</p>",
        "<p>We le<b>ft</b> early<br>because</p><p>the&nbsp;road <i>was</i> not</p>",
        "<p>We left ear&shy;ly because the ro<wbr>ad was not",
        "<p>We left early <!-- odd --> because <script>x</script> the road was not</p>",
        f'<img alt="A chart: {RUN}">',
        f"<p title='{RUN}'>x</p>",
        f'<meta name="description" content="{RUN}">',
        f"<!-- {RUN} -->",
        f"<script>const said = {json.dumps(chr(10).join(RUN.split()))};</script>",
        f"<style>p::before {{ content: '{RUN}' }}</style>",
        f"<template><p>{RUN}</p></template><noscript>x</noscript>",
        f"<textarea>{RUN}</textarea>",
        f"<title>{RUN}</title>",
        f'<a href="data:text/plain,{urllib.parse.quote(RUN)}">x</a>',
        f'<a href="data:text/csv;base64,{base64.b64encode(RUN.encode()).decode()}">x</a>',
        '<img src="data:image/svg+xml;base64,'
        + base64.b64encode(
            f"<svg><text>{RUN[:9]}<tspan>{RUN[9:]}</tspan></text></svg>".encode()
        ).decode()
        + '">',
        f'<iframe srcdoc="&lt;p&gt;{RUN[:9]}&lt;b&gt;{RUN[9:]}&lt;/b&gt;">',
        f"<![if !mso]><p>{RUN}</p><![foo[ x",
        f"<p>{RUN}",
    ],
)
def test_words_are_found_wherever_a_page_hides_them(page: str):
    assert leaks("report.html", page)


def test_a_page_in_utf16_and_a_table_in_a_notebook_s_text_are_read():
    assert leaks("tables.csv", f"a;b\n{RUN};x".encode("utf-16"))
    assert leaks("run.jsonl", '{"a": 1}\n' + json.dumps({"é": f"\u201c{RUN}\u201d"}))
    assert leaks("report.md", f"{RUN[:9]}**{RUN[9:]}**")
    assert leaks("a.ipynb", json.dumps({"cells": [{"source": [RUN[:9], RUN[9:]]}]}))


def test_a_pdf_s_unseen_strings_are_read():
    for page in (
        f"<title>{RUN}</title><p>x</p>",
        f'<title>x</title><meta name="description" content="{RUN}"><p>x</p>',
        f"<title>x</title><h1>{RUN[:9]}<i>{RUN[9:]}</i></h1>",
        f'<title>x</title><p><img alt="{RUN}" src="data:image/svg+xml,'
        "%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E\"></p>",
    ):
        assert leaks("report.pdf", print_pdf(f"<html lang=en>{page}</html>")), page


def test_words_over_lines_and_pages_of_a_pdf_are_found():
    style = "@page {size: 4cm 3cm; margin: 4mm} p {margin: 0}"
    content = print_pdf(
        f"<html lang=en><title>x</title><style>{style}</style><p>{RUN}</p>"
    )
    assert leaks("report.pdf", content)


def test_a_document_s_properties_alternative_texts_and_comments_are_read():
    import docx

    document = docx.Document()
    document.core_properties.subject = RUN
    out = io.BytesIO()
    document.save(out)
    assert leaks("report.docx", out.getvalue())
    drawing = f'<w:document><wp:docPr id="1" descr="{RUN}"/></w:document>'
    assert leaks("report.docx", pack({"word/document.xml": drawing.encode()}))
    assert leaks("report.docx", pack({"word/embeddings/a.xlsx": make_xlsx(RUN)}))


def pack(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def test_a_picture_s_bytes_are_no_words():
    picture = base64.b64encode(RUN.encode()).decode()
    assert not leaks(
        "report.html", f'<img alt="" src="data:image/png;base64,{picture}">'
    )


# What is told


def test_one_problem_a_file_without_the_words_or_the_person():
    outputs = {"b.html": make_html(SAID) * 2, "a.csv": make_csv(SAID), "c.csv": b"x"}
    problems = find_leaks(outputs, [SAID])
    assert [problem.file for problem in problems] == ["a.csv", "b.html"]
    assert not any(problem.warning for problem in problems)
    told = "\n".join(map(str, problems))
    assert "8 words in a row of somebody who withdrew" in told
    assert not Runs([SAID], n=2).stand_in([told])


def test_what_somebody_who_stays_said_too_is_no_leak():
    outputs = {"a.csv": make_csv(RUN)}
    assert find_leaks(outputs, [SAID])
    assert not find_leaks(outputs, [SAID], shared=[f"Yes: {RUN.upper()}!"])
    assert find_leaks({"a.csv": make_csv(SAID)}, [SAID], shared=[RUN])


def test_another_length_of_run():
    outputs = {"a.csv": b"we left early because"}
    assert not find_leaks(outputs, [SAID])
    problems = find_leaks(outputs, [SAID], n=4)
    assert "it holds 4 words in a row" in str(problems[0])


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pdf", "a.parquet"])
def test_what_cannot_be_looked_into_is_told_too(name: str):
    for content in (b"", b"no such thing", FORMATS_BY_SUFFIX[name](OTHER)[:-200]):
        with pytest.raises(UnreadableError):
            extract_text(name, content)
        (problem,) = find_leaks({name: content}, [SAID])
        assert problem.file == name


FORMATS_BY_SUFFIX = {f"a{Path(name).suffix}": make for name, make in FORMATS.items()}


def test_without_secrets_nothing_is_read():
    assert find_leaks({"a.pdf": b"no such thing"}, []) == []
    assert find_leaks({"a.pdf": b"no such thing"}, ["too few words"]) == []


def test_it_is_quick():
    said = [" ".join(f"v{at * k % 4999}" for at in range(5000)) for k in range(1, 21)]
    text = " ".join(f"w{at * 7919 % 4999}" for at in range(150_000))
    outputs = {"a.csv": text.encode(), "a.html": f"<p>é {text}</p>".encode()}
    began = time.perf_counter()
    assert find_leaks(outputs, said, shared=said[:1]) == []
    assert time.perf_counter() - began < 10


# The words themselves


@pytest.fixture
def talk(study: Path, tmp_path: Path) -> Path:
    """The small study, in which P2 says more, and a talk of A and B."""
    (study / "transcripts" / "P2.txt").write_text(
        f"I: What was the way like for you when you went?\nR: {SAID}.\nI: So?\nR: Yes.\n"
    )
    group = tmp_path / "FG.txt"
    group.write_text(
        "Moderator: What was the way like for you when you went?\n"
        "Ana: It was cold.\nBea: We were all afraid that they would come in winter.\n"
        "Ana: Yes.\nBea: Yes.\n"
    )
    evalkit.add_documents(study, [group], may_analyse="yes", may_quote="yes")
    with (study / "respondents.csv").open("a") as file:
        file.write("A,,yes,yes,,\nB,,yes,yes,,\n")
    with (study / "speakers.csv").open("a") as file:
        file.write("FG,Ana,A,respondent\nFG,Bea,B,respondent\n")
    return study


def test_while_everybody_stays_there_are_no_secrets(talk: Path):
    secrets = read_secrets(talk)
    assert secrets.words == secrets.shared == ()


def test_the_words_of_who_withdrew_are_secret_and_the_interviewer_s_are_not(talk: Path):
    withdraw(talk, "P2", on="2026-05-31")
    secrets = read_secrets(talk)
    assert secrets.words == (f"{SAID}. Yes.",)
    assert "It was cold. Yes." in secrets.shared
    assert SAID not in str(secrets.shared)


def test_who_did_not_agree_is_as_secret(talk: Path):
    people = talk / "respondents.csv"
    people.write_text(people.read_text().replace("P2,,yes", "P2,,no"))
    assert read_secrets(talk).words == (f"{SAID}. Yes.",)


def test_in_a_talk_of_several_only_theirs_are_secret(talk: Path):
    withdraw(talk, "B", on="2026-05-31")
    secrets = read_secrets(talk)
    assert secrets.words == ("We were all afraid that they would come in winter. Yes.",)
    outputs = {
        "a.csv": b"it was cold yes. What was the way like for you when you went",
        "b.csv": b"afraid that they would come in winter. Yes",
    }
    found = find_leaks(outputs, secrets.words, shared=secrets.shared)
    assert [problem.file for problem in found] == ["b.csv"]


def quote(study: Path, words: str) -> None:
    text = evalkit.read_study(study).texts["P2"]
    at = text.index(words)
    event = {"event": "add", "coding_id": "a-1", "document_id": "P2", "code_id": "hope"}
    event |= place_in(text, at, at + len(words))
    append_events(study / "codings" / "ana.jsonl", [event])


def test_a_deleted_transcript_is_known_by_its_codings(talk: Path):
    quote(talk, SAID)
    withdraw(talk, "P2", on="2026-05-31")
    (talk / "transcripts" / "P2.txt").unlink()
    assert read_secrets(talk).words == (SAID,)


def test_a_transcript_that_cannot_be_read_stops_only_if_it_is_of_somebody_gone(
    talk: Path,
):
    withdraw(talk, "P2", on="2026-05-31")
    (talk / "transcripts" / "P1.txt").write_bytes(b"")
    assert read_secrets(talk).words == (f"{SAID}. Yes.",)
    (talk / "transcripts" / "P2.txt").write_bytes(b"")
    with pytest.raises(ProblemsError, match=r"transcripts/P2\.txt: the file is empty"):
        read_secrets(talk)


def test_a_table_that_cannot_be_read_stops_the_search(talk: Path):
    withdraw(talk, "P2", on="2026-05-31")
    (talk / "interviews.csv").write_text('document_id,file\n"P2')
    with pytest.raises(ProblemsError, match=r"interviews\.csv"):
        read_secrets(talk)
