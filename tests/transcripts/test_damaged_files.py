"""A file that cannot be read gets one clear line, and is skipped whole."""

from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest

from evalkit.errors import UnreadableError
from evalkit.transcripts.read import PARSERS, find_speakers, parse_sources
from tests.transcripts.test_formats import make_docx, make_odt, make_zip, run


def refusal(content: bytes, suffix: str) -> str:
    with pytest.raises(UnreadableError) as error:
        parse_sources(content, suffix=suffix)
    problem = str(error.value.at(f"x{suffix}"))
    assert "\n" not in problem
    return problem


@pytest.mark.parametrize("suffix", PARSERS)
def test_an_empty_file_is_refused(suffix: str):
    assert "empty" in refusal(b" \n\n", suffix)


def test_an_unknown_ending_is_refused_with_those_that_are_read():
    assert ".docx" in refusal(b"x", ".pages")


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".xlsx"])
def test_an_old_or_encrypted_office_file_is_refused(suffix: str):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "encrypted" in refusal(content, suffix)


def test_an_encrypted_odt_is_refused():
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    members = {"content.xml": "\x01\x02", "META-INF/manifest.xml": manifest}
    assert "encrypted" in refusal(make_zip(members), ".odt")


def test_an_archive_that_declares_too_much_is_refused_before_it_is_unpacked():
    bomb = make_zip({"word/document.xml": "0" * 30_000_000})
    assert len(bomb) < 100_000
    assert "unpack to 30,000,000" in refusal(bomb, ".docx")


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE x SYSTEM "http://localhost:9/x.dtd">',
    ],
)
def test_xml_with_entities_or_document_types_is_refused(declared: str):
    docx = make_zip({"word/document.xml": f"{declared}<x/>"}, packed=False)
    odt = make_zip({"content.xml": f"{declared}<x/>"}, packed=False)
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{declared}<x/>'.encode("utf-16")
    ttml = f'{declared}<tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>'
    for content, suffix in ((docx, ".docx"), (odt, ".odt"), (ttml.encode(), ".ttml")):
        assert "declares XML entities" in refusal(content, suffix)
    assert "declares" in refusal(wide, ".ttml")


def test_an_encrypted_pdf_and_one_without_words_are_refused():
    import io

    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    plain, locked = io.BytesIO(), io.BytesIO()
    writer.write(plain)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(locked)
    assert "OCR" in refusal(plain.getvalue(), ".pdf")
    assert "encrypted" in refusal(locked.getvalue(), ".pdf")


@pytest.mark.parametrize(
    ("content", "suffix", "line", "words"),
    [
        (b"00:01.000 --> 00:02.000\nHi\n", ".vtt", 1, "WEBVTT"),
        (b"WEBVTT\n\n00:01.000 --> 00:0x.000\nHi\n", ".vtt", 3, "00:0x.000"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\nLost words\n", ".vtt", 6, "Lost"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\nLost\n", ".srt", 5, "time"),
        (b"0:00:01.0,0:00:02.0\nHi\n\nLost\n", ".sbv", 4, "Lost"),
        (b"speaker,text\nI,Why?\nR,So,we left\n", ".csv", 3, "3 cells"),
        (b'speaker,text\nI,Why?\nR,"So\n', ".csv", 3, "not closed"),
        (b"speaker,text,text\nI,Why?,x\n", ".csv", 1, "two columns are named text"),
        (b"speaker,text,\nI,Why?,lost\n", ".csv", 2, "a column without a name"),
        (b"WEBVTT\n00:01.000 --> 00:02.000\nlost\n", ".vtt", 2, "the file's head"),
        (b"who,said\nI,Why?\n", ".csv", 1, "no column holds the words"),
    ],
)
def test_a_refusal_says_where(content: bytes, suffix: str, line: int, words: str):
    problem = refusal(content, suffix)
    assert problem.startswith(f"x{suffix}:{line}: ")
    assert words in problem


def test_a_text_file_with_zero_bytes_is_refused():
    assert "not a text file" in refusal(b"PNG\0\0abc\0" * 50, ".txt")


def make_samples(top: Path) -> list[tuple[bytes, str]]:
    folder = top / "corpus/advocates/transcripts"
    samples = [(p.read_bytes(), p.suffix) for p in sorted(folder.iterdir())]
    samples.append((make_docx(f"<w:p>{run('I: Why?')}</w:p>"), ".docx"))
    samples.append((make_odt("<text:p>I: Why?</text:p>"), ".odt"))
    samples.append((rb"{\rtf1\ansi I: Why?\par R: \'e9{\b So}.}", ".rtf"))
    samples.append((b"1\n00:00:01,000 --> 00:00:02,000\nHi\n", ".srt"))
    return samples


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_are_read_or_refused_never_worse(
    seed: int, top: Path, monkeypatch: pytest.MonkeyPatch
):
    def no_network(*args: object) -> None:
        raise AssertionError("a reader opened a socket")

    monkeypatch.setattr(socket, "socket", no_network)
    chance = random.Random(seed)
    for content, suffix in make_samples(top):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.5:
            del damaged[chance.randrange(len(damaged)) :]
        try:
            sources = parse_sources(bytes(damaged), suffix=suffix)
        except UnreadableError:
            continue
        for source in sources:
            find_speakers(source, sha256="")
