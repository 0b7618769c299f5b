"""What people say reaches every output as text, and as nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pandas as pd
import pytest
from pypdf import PdfReader

import evalkit
from evalkit.study.verdicts import add_verdict
from tests.conftest import missing
from tests.study.test_study import code

WORDS = (
    "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} =cmd() *stars* [a](b) <img src=x> "
    "&lt; $x^2$ \\u0041 " + "x" * 10_000 + " end."
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("hostile")
    folder = evalkit.new_study(top / "villages", title="<b>Two</b> {{ villages }} & =1")
    (top / "P1.txt").write_text(f"I: And?\nR: {WORDS}\n")
    (top / "P2.txt").write_text("I: Why?\nR: Hope and nothing else.\n")
    evalkit.add_documents(
        folder,
        [top / "P1.txt", top / "P2.txt"],
        may_analyse="yes",
        may_quote="yes",
    )
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace("k = 3", "k = 1"))
    assert "k = 1" in settings.read_text()
    (folder / "codebook.yaml").write_text(
        "version: '1'\nattributes: {stance: [supports, qualifies, contradicts]}\n"
        "codes:\n  - {id: hope, name: '<b>Hope</b> {{ x }}', definition: '<i>=1+1'}\n"
    )
    statement = "<u>They</u> hoped {{ 1 }}."
    (folder / "claims.yaml").write_text(
        f"claims:\n  - {{id: K1, question: Q1, statement: '{statement}', "
        "codes: [hope], rivals: ['<script>no</script>']}\n"
    )
    settings.write_text(
        settings.read_text().replace(
            '# Q1 = "What did the programme change?"', 'Q1 = "Why <em>so</em>?"'
        )
    )
    for document, words in (("P1", WORDS), ("P2", "Hope and nothing else.")):
        code(folder, document, words, "hope", stance="supports")
    for row in evalkit.read_study(folder).codings.itertuples():
        add_verdict(
            folder,
            claim_id="K1",
            coding_id=row.coding_id,
            bears_out="yes",
            statement=statement,
            words=row.quotation,
            by="ana",
        )
    try:
        import weasyprint  # noqa: F401
    except OSError:
        missing("Pango")
    formats = ("html", "pdf", "docx")
    outs = {}
    for audience in ("internal", "funder"):
        outs[audience] = top / audience
        evalkit.build_report(folder, outs[audience], audience=audience, to=formats)
    return outs


@pytest.mark.parametrize("audience", ["internal", "funder"])
def test_on_the_page(built: dict[str, Path], audience: str):
    page = (built[audience] / "report.html").read_text()
    assert "<script" not in page
    assert "<img" not in page
    for tag in ("<b>Two", "<b>Hope", "<u>They", "<em>so", "<i>="):
        assert tag not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} {% raw %} =cmd()" in page
    assert "*stars* [a](b) &lt;img src=x&gt; &amp;lt; $x^2$ \\u0041 xxx" in page
    assert "&lt;b&gt;Two&lt;/b&gt; {{ villages }} &amp; =1" in page


@pytest.mark.parametrize("audience", ["internal", "funder"])
def test_in_the_pdf(built: dict[str, Path], audience: str):
    reader = PdfReader(built[audience] / "report.pdf")
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    assert re.sub(r"\s+", "", WORDS[:120]) in text
    assert text.count("x" * 50) >= 100
    catalog = str(reader.trailer["/Root"])
    assert "JavaScript" not in catalog


@pytest.mark.parametrize("audience", ["internal", "funder"])
def test_in_the_word_document(built: dict[str, Path], audience: str):
    document = docx.Document(str(built[audience] / "report.docx"))
    said = [each.text for each in document.paragraphs]
    assert any(WORDS in each for each in said)


def test_in_the_tables(built: dict[str, Path]):
    turns = pd.read_csv(built["internal"] / "tables" / "turns.csv")
    assert WORDS in turns["text"].to_list()
    quotations = pd.read_csv(built["funder"] / "tables" / "quotations.csv")
    assert WORDS in quotations["words"].to_list()
