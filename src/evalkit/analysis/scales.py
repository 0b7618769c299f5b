"""The values of ratings: their numbers, and how far they are from one another."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def number_ratings(
    ratings: pd.DataFrame, values: Sequence[object] | None = None
) -> tuple[NDArray[np.integer], list[Any]]:
    """Number the values of ratings, coders × units: -1 where none was given.

    `values` are all that could be given, in their order; without them those that were,
    sorted.

    >>> codes, values = number_ratings(pd.DataFrame([["b", None], ["a", "b"]]))
    >>> codes.tolist(), values
    ([[1, -1], [0, 1]], ['a', 'b'])
    """
    if not isinstance(ratings, pd.DataFrame):
        raise ValueError("ratings are a table: one row a coder, one column a unit")
    given = ratings.to_numpy()
    numbered = [_narrow(*pd.factorize(row)) for row in given]
    found = {value: None for _, values_ in numbered for value in values_}
    ordered = list(values) if values is not None else _order(found)
    at = {value: number for number, value in enumerate(ordered)}
    if len(at) < len(ordered) or pd.isna(pd.Series(ordered, dtype="object")).any():
        raise ValueError("values: one stands twice, or is missing")
    unknown = [value for value in found if value not in at]
    if unknown:
        raise ValueError(f"{unknown[0]} is rated, and not one of the values")
    kind = _find_least_type(ordered)
    codes = np.full(given.shape, -1, dtype=kind)
    for row, (local, its) in zip(codes, numbered, strict=True):
        lookup = np.array([*(at[value] for value in its), -1], dtype=kind)
        row[:] = lookup[local]
    return codes, ordered


def _narrow(
    local: NDArray[np.intp], values: Collection[Any]
) -> tuple[NDArray[np.integer], Collection[Any]]:
    return local.astype(_find_least_type(values)), values


def _find_least_type(values: Collection[Any]) -> np.dtype[Any]:
    return np.min_scalar_type(-max(len(values), 1))


def _order(found: Sequence[Any] | dict[Any, None]) -> list[Any]:
    if all(map(_is_number, found)):
        return sorted(found)
    return sorted(found, key=lambda v: sorted(v) if isinstance(v, Set) else [str(v)])


def set_distances(
    metric: str | pd.DataFrame,
    values: list[Any],
    order: Sequence[object] | None = None,
) -> Floats | None:
    """Give alpha's distances between values; None for "ordinal", where data give them.

    >>> set_distances("interval", [1, 2, 4]).tolist()
    [[0.0, 1.0, 9.0], [1.0, 0.0, 4.0], [9.0, 4.0, 0.0]]
    """
    if isinstance(metric, pd.DataFrame):
        apart = _take(metric, values)
        if np.diag(apart).any() or (apart < 0).any():
            raise ValueError("distances are 0 from a value to itself, and never below")
        return apart
    if metric == "nominal":
        return np.ones((len(values), len(values))) - np.eye(len(values))
    if metric == "masi":
        return _compare_sets(values)
    if metric == "ordinal":
        _expect_order(values, order)
        return None
    if metric not in ("interval", "ratio"):
        raise ValueError(
            "metric is nominal, ordinal, interval, ratio, masi or a table of "
            f"distances, not {metric!r}"
        )
    numbers = _expect_numbers(values, metric)
    apart = numbers[:, None] - numbers[None, :]
    if metric == "ratio":
        if (numbers < 0).any():
            raise ValueError("ratio needs numbers from 0 up")
        sums = numbers[:, None] + numbers[None, :]
        apart = apart / np.where(sums == 0, 1, sums)
    squared: Floats = apart**2
    return squared


def set_weights(
    weights: str | pd.DataFrame,
    values: list[Any],
    order: Sequence[object] | None = None,
) -> Floats:
    """Give the weights of kappas, 1 for the same value and less for others.

    "linear" and "quadratic" go by numbers, or by place where `order` was given;
    "ordinal" by place (Gwet 2014, ch. 3).

    >>> set_weights("linear", [1, 2, 3]).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    q = len(values)
    if isinstance(weights, pd.DataFrame):
        alike = _take(weights, values)
        if (np.diag(alike) != 1).any() or (alike < 0).any() or (alike > 1).any():
            raise ValueError("weights are 1 for the same value, and from 0 to 1 else")
        return alike
    if weights == "identity":
        return np.eye(q)
    if weights == "masi":
        return 1 - _compare_sets(values)
    places = np.arange(q, dtype="float64")
    if weights == "ordinal":
        _expect_order(values, order)
        steps = np.abs(places[:, None] - places[None, :])
        far = max(q * (q - 1), 1)
        near: Floats = 1 - (steps + 1) * steps / far
        return near
    if weights not in ("linear", "quadratic"):
        raise ValueError(
            "weights are identity, linear, quadratic, ordinal, masi or a table, "
            f"not {weights!r}"
        )
    numbers = places if order is not None else _expect_numbers(values, weights)
    apart = np.abs(numbers[:, None] - numbers[None, :])
    apart = apart / max(apart.max(initial=0), np.finfo("float64").tiny)
    scaled: Floats = 1 - apart ** (2 if weights == "quadratic" else 1)
    return scaled


def _compare_sets(values: list[Any]) -> Floats:
    """Give the distances of sets of codes (Passonneau 2006).

    >>> _compare_sets([{"a"}, {"a", "b"}, set()]).round(3).tolist()
    [[0.0, 0.667, 1.0], [0.667, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    if not all(isinstance(value, Set) for value in values):
        raise ValueError("masi compares sets of codes: each rating is a frozenset")
    names = list({name for value in values for name in value})
    has = np.array([[name in value for name in names] for value in values])
    has = has.reshape(len(values), len(names)).astype("float64")
    shared, sizes = has @ has.T, has.sum(axis=1)
    both = sizes[:, None] + sizes - shared
    within = shared == np.minimum.outer(sizes, sizes)
    alike = shared / np.maximum(both, 1) * np.where(within, 2 / 3, 1 / 3)
    np.fill_diagonal(alike, 1)
    apart: Floats = 1 - alike
    return apart


def _take(table: pd.DataFrame, values: list[Any]) -> Floats:
    missing = [v for v in values if v not in table.index or v not in table.columns]
    if missing:
        raise ValueError(f"the table says nothing of {missing[0]!r}")
    taken: Floats = table.loc[values, values].to_numpy("float64")
    if not np.isfinite(taken).all():
        raise ValueError("the table has holes")
    if not np.array_equal(taken, taken.T):
        raise ValueError("the table is not the same both ways")
    return taken


def _expect_numbers(values: list[Any], scale: str) -> Floats:
    if not all(map(_is_number, values)):
        raise ValueError(f"{scale} needs numbers, not {values[0]!r}")
    numbers = np.array(values, dtype="float64")
    if not np.isfinite(numbers).all():
        raise ValueError(f"{scale} needs finite numbers")
    return numbers


def _is_number(value: object) -> bool:
    return isinstance(value, Real | np.bool_)


def _expect_order(values: list[Any], order: Sequence[object] | None) -> None:
    if order is None and not all(map(_is_number, values)):
        raise ValueError(
            f"ordinal needs numbers, or the order: values=[{values[0]!r}, …]"
        )
