from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import UnreadableError
from evalkit.transcripts.rtf import parse_rtf
from evalkit.transcripts.source import Source


def read(body: str | bytes, head: str = r"\ansi\ansicpg1252") -> Source:
    written = body.encode("latin-1") if isinstance(body, str) else body
    return parse_rtf(b"{\\rtf1" + head.encode() + b" " + written + b"}")[0]


def text_of(body: str | bytes, head: str = r"\ansi\ansicpg1252") -> str:
    return read(body, head).text


def bold_of(body: str) -> list[str]:
    source = read(body)
    return [source.text[start:end] for start, end in source.bold]


def refusal(content: bytes) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        parse_rtf(content)
    return caught.value


def test_what_does_not_begin_as_rich_text_is_refused():
    error = refusal(b"I: Why?\n")
    assert "does not begin" in error.what
    assert error.line == 1


def test_a_mark_and_white_space_before_the_beginning_are_no_matter():
    assert parse_rtf(b"\xef\xbb\xbf\r\n{\\rtf1 a}")[0].text == "a"


@pytest.mark.parametrize("end", [b"", b"\n\n", b"\\", b"{\\b so}", b"\\bin9 }"])
def test_a_file_that_breaks_off_is_refused_with_its_last_line(end: bytes):
    error = refusal(b"{\\rtf1 I: Why?\\par\nR: Bec" + end)
    assert "breaks off" in error.what
    assert error.line == 2


def test_words_after_the_end_are_refused_with_their_line():
    error = refusal(b"{\\rtf1 I: a\\par}\n\nR: words\\par\n}")
    assert "words follow its end" in error.what
    assert error.line == 3


@pytest.mark.parametrize("end", [b"\0\0", b"\r\n \n", b"}", b"\x1a"])
def test_nothing_much_after_the_end_is_read(end: bytes):
    assert parse_rtf(b"{\\rtf1 I: a\\par}" + end)[0].text == "I: a"


def test_deep_nesting_is_read():
    assert text_of("{" * 200_000 + "a" + "}" * 200_000) == "a"


@pytest.mark.parametrize(
    "end", [r"\par ", r"\sect ", r"\page ", r"\column ", "\\\n", "\\\r"]
)
def test_a_paragraph_is_a_line_and_an_empty_one_is_none(end: str):
    assert text_of(f"one{end}{end} {end}two{end}") == "one\ntwo"


def test_line_ends_in_the_file_say_nothing():
    assert text_of("one\r\n and\n more\0") == "one and more"


def test_breaks_tabs_and_special_characters_within_a_paragraph():
    assert text_of(r"a\line b\tab c") == "a\nb\tc"
    assert text_of(r"\~\_\-\{\}\\") == "\xa0\u2011\xad{}\\"
    words = r"a\emdash\endash\bullet\lquote\rquote\ldblquote\rdblquote b"
    assert text_of(words) == "a—–•‘’“”b"
    assert text_of(r"a\emspace\enspace b") == "a\u2003\u2002b"


def test_the_space_after_a_word_belongs_to_it():
    assert text_of(r"a\b b\b0  c{\i d}") == "ab cd"


@pytest.mark.parametrize(
    ("body", "bold"),
    [
        (r"\b I: Why?\b0\par R: So.", ["I: Why?"]),
        (r"{\b I: Why?} \par R: So.", ["I: Why? "]),
        (r"\b I:\b0  Why?\par", []),
        (r"\b I:\plain  Why?\par", []),
        (r"\b I: {\b0 Why?}\par\b1 so", ["so"]),
        (r"\b one\par\pard two\par", ["one", "two"]),
        (r"\b one{\footnote a note}\par two", ["one", "two"]),
        (r"\b  \par\b0 a", []),
    ],
)
def test_a_paragraph_is_bold_where_every_word_is(body: str, bold: list[str]):
    assert bold_of(body) == bold


def test_a_row_is_a_line_and_its_cells_stand_between_tabs():
    row = r"\trowd\cellx1\cellx2\pard\intbl {}\cell {}\cell\row "
    body = (
        row.format("I", r"one\plain\par two\par")
        + row.format("", "")
        + row.format("R", "so")
    )
    assert text_of(rf"a\par {body}\pard b\par") == "a\nI\tone\ntwo\nR\tso\nb"


def test_cells_without_a_row_keep_their_place():
    assert text_of(r"\pard\intbl a\cell b\cell\pard c\par") == "a\tb\nc"
    assert text_of(r"\pard\intbl a\cell b\row\pard c\par") == "a\tb\nc"


def test_a_table_in_a_cell_keeps_its_rows():
    nested = (
        r"\pard\intbl\itap2 a\nestcell{\nonesttables\par}b\nestcell"
        r"{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}"
    )
    body = rf"\pard\intbl out\par {nested}\pard\intbl after\cell c\cell\row"
    assert text_of(body) == "out\na\tb\nafter\tc"


