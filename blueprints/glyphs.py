"""Icons in fewer letters: their outlines on whole numbers of the grid they are drawn on.

An icon is drawn on 256 by 256 and shown at 30 px at most, so half a number is a sixteenth of a
pixel. The shapes stay where they are: what is rounded is every point, not every step.
"""

import re
from collections.abc import Iterator
from functools import cache

COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)"
# The two flags of an arc stand without anything between or after them.
ARC = re.compile(
    r"[\s,]*".join(["", *[f"({NUMBER})"] * 3, "([01])", "([01])", *[f"({NUMBER})"] * 2])
)
LENGTHS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7, "z": 0}


@cache
def on_grid(path: str) -> str:
    """SVG path data (SVG 2, chapter 9.3) with whole numbers, written as short as it goes."""
    here, start, exact, begun = (0, 0), (0, 0), (0.0, 0.0), (0.0, 0.0)
    written: list[str] = []
    last = ""
    for letter, numbers in _steps(path):
        kind = letter.lower()
        if kind == "z":
            written.append("z")
            here, exact, last = start, begun, ""
            continue
        points = _absolute(letter, numbers, exact)
        exact = points[-1]
        to = [(round(x), round(y)) for x, y in points]
        if kind == "m":
            start, begun = to[-1], exact
        elif kind in "hvla" and to[-1] == here:
            continue
        kind = _straight(here, to[-1]) if kind in "hvl" else kind
        arc = [*map(round, numbers[:3]), int(numbers[3]), int(numbers[4])] if kind == "a" else []
        # A path may not begin anywhere but at a place of its own.
        ways = [(kind, _relative(kind, to, here))] if written else []
        ways.append((kind.upper(), _flat(kind, to)))
        texts = [
            (_joined(letter if letter != last else "", arc, way), letter) for letter, way in ways
        ]
        text, last = min(texts, key=lambda pair: len(pair[0]))
        written.append(text)
        here, last = to[-1], "" if kind == "m" else last
    return "".join(written)


def _steps(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with the numbers of one use; what follows a move is a line."""
    for letter, text in COMMAND.findall(path):
        length = LENGTHS[letter.lower()]
        if letter in "Aa":
            uses = [[float(number) for number in found] for found in ARC.findall(text)]
        else:
            flat = [float(number) for number in re.findall(NUMBER, text)]
            uses = [flat[at : at + length] for at in range(0, len(flat), length or 1)]
        for number, use in enumerate(uses or [[]]):
            yield ({"m": "l", "M": "L"}.get(letter, letter) if number else letter), use


def _absolute(
    letter: str, numbers: list[float], exact: tuple[float, float]
) -> list[tuple[float, float]]:
    x, y = exact if letter.islower() else (0.0, 0.0)
    if letter in "Hh":
        return [(x + numbers[0], exact[1])]
    if letter in "Vv":
        return [(exact[0], y + numbers[0])]
    ends = numbers[5:] if letter in "Aa" else numbers
    return [(x + ends[at], y + ends[at + 1]) for at in range(0, len(ends), 2)]


def _straight(here: tuple[int, int], to: tuple[int, int]) -> str:
    return "h" if here[1] == to[1] else "v" if here[0] == to[0] else "l"


def _flat(kind: str, points: list[tuple[int, int]]) -> list[int]:
    if kind in "hv":
        return [points[0]["hv".index(kind)]]
    return [number for point in points for number in point]


def _relative(kind: str, points: list[tuple[int, int]], here: tuple[int, int]) -> list[int]:
    return _flat(kind, [(x - here[0], y - here[1]) for x, y in points])


def _joined(letter: str, arc: list[int], numbers: list[int]) -> str:
    """A command in letters; numbers part themselves where one begins with a minus."""
    text = letter
    for place, number in enumerate([*arc, *numbers]):
        glued = number < 0 or text == letter != "" or (arc and place in {4, 5})
        text += f"{number}" if glued else f" {number}"
    return text
