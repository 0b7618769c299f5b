"""Coefficients of agreement as functions of sums over units.

What a coefficient needs of the units is a sum over them. So units that were rated
alike are one row with a size, and a thousand draws of units, or of documents, are a
product of matrices: no rating is counted twice.

Sources: Krippendorff (2004, Content Analysis, ch. 11) for alpha; Cohen (1960, 1968),
Scott (1955), Fleiss (1971), Conger (1980) and Brennan & Prediger (1981) for kappa and
its kin; Gwet (2014, Handbook of Inter-Rater Reliability) for AC1 and AC2, for weights,
and for kappas where ratings are missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from evalkit.analysis.resampling import FEWEST_DOCUMENTS, N_DRAWS, draw_documents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_UNITS = 1 << 16  # looked at together
_ROWS = 1 << 12


class Coefficient(Protocol):
    """What a row adds to the sums, and what the sums come to.

    A row is how often each value was given to a unit or, `by_coder`, the number of the
    value that each coder gave (-1: none).
    """

    @property
    def by_coder(self) -> bool:
        """Whether it matters who gave which value."""

    def add_up(self, rows: Ints) -> Floats:
        """Give what each row adds: a row a row, a column a sum."""

    def finish(self, sums: Floats) -> Floats:
        """Give the coefficient of each row of sums; NaN where it is undefined."""


@dataclass(frozen=True)
class Tally:
    """Ratings summed up: the different rows, and where each stands how often.

    `documents`, `at` and `sizes` have one entry a document and row: the document's
    number, the row's, and how many units. They are sorted by document.
    """

    rows: Ints
    documents: Ints
    at: Ints
    sizes: Ints


def tally(
    codes: NDArray[np.integer],
    *,
    n_values: int = 0,
    sizes: Ints | None = None,
    documents: Ints | None = None,
) -> Tally:
    """Sum up ratings, coders × units, each the number of a value, or -1.

    A row is what each coder gave; with `n_values` how often each of the values was
    given. `sizes` says how many units a column stands for, `documents` where it lies.
    """
    if n_values > len(codes):  # few of many values: rows of coders are the shorter
        alike = np.sort(codes, axis=0)
        return count_values(tally(alike, sizes=sizes, documents=documents), n_values)
    width = n_values or len(codes)
    least, most = (0, len(codes)) if n_values else (-1, int(codes.max(initial=-1)))
    n_documents = 1 if documents is None else 1 + int(documents.max(initial=0))
    shape = (n_documents, *[most - least + 1] * width)
    is_small = math.prod(shape) <= _UNITS  # then cells are counted, not looked for
    total = np.zeros(math.prod(shape) if is_small else 0, "int64")
    kind = np.min_scalar_type(-math.prod(shape)) if is_small else np.dtype("int64")
    found, counted = [np.zeros((0, 1 + width), "int64")], [total[:0]]
    for start in range(0, codes.shape[1], _UNITS):
        part = slice(start, start + _UNITS)
        given, size = codes[:, part], None if sizes is None else sizes[part]
        where = np.zeros(given.shape[1], kind)
        if documents is not None:
            where = documents[part].astype(kind)
        columns = (
            np.count_nonzero(given == at, axis=0) if n_values else given[at]
            for at in range(width)
        )
        if is_small:
            for column in columns:
                where = where * kind.type(shape[1]) + column.astype(kind) - least
            total += np.bincount(where, size, len(total)).astype("int64")
            continue
        cells = np.stack([where, *columns], axis=1, dtype="int64", casting="unsafe")
        kept, n = _gather(cells, size)
        found.append(kept)
        counted.append(n)
    if is_small:
        at = np.flatnonzero(total)
        cells = np.stack(np.unravel_index(at, shape), axis=1)
        cells[:, 1:] += least
        found, counted = [cells], [total[at]]
    return _sum_up(np.concatenate(found), np.concatenate(counted))


def count_values(by_coder: Tally, n_values: int) -> Tally:
    """Turn rows of what each coder gave into rows of how often each value was given."""
    each = [np.count_nonzero(by_coder.rows == v, axis=1) for v in range(n_values)]
    counts = [column[by_coder.at] for column in each]
    return _sum_up(np.column_stack([by_coder.documents, *counts]), by_coder.sizes)


def _sum_up(cells: Ints, sizes: Ints) -> Tally:
    kept, n = _gather(cells, sizes)
    rows, at = _find_different(kept[:, 1:])
    return Tally(rows, kept[:, 0], at, n)


def _gather(cells: Ints, sizes: Ints | None) -> tuple[Ints, Ints]:
    kept, which = _find_different(cells)
    n = np.bincount(which, sizes, len(kept))
    return kept, n.astype("int64")


def _find_different(rows: Ints) -> tuple[Ints, Ints]:
    """Find the different rows, in order, and which of them each row is."""
    key = np.zeros(len(rows), "int64")
    reach = 1
    for column in rows.T:
        low = int(column.min(initial=0))
        wide = int(column.max(initial=0)) - low + 1
        if reach * wide >= 1 << 62:
            known, key = np.unique(key, return_inverse=True)
            reach = len(known)
        key = key * wide + (column - low)
        reach *= wide
    if reach > 4 * len(rows):
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        return rows[first], which
    first = np.full(reach, -1)
    first[key[::-1]] = np.arange(len(key))[::-1]
    number = np.cumsum(first >= 0) - 1
    return rows[first[first >= 0]], number[key]


def evaluate(coefficient: Coefficient, counted: Tally) -> float:
    """Give the coefficient over all units; NaN where it is undefined."""
    sizes = _size_rows(counted)
    total = np.zeros((1, 1))
    for part in _cut(len(sizes)):
        total = total + sizes[part] @ coefficient.add_up(counted.rows[part])
    return float(_finish(coefficient, total)[0]) if len(sizes) else float("nan")


def draw_by_unit(coefficient: Coefficient, counted: Tally, *, seed: int) -> Floats:
    """Give the coefficient over each of 1,000 draws of units, with replacement."""
    sizes = _size_rows(counted)
    if not len(sizes):
        return np.full(N_DRAWS, np.nan)
    parts = list(_cut(len(sizes)))
    whole = np.array([sizes[part].sum() for part in parts])
    draws = np.random.default_rng(seed)
    drawn = draws.multinomial(whole.sum(), whole / whole.sum(), N_DRAWS)
    total = np.zeros((1, 1))
    for part, n in zip(parts, drawn.T, strict=True):
        weights = draws.multinomial(n, sizes[part] / sizes[part].sum())
        total = total + weights @ coefficient.add_up(counted.rows[part])
    return _finish(coefficient, total)


def draw_by_document(coefficient: Coefficient, counted: Tally, *, seed: int) -> Floats:
    """Give the coefficient over each of 1,000 draws of documents, with replacement.

    Missing throughout for fewer than three: they do not say how much documents differ.
    """
    different, at = np.unique(counted.documents, return_inverse=True)
    if len(different) < FEWEST_DOCUMENTS:
        return np.full(N_DRAWS, np.nan)
    sums = np.zeros((len(different), 1))
    for part in _cut(len(at)):
        adds = coefficient.add_up(counted.rows[counted.at[part]])
        if sums.shape[1] != adds.shape[1]:
            sums = np.zeros((len(different), adds.shape[1]))
        np.add.at(sums, at[part], adds * counted.sizes[part, None])
    return _finish(coefficient, draw_documents(len(different), seed=seed) @ sums)


def _size_rows(counted: Tally) -> Ints:
    n = np.bincount(counted.at, counted.sizes, len(counted.rows))
    return n.astype("int64")


def _cut(n: int) -> Iterator[slice]:
    for start in range(0, n, _ROWS):
        yield slice(start, start + _ROWS)


def _finish(coefficient: Coefficient, sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        finished = coefficient.finish(np.atleast_2d(sums))
    return np.where(np.isfinite(finished), finished, np.nan)


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha; `distances` between values, None for ordinal ones."""

    distances: Floats | None
    by_coder: bool = False

    def add_up(self, rows: Ints) -> Floats:
        """Give the pairable ratings by value, and what they disagree."""
        kept, m = _keep_pairable(rows)
        share = 1 / np.maximum(m - 1, 1)
        if self.distances is None:  # they depend on all ratings
            pairs = kept[:, :, None] * kept[:, None, :] * share[:, None, None]
            return np.hstack([kept, pairs.reshape(len(rows), -1)])
        disagree = ((kept @ self.distances) * kept).sum(axis=1) * share
        return np.column_stack([kept, disagree])

    def finish(self, sums: Floats) -> Floats:
        """One less observed by expected disagreement."""
        if self.distances is not None:
            n_of, disagree = sums[:, :-1], sums[:, -1]
            expected = ((n_of @ self.distances) * n_of).sum(axis=1)
        else:
            q = int(np.sqrt(sums.shape[1]))  # q + q² columns
            n_of, pairs = sums[:, :q], sums[:, q:].reshape(-1, q, q)
            ranks = n_of.cumsum(axis=1) - n_of / 2
            apart = (ranks[:, :, None] - ranks[:, None, :]) ** 2
            disagree = (pairs * apart).sum(axis=(1, 2))
            expected = np.einsum("dc,dck,dk->d", n_of, apart, n_of)
        alpha: Floats = 1 - (n_of.sum(axis=1) - 1) * disagree / expected
        return alpha


