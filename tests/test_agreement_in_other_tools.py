"""Every number in the tables of the page on agreement is worked out anew."""

from __future__ import annotations

import re
from fractions import Fraction as F
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from evalkit.analysis.agreement_by_code import measure_by_code
from evalkit.analysis.unitizing import fill_gaps, measure_unitizing
from evalkit.analysis.unitizing_by_code import measure_unitizing_by_code

PAGE = "docs/agreement-in-other-tools.md"
CODES = ["morale", "legitimacy"]
UNITS = {"character": 1, "sentence": 100, "turn": 200}
LENGTH = 1000

Row = dict[str, str]
Tables = list[list[Row]]


class Span(NamedTuple):
    code: str
    start: int
    end: int


class Counts(NamedTuple):
    both: int
    a: int
    b: int
    neither: int


def parse_tables(text: str) -> Tables:
    tables = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.M):
        lines = [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in block.splitlines()
        ]
        tables.append([dict(zip(lines[0], row, strict=True)) for row in lines[2:]])
    return tables


def parse_spans(table: list[Row], coder: str) -> list[Span]:
    found = [re.findall(r"(\w+) (\d+)–(\d+)", row[coder]) for row in table]
    return [Span(c, int(start), int(end)) for spans in found for c, start, end in spans]


@pytest.fixture
def tables(top: Path) -> Tables:
    return parse_tables((top / PAGE).read_text("utf-8"))


@pytest.fixture
def ana(tables: Tables) -> list[Span]:
    return parse_spans(tables[2], "Ana")


@pytest.fixture
def bo(tables: Tables) -> list[Span]:
    return parse_spans(tables[2], "Bo")


def touched(spans: list[Span], code: str, width: int = 1) -> set[int]:
    return {
        at // width for c, start, end in spans if c == code for at in range(start, end)
    }


