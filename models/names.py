"""How people are called, and several things in running text."""

from collections.abc import Sequence


def first(name: str) -> str:
    """A name up to its first space, as in running text: "Priya" of "Priya Raman"."""
    return next(iter(name.split()), name)


def in_a_row(words: Sequence[str]) -> str:
    """Names as running text has them: "A", "A and B", "A, B and C"."""
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last
