"""Words of people who are gone, looked for in everything that a report is made of."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from evalkit.coding.log import fold_events, read_events
from evalkit.errors import Problem, ProblemsError, UnreadableError
from evalkit.shingles import RUN, Runs
from evalkit.study.checks import find_transcript
from evalkit.study.withdraw import Everybody, read_everybody
from evalkit.transcripts.source import LARGEST

_DEPTH = 8  # a page in a page in a package, and so on
_ASIDE = {"script", "style", "w:instrtext", "w:deltext"}
_ELEMENT = re.compile(r"<[a-zA-Z!/?]|&[#\w]+;")
_ODD_SECTION = re.compile(r"<!\[(?!CDATA\[)")  # the parser gives up on some
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[nrt])")
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Secrets:
    """Words that may be in no output, and words that may, though the same.

    `words` are of people who withdrew or did not agree to analysis; `shared` of voices
    that stay: other people, and interviewers in the documents that stay.
    """

    words: tuple[str, ...]
    shared: tuple[str, ...]


def read_secrets(folder: str | Path) -> Secrets:
    """Read the words that a study's outputs may not hold; `read_study` leaves them out.

    Of a document that is theirs alone also what coders quoted, so that a transcript
    that was deleted since is known by its codings. `ProblemsError` names the
    transcripts of theirs that are there and cannot be read: nobody could say whether
    an output holds them.
    """
    folder = Path(folder)
    everybody = read_everybody(folder)
    if not everybody.gone:
        return Secrets((), ())
    _refuse_unread(folder, everybody)
    words = everybody.join_words(everybody.gone)
    words += _read_quotations(folder, {*everybody.find_alone(everybody.gone)})
    return Secrets(tuple(words), tuple(everybody.join_others(everybody.gone)))


def _refuse_unread(folder: Path, everybody: Everybody) -> None:
    documents = everybody.find_documents(everybody.gone)
    rows = everybody.interviews
    files = rows.loc[rows["document_id"].isin(documents), "file"]
    paths = [find_transcript(folder, str(file)) for file in files]
    names = {f"transcripts/{path.name}" for path in paths if path.is_file()}
    unread = [problem for problem in everybody.problems if problem.file in names]
    if unread:
        raise ProblemsError(unread)


def _read_quotations(folder: Path, documents: set[str]) -> list[str]:
    return [
        str(event["quotation"])
        for path in sorted((folder / "codings").glob("*.jsonl"))
        for event in fold_events(read_events(path), file=path.name).codings.values()
        if event["document_id"] in documents
    ]


def find_leaks(
    outputs: Mapping[str, bytes],
    secret: Iterable[str],
    *,
    shared: Iterable[str] = (),
    n: int = RUN,
) -> list[Problem]:
    """Find the outputs (name: content) that hold `n` words in a row of `secret`.

    What is in `shared` too is no leak. One problem a file; it tells neither the words
    nor whose they are. A file that cannot be looked into is a problem as well. Of a
    person who said fewer than `n` words in all nothing can be found.

    >>> said = "we left early because the road was not safe"
    >>> for each in find_leaks({"a.csv": b"P1,we LEFT early"}, [said], n=3):
    ...     print(each)
    a.csv: it holds 3 words in a row of somebody who withdrew or did not agree: take
    them out of claims.yaml, the codebook or the notebook
    """
    runs = Runs(secret, n=n, shared=shared)
    if not runs:
        return []
    problems = []
    for name, content in sorted(outputs.items()):
        try:
            is_leak = runs.stand_in(_walk_text(name, content))
        except UnreadableError as error:
            problems.append(error.at(name))
            continue
        if is_leak:
            what = (
                f"it holds {n} words in a row of somebody who withdrew or did not agree"
            )
            mend = "take them out of claims.yaml, the codebook or the notebook"
            problems.append(Problem(name, 0, what, mend))
    return problems


def extract_text(name: str, content: bytes) -> list[str]:
    """Extract every text of an output, seen or unseen, by its name's ending.

    Of pages and packages (.html, .svg, .docx, .xlsx, …) the text without elements,
    attributes, comments, scripts, and what is embedded as text; of a PDF its pages and
    every string in it; of JSON and notebooks every string. Words in pictures and in
    compressed data of other kinds are not read. `UnreadableError` says why not.

    >>> extract_text("a.html", b'<p title="Note">We <b>le</b>ft</p>')
    ['We  le ft', 'Note']
    """
    return list(_walk_text(name, content))


def _walk_text(name: str, content: bytes, depth: int = 0) -> Iterator[str]:
    suffix = Path(name).suffix.casefold()
    if depth > _DEPTH:
        raise UnreadableError("it is packed too deeply", mend="build it again")
    if content.startswith(b"%PDF"):
        yield from _walk_pdf(content)
    elif content.startswith(_ZIP):
        yield from _walk_package(content, depth)
    elif suffix == ".parquet":
        yield from _walk_parquet(content)
    elif suffix in (".pdf", ".docx", ".xlsx"):
        raise UnreadableError(f"it is no {suffix[1:].upper()}", mend="build it again")
    else:
        yield from _walk_marked(_decode(content), depth, suffix=suffix)


def _decode(content: bytes) -> str:
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, errors="ignore")
    return content.decode(errors="ignore")


_PAGES = (".html", ".htm", ".xhtml", ".svg", ".xml", ".rels")
_JSON = (".json", ".ipynb", ".geojson")


def _walk_marked(text: str, depth: int, *, suffix: str = "") -> Iterator[str]:
    """Yield a text as it is, without its escapes, and without its elements."""
    if suffix not in _PAGES:
        yield text
        if suffix in _JSON or text.lstrip()[:1] in ("{", "["):
            yield from _walk_json(text, depth)
        if "\\" in text:
            yield _ESCAPE.sub(lambda x: chr(int(x[1], 16)) if x[1] else " ", text)
    if suffix in _PAGES or _ELEMENT.search(text):
        yield from _walk_page(text, depth)


def _walk_page(text: str, depth: int) -> Iterator[str]:
    page = _Page()
    page.feed(_ODD_SECTION.sub("< [", text))
    page.close()
    yield " ".join(page.seen)
    for attribute in page.attributes:
        if attribute.startswith("data:"):
            yield from _walk_uri(attribute, depth)
        elif depth < _DEPTH and _ELEMENT.search(attribute):  # a page in an attribute
            yield from _walk_marked(attribute, depth + 1)
        else:
            yield attribute
    for aside in page.aside:
        yield aside
        for uri in re.findall(r"""data:[^\s"')]+""", aside):
            yield from _walk_uri(uri, depth)
        if depth < _DEPTH and ("\\" in aside or _ELEMENT.search(aside)):
            yield from _walk_marked(aside, depth + 1)