def count(ana: list[Span], bo: list[Span], code: str, width: int = 1) -> Counts:
    a, b = touched(ana, code, width), touched(bo, code, width)
    return Counts(len(a & b), len(a - b), len(b - a), LENGTH // width - len(a | b))


def count_coded(ana: list[Span], bo: list[Span], code: str) -> Counts:
    """Count only characters that somebody gave any code."""
    c = count(ana, bo, code)
    coded = len({at for s in [*ana, *bo] for at in range(s.start, s.end)})
    return Counts(*c[:3], coded - sum(c[:3]))


def correct(observed: F, expected: F) -> F:
    return (observed - expected) / (1 - expected)


def shares(c: Counts) -> tuple[F, F, F]:
    n = sum(c)
    return F(c.both + c.neither, n), F(c.both + c.a, n), F(c.both + c.b, n)


def percent(c: Counts) -> F:
    return 100 * shares(c)[0]


def chance(c: Counts) -> F:
    _, a, b = shares(c)
    return a * b + (1 - a) * (1 - b)


def kappa(c: Counts) -> F:
    return correct(shares(c)[0], chance(c))


def ac1(c: Counts) -> F:
    observed, a, b = shares(c)
    mean = (a + b) / 2
    return correct(observed, 2 * mean * (1 - mean))


def brennan_prediger(c: Counts) -> F:
    return correct(shares(c)[0], F(1, 2))


def alpha(c: Counts) -> F:
    n = 2 * sum(c)
    yes = 2 * c.both + c.a + c.b
    return 1 - F(2 * (c.a + c.b), n) / F(2 * yes * (n - yes), n * (n - 1))


def coded_only(c: Counts) -> F:
    return F(100 * c.both, c.both + c.a + c.b)


def holsti(c: Counts) -> F:
    return F(100 * 2 * c.both, (c.both + c.a) + (c.both + c.b))


def qualcoder(c: Counts) -> tuple[F, F, F]:
    """Po, Pyes and Pno as in QualCoder, of coded characters only."""
    coded = c.both + c.a + c.b
    return (
        F(c.both, coded),
        F(c.both + c.a, coded) * F(c.both + c.b, coded),
        F(c.b, coded) * F(c.a, coded),
    )


def qualcoder_kappa(c: Counts) -> F:
    observed, yes, no = qualcoder(c)
    return correct(observed, yes * no)


def overlap(a: Span, b: Span) -> int:
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def partners(spans: list[Span], others: list[Span], share: F) -> int:
    """How many spans overlap one of the same code by this share of the longer."""
    return sum(
        any(
            s.code == o.code
            and overlap(s, o) >= share * max(s.end - s.start, o.end - o.start)
            for o in others
        )
        for s in spans
    )


def maxqda(ana: list[Span], bo: list[Span], share: F) -> F:
    found = partners(ana, bo, share) + partners(bo, ana, share)
    return F(found, len(ana) + len(bo))


class Spans:
    """The sums of Krippendorff and others (2016), for two coders; "" is a gap."""

    def __init__(self, ana: list[Span], bo: list[Span], codes: list[str]) -> None:
        laid = [self.fill([s for s in one if s.code in codes]) for one in (ana, bo)]
        every = [s for one in laid for s in one]
        self.values = ["", *codes]
        self.total = 2 * LENGTH
        self.same = dict.fromkeys(self.values, 0)
        self.with_gap = dict.fromkeys(self.values, 0)
        self.pieces: dict[str, list[int]] = {v: [] for v in codes}
        for one, other in permutations(laid):
            for s in one:
                for o in other:
                    self.same[s.code] += overlap(s, o) * (s.code == o.code)
                    self.with_gap[s.code] += overlap(s, o) * (o.code == "")
                coded = sum(overlap(s, o) for o in other if o.code)
                if s.code and coded:
                    self.pieces[s.code].append(coded)
        self.lengths = {
            v: [s.end - s.start for s in every if s.code == v] for v in self.values
        }
        self.length = {v: sum(self.lengths[v]) for v in self.values}
        self.square = {
            v: sum(n**2 if v else n for n in self.lengths[v]) for v in self.values
        }
        self.coded = {v: self.length[v] - self.with_gap[v] for v in codes}

    @staticmethod
    def fill(spans: list[Span]) -> list[Span]:
        filled, at = [], 0
        for span in sorted(spans, key=lambda s: s.start):
            filled += [Span("", at, span.start), span]
            at = span.end
        return [s for s in [*filled, Span("", at, LENGTH)] if s.end > s.start]

    def expected(self, c: str, k: str) -> F:
        left = self.total**2 - sum(self.square.values())
        pairs = self.length[c] * self.length[k] - (self.square[c] if c == k else 0)
        return F(self.total * pairs, left)

    def expected_coded(self, c: str, k: str) -> F:
        total = sum(self.coded.values())
        squares = {v: sum(n**2 for n in self.pieces[v]) for v in self.coded}
        left = total - F(sum(squares.values()), total)
        return (self.coded[c] * self.coded[k] - (squares[c] if c == k else 0)) / left

    def u(self) -> F:
        apart = self.total - sum(self.same.values())
        return 1 - apart / (self.total - sum(self.expected(v, v) for v in self.values))

    def bar(self) -> F:
        apart = self.length[""] - self.same[""]
        return 1 - apart / sum(self.expected("", v) for v in self.coded)

    def cu(self) -> F:
        total = sum(self.coded.values())
        apart = total - sum(self.same[v] for v in self.coded)
        return 1 - apart / (total - sum(self.expected_coded(v, v) for v in self.coded))

    def ku(self, k: str) -> F:
        row = sum(self.expected_coded(c, k) for c in self.coded)
        apart = F(self.coded[k] - self.same[k], self.coded[k])
        return 1 - apart * row / (row - self.expected_coded(k, k))

    def coverage(self) -> F:
        return F(100 * sum(self.coded.values()), self.total)


def number(value: F, digits: int = 3) -> str:
    return f"{float(value):.{digits}f}".replace("-", "−")


def rate(value: F) -> str:
    return number(value, 1) + "%"


def plain(value: F) -> str:
    return str(value) if value.denominator % 3 == 0 else f"{float(value):.10g}"


def evaluate(sum_: str) -> float:
    for sign, python in [("×", "*"), ("−", "-"), ("²", "**2"), (",", "")]:
        sum_ = sum_.replace(sign, python)
    assert re.fullmatch(r"[\d.+\-*/() ]+", sum_), sum_
    return float(eval(sum_))


def test_what_each_program_reports_is_what_its_formula_gives(
    tables: Tables, ana: list[Span], bo: list[Span]
):
    cs = [count(ana, bo, code) for code in CODES]
    sentences = [count(ana, bo, code, 100) for code in CODES]
    spans = Spans(ana, bo, CODES)
    rates = " · ".join(rate(percent(c)) for c in cs)
    kappas = " · ".join(number(kappa(c)) for c in cs)
    by_sentence = " · ".join(number(kappa(c)) for c in sentences)
    alphas = " · ".join(number(alpha(c)) for c in cs)
    cu = number(spans.cu())
    expected = {
        "NVivo: percentage agreement": (rates, rates),
        "NVivo: kappa, characters": (kappas, kappas),
        "NVivo for Mac: kappa, sentences": (by_sentence, by_sentence),
        "QualCoder: Agree %": (rates, rates),
        "QualCoder: Agree coded only %": (
            " · ".join(rate(coded_only(c)) for c in cs),
            " · ".join(rate(percent(count_coded(ana, bo, code))) for code in CODES),
        ),
        "QualCoder: Kappa": (
            " · ".join(number(qualcoder_kappa(c)) for c in cs),
            kappas,
        ),
        "ATLAS.ti: percent agreement": (rates, rates),
        "ATLAS.ti: Holsti index": (" · ".join(rate(holsti(c)) for c in cs), "–"),
        "ATLAS.ti: alpha binary": (alphas, alphas),
        "ATLAS.ti: cu-alpha, both codes in one domain": (cu, cu),
    }
    for share in (90, 50):
        found = maxqda(ana, bo, F(share, 100))
        which = f"segments that overlap by {share}%"
        expected[f"MAXQDA: percentage, {which}"] = (rate(100 * found), "–")
        expected[f"MAXQDA: kappa, {which}"] = (
            number(correct(found, F(1, len(CODES)))),
            cu,
        )
    printed = {row["You reported"]: (row["There"], row["Here"]) for row in tables[0]}
    assert printed == expected


def test_the_table_of_units_and_chance_prints_no_number(tables: Tables):
    cells = [cell for row in tables[1] for cell in row.values()]
    assert not re.search(r"\d", "".join(cells).replace("AC1", ""))


def test_counts_are_those_of_the_two_codings(
    tables: Tables, ana: list[Span], bo: list[Span]
):
    printed = [tuple(row.values()) for row in tables[3]]
    assert printed == [
        (unit, code, *map(str, count(ana, bo, code, width)))
        for unit, width in UNITS.items()
        for code in CODES
    ]


def test_our_coefficients_on_units_follow_from_the_counts(
    tables: Tables, ana: list[Span], bo: list[Span]
):
    names = ["percent", "Cohen's kappa", "Krippendorff's alpha", "Gwet's AC1"]
    assert [*tables[4][0]] == ["Unit", "Code", *names, "Brennan & Prediger's kappa"]
    printed = [tuple(row.values()) for row in tables[4]]
    expected = []
    for unit, width in UNITS.items():
        for code in CODES:
            c = count(ana, bo, code, width)
            values = [number(f(c)) for f in (kappa, alpha, ac1, brennan_prediger)]
            expected.append((unit, code, rate(percent(c)), *values))
    assert printed == expected


def test_our_coefficients_on_spans_follow_from_the_codings(
    tables: Tables, ana: list[Span], bo: list[Span]
):
    spans = Spans(ana, bo, CODES)
    printed = {row["On spans"]: row["Value"] for row in tables[5]}
    assert printed == {
        "uα": number(spans.u()),
        r"\|uα": number(spans.bar()),
        "cuα": number(spans.cu()),
        "(k)uα, morale": number(spans.ku("morale")),
        "(k)uα, legitimacy": number(spans.ku("legitimacy")),
        "coverage of cuα": rate(spans.coverage()),
        "uα, morale alone": number(Spans(ana, bo, ["morale"]).u()),
        "uα, legitimacy alone": number(Spans(ana, bo, ["legitimacy"]).u()),
    }


def work(c: Counts) -> dict[str, str]:
    """Every working of one code, with its counts put in."""
    observed, a, b = shares(c)
    p, q, r = plain(observed), plain(chance(c)), plain((a + b) / 2)
    yes, n = 2 * c.both + c.a + c.b, 2 * LENGTH
    by_chance = f"2 × {r} × {plain(1 - (a + b) / 2)}"
    na, nb, coded = c.both + c.a, c.both + c.b, c.both + c.a + c.b
    po, py, pn = map(plain, qualcoder(c))
    sums = {
        "percent, character": f"100 × ({c.both} + {c.neither}) / 1,000",
        "chance of kappa": f"{plain(a)} × {plain(b)} + {plain(1 - a)} × {plain(1 - b)}",
        "Cohen's kappa, character": f"({p} − {q}) / (1 − {q})",
        "alpha, character": f"1 − {plain(1 - observed)} / "
        f"(2 × {yes} × {n - yes} / ({n} × {n - 1}))",
        "AC1, character": f"({p} − {by_chance}) / (1 − {by_chance})",
        "Agree coded only": f"100 × {c.both} / ({c.both} + {c.a} + {c.b})",
        "Holsti index": f"100 × 2 × {c.both} / ({na} + {nb})",
        "QualCoder: Pyes": f"{na} / {coded} × {nb} / {coded}",
        "QualCoder: Pno": f"{coded - na} / {coded} × {coded - nb} / {coded}",
        "QualCoder: Kappa": f"({po} − {py} × {pn}) / (1 − {py} × {pn})",
        "the same with the chances added": f"({po} − ({py} + {pn})) / "
        f"(1 − ({py} + {pn}))",
    }
    _, yes_, no = qualcoder(c)
    values = {
        "percent, character": number(percent(c), 1),
        "chance of kappa": number(chance(c)),
        "Cohen's kappa, character": number(kappa(c)),
        "alpha, character": number(alpha(c)),
        "AC1, character": number(ac1(c)),
        "Agree coded only": number(coded_only(c), 1),
        "Holsti index": number(holsti(c), 1),
        "QualCoder: Pyes": number(yes_),
        "QualCoder: Pno": number(no),
        "QualCoder: Kappa": number(qualcoder_kappa(c)),
        "the same with the chances added": number(correct(qualcoder(c)[0], yes_ + no)),
    }
    return {name: f"`{sums[name]} = {values[name]}`" for name in sums}


def test_the_workings_of_each_code_put_its_counts_in(
    tables: Tables, ana: list[Span], bo: list[Span]
):
    workings = {code: work(count(ana, bo, code)) for code in CODES}
    assert tables[6] == [
        {"Figure": name} | {code: workings[code][name] for code in CODES}
        for name in workings["morale"]
    ]


def test_the_workings_of_both_codes_put_their_sums_in(
    tables: Tables, ana: list[Span], bo: list[Span]
):
    s = Spans(ana, bo, CODES)
    squares = sum(s.square.values())
    gap, coded = s.length[""], list(s.coded.values())
    total = sum(coded)
    laid = " + ".join(
        f"({' + '.join(f'{n}²' for n in sorted(s.lengths[v]))})" for v in CODES
    )
    cut = " + ".join(
        f"({' + '.join(f'{n}²' for n in sorted(s.pieces[v]))})" for v in CODES
    )
    cut_squares = {v: sum(n**2 for n in s.pieces[v]) for v in CODES}
    pairs = " + ".join(f"({s.length[v]}² − {s.square[v]})" for v in [*CODES, ""])
    cut_pairs = " + ".join(f"({s.coded[v]}² − {cut_squares[v]})" for v in CODES)
    lengths = " + ".join(str(s.length[v]) for v in CODES)
    sizes = f"({len(ana)} + {len(bo)})"
    sums = []
    for share in (F(9, 10), F(1, 2)):
        found = maxqda(ana, bo, share)
        one, other = partners(ana, bo, share), partners(bo, ana, share)
        sums.append((f"100 × ({one} + {other}) / {sizes}", number(100 * found, 1)))
        half = F(1, len(CODES))
        sums.append(
            (f"({found} − {half}) / (1 − {half})", number(correct(found, half)))
        )
    apart = s.total - sum(s.same.values())
    apart_coded = total - sum(s.same[v] for v in CODES)
    cut_total = sum(cut_squares.values())
    sums += [
        (f"{laid} + {gap}", str(squares)),
        (
            f"1 − {apart} / ({s.total} − {s.total} × ({pairs}) / "
            f"({s.total}² − {squares}))",
            number(s.u()),
        ),
        (
            f"1 − {gap - s.same['']} / ({s.total} × {gap} × ({lengths}) / "
            f"({s.total}² − {squares}))",
            number(s.bar()),
        ),
        (
            f"100 × ({' + '.join(map(str, coded))}) / {s.total}",
            number(s.coverage(), 1),
        ),
        (f"{total} − ({cut}) / {total}", number(total - F(cut_total, total), 1)),
        (
            f"1 − {apart_coded} / ({total} − ({cut_pairs}) / "
            f"({total} − {cut_total} / {total}))",
            number(s.cu()),
        ),
    ]
    assert [row["Worked"] for row in tables[7]] == [f"`{a} = {b}`" for a, b in sums]
    shares_named = [row["Both codes together"][:22] for row in tables[7][:4]]
    assert shares_named == [
        f"MAXQDA, overlap by {n}" for n in ("90%", "90%", "50%", "50%")
    ]


def test_every_working_comes_to_what_it_says(tables: Tables):
    worked = [
        cell for table in tables[6:] for row in table for cell in [*row.values()][1:]
    ]
    assert len(worked) == 32
    for cell in worked:
        left, right = cell.strip("`").split(" = ")
        digits = len(right.partition(".")[2])
        assert number(F(evaluate(left)), digits) == right, cell


def test_no_table_is_left_out(tables: Tables):
    assert len(tables) == 8


def test_what_the_text_says_beside_the_tables_is_worked_out_too(
    top: Path, ana: list[Span], bo: list[Span]
):
    text = " ".join((top / PAGE).read_text("utf-8").split())
    cs = [count(ana, bo, code) for code in CODES]
    added = [correct(po, yes + no) for po, yes, no in map(qualcoder, cs)]
    assert f"it comes to {number(added[0])} and {number(added[1])}" in text
    right = f"{number(kappa(cs[0]))} and {number(kappa(cs[1]))}"
    assert f"over all characters is right: {right}" in text
    by_sentence = number(kappa(count(ana, bo, "legitimacy", 100)))
    larger = f"{number(kappa(cs[1]))} by character and {by_sentence} by sentence"
    assert f"legitimacy is {larger}" in text


def as_codings(ana: list[Span], bo: list[Span]) -> pd.DataFrame:
    rows = [
        {
            "document_id": "A",
            "coder_id": coder,
            "code_id": span.code,
            "start": span.start,
            "end": span.end,
        }
        for coder, spans in (("ana", ana), ("bo", bo))
        for span in spans
    ]
    return pd.DataFrame(rows)


def as_units(width: int) -> pd.DataFrame:
    starts = range(0, LENGTH, width)
    ends = [start + width for start in starts]
    return pd.DataFrame({"document_id": "A", "start": starts, "end": ends})


@pytest.mark.parametrize("width", UNITS.values(), ids=UNITS)
def test_the_package_gives_the_same_on_units(
    ana: list[Span], bo: list[Span], width: int
):
    measured = measure_by_code(as_codings(ana, bo), as_units(width))
    assert sorted(measured["code_id"]) == sorted(CODES)
    for row in measured.to_dict("records"):
        c = count(ana, bo, row["code_id"], width)
        worked = [percent(c) / 100, kappa(c), alpha(c), ac1(c), brennan_prediger(c)]
        given = [row[name] for name in ("percent", "kappa", "alpha", "ac1", "bp")]
        assert given == pytest.approx([*map(float, worked)])


def test_the_package_gives_the_same_on_coded_text(ana: list[Span], bo: list[Span]):
    measured = measure_by_code(as_codings(ana, bo), as_units(1), among="coded")
    worked = {code: percent(count_coded(ana, bo, code)) / 100 for code in CODES}
    given = measured.set_index("code_id")["percent"].to_dict()
    assert given == pytest.approx({code: float(worked[code]) for code in CODES})


def test_the_package_gives_the_same_on_spans(ana: list[Span], bo: list[Span]):
    codings = as_codings(ana, bo)
    whole = pd.DataFrame({"document_id": ["A"], "start": [0], "end": [LENGTH]})
    measured = measure_unitizing(fill_gaps(codings, whole))
    given = measured.set_index(["coefficient", "code_id"])["value"]
    spans = Spans(ana, bo, CODES)
    worked = {
        ("u_alpha", ""): spans.u(),
        ("binary_u_alpha", ""): spans.bar(),
        ("cu_alpha", ""): spans.cu(),
    } | {("ku_alpha", code): spans.ku(code) for code in CODES}
    assert given.to_dict() == pytest.approx({k: float(v) for k, v in worked.items()})
    assert measured["coverage"].iloc[2] == pytest.approx(float(spans.coverage() / 100))
    alone = measure_unitizing_by_code(codings, whole).set_index("code_id")["u_alpha"]
    assert alone[CODES].tolist() == pytest.approx(
        [float(Spans(ana, bo, [code]).u()) for code in CODES]
    )