def test_a_letter_by_its_number_takes_the_place_of_its_fallback():
    assert text_of(r"\u8364 ?\u8364?a\uc2\u8364\'80\'80b{\uc0\u8364 c}\u8364xxd") == (
        "€€a€b€c€d"
    )
    assert text_of(r"\u8364\emdash a\u8364\bin2 }}a\u8364\~a\u8364\{a") == "€a€a€a€a"
    assert text_of(r"\u-3913 ?{\u8364}a\u8364{a}") == "\uf0b7€a€a"
    assert text_of(r"\uc2\u8364\bin1 }xa") == "€a"


def test_a_missing_fallback_does_not_cost_a_paragraph_or_a_letter():
    assert text_of("\\u8364\\par\\u8364\\u8364\\b a\\u8364\\\nb") == "€\n€€a€\nb"


def test_halves_of_letters_are_joined_and_lone_ones_are_named():
    assert text_of(r"\u-10179?\u-8704?\u128512?") == "😀😀"
    source = read(r"a\u-10179?b\par\u-8704?c\u9999999?d")
    assert source.text == "a\ufffdb\n\ufffdc\ufffdd"
    assert source.warnings == ("letters could not be read, and stand as \ufffd: 3",)


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (r"\ansi\ansicpg1252", r"\'e9", "é"),
        (r"\ansi", r"\'80", "€"),
        (r"\ansi\ansicpg0", r"\'80", "€"),
        (r"\ansi\ansicpg1251", r"\'cf\'f0", "Пр"),
        (r"\mac", r"\'8e", "é"),
        (r"\mac\ansicpg10000", r"\'8e", "é"),
        (r"\pc", r"\'82\'9b", "é¢"),
        (r"\pca", r"\'82\'9b", "éø"),
        (r"\ansi\ansicpg65001", r"\'c3\'a9", "é"),
        (r"\ansi\ansicpg936", r"\'c4\'e3", "你"),
        (r"\ansi\ansicpg932", r"\'83A\'95\'5c\'95\\\'83\{", "ア表表ボ"),
        (r"\ansi\ansicpg932", "\\'83\r\nA", "ア"),
        (r"\ansi\ansicpg932", "\x83A\x82\xa0", "アあ"),
        (r"\ansi\ansicpg1250", "\xb3", "ł"),
    ],
)
def test_bytes_are_read_in_the_documents_code_page(head: str, body: str, text: str):
    assert text_of(body, head) == text


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (0, r"\'e9", "é"),
        (1, r"\'e9", "й"),
        (77, r"\'8e", "é"),
        (128, r"\'82\'a0", "あ"),
        (129, r"\'b0\'a1", "가"),
        (134, r"\'c4\'e3", "你"),
        (136, r"\'a7A", "你"),
        (161, r"\'e1", "α"),
        (162, r"\'fd", "ı"),
        (163, r"\'fe", "₫"),
        (177, r"\'e0", "א"),
        (178, r"\'c7", "ا"),
        (186, r"\'e0", "ą"),
        (204, r"\'cf", "П"),
        (222, r"\'a1", "ก"),
        (238, r"\'b3", "ł"),
    ],
)
def test_bytes_are_read_in_their_fonts_code_page(charset: int, body: str, text: str):
    fonts = rf"{{\fonttbl{{\f0\fcharset0 A;}}{{\f1\fnil\fcharset{charset} B;}}}}"
    flat = rf"{{\fonttbl\f0\fcharset0 A;\f1\fcharset{charset} B;}}"
    head = r"\ansi\ansicpg1251\deff0"
    for table in (fonts, flat):
        body_after = rf"{{\f1 {body}}}\'e9\f1 {body}\plain\'e9"
        assert text_of(table + body_after, head) == f"{text}é{text}é"


def test_the_default_font_counts_only_where_one_is_named():
    table = r"{\fonttbl{\f0\fcharset238 A;}}\'b3"
    assert text_of(table, r"\ansi\deff0") == "ł"
    assert text_of(table, r"\ansi") == "³"


def test_raw_letters_are_utf_8_where_the_whole_file_is():
    assert text_of("é – 你\\'e9\\u8364é!".encode()) == "é – 你é€!"
    assert text_of(b"\xc3\xa9\xe9") == "Ã©é"


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (r"\ansi\ansicpg1252", r"a\'81b", "a\ufffdb"),
        (r"\ansi\ansicpg65001", r"a\'e9b", "a\ufffdb"),
        (r"\ansi\ansicpg9999", r"a\'e9b", "a\ufffdb"),
        (r"\ansi", r"a\'zb", "a\ufffdzb"),
    ],
)
def test_letters_that_cannot_be_read_are_warned_about(head: str, body: str, text: str):
    source = read(body, head)
    assert source.text == text
    assert source.warnings == ("letters could not be read, and stand as \ufffd: 1",)
    assert read(rf"{{\v {body}}}a", head).warnings == ()