class _Page(HTMLParser):
    """What a page shows, what it says in attributes, and what it keeps aside."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.attributes: list[str] = []
        self.aside: list[str] = []
        self._is_aside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_aside += tag in _ASIDE
        self.attributes += [value for _, value in attrs if value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [value for _, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        self._is_aside -= tag in _ASIDE and self._is_aside > 0

    def handle_data(self, data: str) -> None:
        (self.aside if self._is_aside else self.seen).append(data)

    def handle_comment(self, data: str) -> None:
        self.aside.append(data)

    def handle_decl(self, decl: str) -> None:
        self.aside.append(decl)

    def handle_pi(self, data: str) -> None:
        self.aside.append(data)

    def unknown_decl(self, data: str) -> None:
        self.seen.append(data.removeprefix("CDATA["))


def _walk_uri(uri: str, depth: int) -> Iterator[str]:
    """Yield the text in a data: URI; a picture's or a font's bytes are no text."""
    head, _, body = uri.partition(",")
    kind = head.removeprefix("data:").casefold()
    if kind.startswith(("image/", "font/", "audio/", "video/")) and "svg" not in kind:
        return
    content = urllib.parse.unquote_to_bytes(body)
    if kind.endswith(";base64"):
        try:
            content = base64.b64decode(content + b"==")
        except binascii.Error:
            return
    suffix = ".svg" if "svg" in kind or "html" in kind else ""
    yield from _walk_text(f"embedded{suffix}", content, depth + 1)


def _walk_json(text: str, depth: int) -> Iterator[str]:
    try:
        values = [json.loads(text)]
    except ValueError:
        try:
            values = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            return
    except RecursionError as error:
        raise UnreadableError("it nests too deeply", mend="build it again") from error
    for each in _walk_values(values):
        yield each
        if depth < _DEPTH and ("\\" in each or _ELEMENT.search(each)):
            yield from _walk_marked(each, depth + 1)


def _walk_values(value: Any) -> Iterator[str]:
    """Yield the strings of JSON; strings in a list (a notebook's lines) are one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from _walk_values(each)
    elif isinstance(value, list):
        yield "".join(each for each in value if isinstance(each, str))
        for each in value:
            yield from _walk_values(each)


def _walk_package(content: bytes, depth: int) -> Iterator[str]:
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        members = package.infolist()
        if sum(member.file_size for member in members) > LARGEST:
            raise UnreadableError("it would unpack to too much", mend="build it again")
        for member in members:
            yield member.filename
            yield from _walk_text(member.filename, package.read(member), depth + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError) as error:
        raise UnreadableError("its ZIP is damaged", mend="build it again") from error
    except (NotImplementedError, RuntimeError) as error:
        raise UnreadableError("its ZIP is locked", mend="build it again") from error


def _walk_pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        yield " ".join(page.extract_text() for page in reader.pages)
        places = {(number, 0) for number in reader.xref_objStm}
        for generation, numbers in reader.xref.items():
            places |= {(number, generation) for number in numbers}
        for number, generation in sorted(places):
            yield from _walk_object(reader, number, generation)
    except (PyPdfError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnreadableError("the PDF is damaged", mend="build it again") from error


def _walk_object(reader: Any, number: int, generation: int) -> Iterator[str]:
    """Yield the strings of one object: titles, alternative texts, outlines, notes."""
    from pypdf.generic import IndirectObject, StreamObject

    value = reader.get_object(IndirectObject(number, generation, reader))
    yield from _walk_pdf_values(value)
    is_text = isinstance(value, StreamObject) and (
        value.get("/Type") in ("/Metadata", "/EmbeddedFile")
    )
    if is_text:
        yield from _walk_text("embedded", value.get_data(), 1)


def _walk_pdf_values(value: Any) -> Iterator[str]:
    from pypdf.generic import ByteStringObject, TextStringObject

    if isinstance(value, TextStringObject):
        yield str(value)
    elif isinstance(value, ByteStringObject):
        yield _decode(bytes(value))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _walk_pdf_values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _walk_pdf_values(each)


def _walk_parquet(content: bytes) -> Iterator[str]:
    import pandas as pd

    try:
        table = pd.read_parquet(io.BytesIO(content))
    except ImportError:
        return  # then nothing here has written one
    except (OSError, ValueError) as error:
        raise UnreadableError("it is no Parquet", mend="build it again") from error
    yield _decode(content)  # the names and notes that are not compressed
    for name in table:
        yield " ".join([str(name), *(str(each) for each in table[name])])