Chance = Literal["none", "shares", "gwet", "uniform"]


@dataclass(frozen=True)
class Kappa:
    """What coders agree on beyond chance, whoever gave which value.

    `chance`: of the values' shares (Scott, Fleiss), of Gwet's (AC1, AC2), uniform
    (Brennan & Prediger), or none (percent agreement). A rating that stands alone on
    its unit counts for the shares, unless `paired_only`.
    """

    weights: Floats
    chance: Chance
    paired_only: bool = False
    by_coder: bool = False

    def add_up(self, rows: Ints) -> Floats:
        """Give shares of values, units, pairable ratings, agreement and its units."""
        kept, m = _keep_pairable(rows)
        n = rows.sum(axis=1)
        shown = kept if self.paired_only else rows
        shares = shown / np.maximum(n, 1)[:, None]
        agree = find_agreement(kept, m, self.weights)
        return np.column_stack([shares, shown.any(axis=1), kept, agree, m > 1])

    def finish(self, sums: Floats) -> Floats:
        """Give the agreement beyond chance."""
        q = len(self.weights)
        shares = sums[:, :q] / sums[:, [q]]
        n_of = sums[:, q + 1 : -2]
        agree = sums[:, -2] / sums[:, -1]
        whole = self.weights.sum()
        if self.chance == "none":
            return agree
        if self.chance == "shares":
            expected = ((shares @ self.weights) * shares).sum(axis=1)
        elif self.chance == "gwet":
            spread = (shares * (1 - shares)).sum(axis=1)
            expected = whole / max(q * (q - 1), 1) * spread
        else:
            expected = np.full(len(sums), whole / q**2)
        return _correct(agree, expected, n_of)


