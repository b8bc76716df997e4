"""Time zones people can choose."""

from functools import cache
from zoneinfo import available_timezones

UNKNOWN = "Choose a time zone from the list."


@cache
def names() -> tuple[str, ...]:
    """The IANA names offered: places and UTC, without historical and technical ones."""
    technical = ("Etc/", "SystemV/", "posix/", "right/")
    places = (
        name for name in available_timezones() if "/" in name and not name.startswith(technical)
    )
    return ("UTC", *sorted(places))


def options() -> list[tuple[str, str]]:
    """The names to choose from, each with the words shown for it."""
    return [(name, name.replace("_", " ").replace("/", " / ")) for name in names()]


def zone(value: str) -> str:
    """`value` when it is a zone one can choose.

    :raises ValueError: with a sentence for the person, otherwise.
    """
    if value not in names():
        raise ValueError(UNKNOWN)
    return value