def test_zero_bytes_and_escaped_line_ends_leave_no_trace():
    assert text_of(r"a\'00\u0?b\'0d\'0ac\'0dd") == "ab\nc\nd"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            r"They {\revised do not }{\deleted really }trust it.",
            "They do not trust it.",
        ),
        (r"a\deleted b\deleted0 c\deleted d\plain e", "ace"),
        (r"{\deleted a\u8364?\'e9\emdash\tab\line\~}b", "b"),
        (r"R: a{\deleted .\par }and b", "R: aand b"),
        (r"a{\mvf b}{\mvt c}", "ac"),
        (r"a{\v b\'e9}c\v d\v0 e\v f\plain g", "aceg"),
        (r"a{\v b\par}c", "a\nc"),
        (r"{\deleted a{\footnote\plain b}{\shp{\*\shpinst{\shptxt\plain c}}}}d", "d"),
    ],
)
def test_what_was_deleted_or_hidden_is_left_out(body: str, text: str):
    assert text_of(body) == text


@pytest.mark.parametrize(
    "name",
    """
    fonttbl colortbl stylesheet info pict object objdata header headerl headerr headerf
    footer footerl footerr footerf generator listtable listoverridetable rsidtbl
    themedata colorschememapping datastore latentstyles xmlnstbl fldinst annotation
    atnid atnauthor atndate atnref comment bkmkstart bkmkend nonshppict listtext pntext
    pntxta pntxtb shprslt sp xe tc NeXTGraphic *\\unheardof *\\fldinst *\\annotation
    """.split(),
)
def test_what_was_not_said_is_left_out(name: str):
    group = (
        rf"{{\{name} b{{\b c\par\'e9\u8364?\tab\emdash\cell\row}}\plain\v0 d\par"
        + "\\\n}"
    )
    assert text_of(f"I: a{group}e") == "I: ae"


def test_headers_and_footers_distances_hide_nothing():
    assert text_of(r"\headery720\footery720 a") == "a"


def test_a_fields_words_are_kept_and_its_instruction_is_not():
    field = r'{\field{\*\fldinst{HYPERLINK "http://x"}}{\fldrslt{\ul the site}}}'
    assert text_of(f"See {field}.") == "See the site."


def test_footnotes_stand_at_the_end():
    body = (
        r"\pard\intbl Said{\super\chftn{\footnote\pard\plain\chftn  One.\par Two.}}"
        r".\cell\row\pard So{\footnote\ftnalt Three.}.\par Last."
    )
    assert text_of(body) == "Said.\nSo.\nLast.\n One.\nTwo.\nThree."


def test_a_text_box_keeps_its_words_once():
    box = (
        r"{\shp{\*\shpinst\shpleft1{\sp{\sn descr}{\sv a picture}}"
        r"{\shptxt\pard in the box\par}}{\shprslt{\*\do{\dptxbxtext in the box}}}}"
    )
    assert text_of(rf"be{box}fore\par after") == "in the box\nbefore\nafter"
    assert text_of(r"be{\*\do{\dptxbxtext the box\par}}fore") == "the box\nbefore"


def test_binary_data_are_skipped_wherever_they_stand():
    assert text_of(b"a\\bin4 }{\\}b{\\pict\\bin3 }}}}c") == "abc"


def test_a_letter_after_a_picture_in_a_list_is_kept():
    assert text_of(r"{\listtext\bullet\tab}One\par{\*\pn{\pntxtb (}}Two") == "One\nTwo"


def test_many_fonts_and_many_fields_are_read():
    assert text_of("{\\fonttbl" + "\\f1 \\fcharset1 " * 20_000 + "}x") == "x"
    field = r'{\field{\*\fldinst HYPERLINK "x"}{\fldrslt '
    assert text_of(field * 2_000 + "a" + "}}" * 2_000) == "a"
    assert text_of("\\" + "a" * 100_000 + "9" * 100_000 + " b") == "b"


def escape(letters: str) -> str:
    units = letters.encode("utf-16-le")
    pairs = zip(units[::2], units[1::2], strict=True)
    codes = [low + 256 * high for low, high in pairs]
    return "".join(f"\\u{code - 65536 if code > 32767 else code}?" for code in codes)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffd")
    | st.sampled_from("éàñ́אבعم😀👩‍👧"),
    min_size=1,
).filter(str.strip)


@given(st.lists(WORDS, max_size=4))
def test_any_words_come_back_as_they_were_written(paragraphs: list[str]):
    body = "".join(rf"\pard {escape(words)}\par" + "\n" for words in paragraphs)
    assert text_of(body) == "\n".join(paragraphs)


@given(
    st.lists(st.sampled_from(r"{ } \par \b \u8364 \'e9 \'8 \* \v \cell \row a".split()))
)
def test_any_tokens_are_read_or_refused(tokens: list[str]):
    try:
        source = parse_rtf(b"{\\rtf1 " + "".join(tokens).encode() + b"}")[0]
    except UnreadableError:
        return
    assert all(source.text[start:end].strip() for start, end in source.bold)
