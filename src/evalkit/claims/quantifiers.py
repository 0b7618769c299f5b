"""How many, in words that the counts write."""

from __future__ import annotations

_WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()
SCALE = (
    "“A few” means under 25% of them, “some” 25 to 50%, “most” more than 50%, “nearly "
    "all” 85% or more. The words are written from the counts."
)


def quantify(n: int, of: int) -> str:
    """Say how many of `of` people `n` are, as `SCALE` has it; none, one, all as such.

    >>> [quantify(n, 8) for n in (0, 1, 2, 4, 6, 7, 8)]
    ['none', 'one', 'some', 'some', 'most', 'nearly all', 'all']
    """
    if not 0 <= n <= of:
        raise ValueError(f"{n} of {of} people")
    if n == 0:
        return "none"
    if n == of:
        return "all" if n > 1 else "the one person"
    if n == 1:
        return "one"
    if 100 * n < 25 * of:
        return "a few"
    if 100 * n <= 50 * of:
        return "some"
    return "most" if 100 * n < 85 * of else "nearly all"


def spell(n: int) -> str:
    """Write a number up to twelve as a word.

    >>> spell(4), spell(40)
    ('four', '40')
    """
    return _WORDS[n] if 0 < n < len(_WORDS) else str(n)


def count_people(n: int) -> str:
    """Say a number of people.

    >>> count_people(1), count_people(3)
    ('one person', 'three people')
    """
    return f"{spell(n)} {'person' if n == 1 else 'people'}"
