"""How people are called."""


def first(name: str) -> str:
    """A name up to its first space, as in running text: "Priya" of "Priya Raman"."""
    return next(iter(name.split()), name)
