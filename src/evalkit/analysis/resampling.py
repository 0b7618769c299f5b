"""How sure a figure is: documents, or units, drawn again with replacement."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

N_DRAWS = 1000
FEWEST_DOCUMENTS = 3  # that say anything of how much documents differ
LEVEL = 0.95
_MOST_UNDEFINED = 0.05


@lru_cache(maxsize=4)
def draw_documents(n: int, *, seed: int = 1) -> NDArray[np.int64]:
    """Draw as many documents as there are, 1,000 times, with replacement.

    One row a draw, one column a document: how often the draw holds it. A figure that is
    a function of sums over documents is then one product of matrices for all draws.

    >>> draw_documents(3).sum(axis=1)[:4].tolist()
    [3, 3, 3, 3]
    """
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), N_DRAWS)
    drawn.flags.writeable = False
    return drawn


def find_interval(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find the middle 95 % of each figure's draws: low and high, along a first axis.

    `drawn` has a row a draw. A figure has no interval where it is undefined in more
    than 5 % of the draws (what is left would be draws of another kind), and where all
    draws are alike, which is no certainty: where no disagreement was seen, for one, no
    draw can show any.

    >>> drawn = np.array([[0.0, np.nan, 1.0], [1.0, 0.5, 1.0]])
    >>> find_interval(drawn).round(3).tolist()
    [[0.025, nan, nan], [0.975, nan, nan]]
    """
    rare = np.isnan(drawn).mean(axis=0) > _MOST_UNDEFINED
    tail = (1 - LEVEL) / 2
    known = np.where(rare, 0.0, drawn)
    low, high = np.nanquantile(known, [tail, 1 - tail], axis=0)
    unknown = rare | (low == high)
    return np.where(unknown, np.nan, np.array([low, high]))