@dataclass(frozen=True)
class Cohen:
    """Cohen's kappa of two coders, or the most it can be with what each gave."""

    weights: Floats
    maximum: bool = False
    by_coder: bool = True

    def add_up(self, rows: Ints) -> Floats:
        """Give what each of the two gave where both did, and the agreement."""
        both = rows.min(axis=1) >= 0
        agree = self.weights[rows[:, 0], rows[:, 1]] * both
        given = [_spread(each, len(self.weights)) * both[:, None] for each in rows.T]
        return np.column_stack([*given, agree])

    def finish(self, sums: Floats) -> Floats:
        """Give the agreement beyond that of the two coders' shares."""
        q = len(self.weights)
        one, other = sums[:, :q], sums[:, q:-1]
        n = one.sum(axis=1)
        shares, others = one / n[:, None], other / n[:, None]
        agree = sums[:, -1] / n
        if self.maximum:
            agree = np.minimum(shares, others).sum(axis=1)
        expected = ((shares @ self.weights) * others).sum(axis=1)
        return _correct(agree, expected, one + other)


@dataclass(frozen=True)
class Conger:
    """Conger's kappa: Cohen's, for any number of coders."""

    weights: Floats
    n_coders: int
    by_coder: bool = True

    def add_up(self, rows: Ints) -> Floats:
        """Give what each coder gave, pairable ratings, agreement, and its units."""
        each = [_spread(column, len(self.weights)) for column in rows.T]
        kept, m = _keep_pairable(np.sum(each, axis=0))
        agree = find_agreement(kept, m, self.weights)
        return np.column_stack([*each, kept, agree, m > 1])

    def finish(self, sums: Floats) -> Floats:
        """Give the agreement beyond that of every two coders' shares, on average."""
        q = len(self.weights)
        n_of, agree = sums[:, -q - 2 : -2], sums[:, -2] / sums[:, -1]
        given = sums[:, : -q - 2].reshape(-1, self.n_coders, q)
        n = given.sum(axis=2, keepdims=True)
        shares = given / np.maximum(n, 1)
        r = (n > 0).sum(axis=(1, 2))
        mean = shares.sum(axis=1) / r[:, None]
        between = ((mean @ self.weights) * mean).sum(axis=1)
        within = np.einsum("dgk,kl,dgl->d", shares, self.weights, shares)
        expected = between - (within - r * between) / (r * (r - 1))
        return _correct(agree, expected, n_of)


def find_agreement(kept: Ints, m: Ints, weights: Floats) -> Floats:
    """Find the share of pairs that agree on each unit; 0 where there is no pair."""
    same = ((kept @ weights) * kept).sum(axis=1) - kept @ np.diag(weights)
    agree: Floats = same / np.maximum(m * (m - 1), 1)
    return agree


def _keep_pairable(rows: Ints) -> tuple[Ints, Ints]:
    """Leave out ratings that stand alone; give also how many are left on a unit."""
    n = rows.sum(axis=1)
    kept = rows * (n > 1)[:, None]
    return kept, kept.sum(axis=1)


def _spread(column: Ints, q: int) -> Ints:
    spread: Ints = np.equal.outer(column, np.arange(q)).astype("int64")
    return spread


def _correct(agree: Floats, expected: Floats, n_of: Floats) -> Floats:
    """Correct for chance; undefined where nothing but one value was given."""
    corrected = (agree - expected) / (1 - expected)
    return np.where((n_of > 0).sum(axis=1) > 1, corrected, np.nan)
