"""Two things measured in turns, so that whatever else the machine does meets both."""

import time
from collections.abc import Callable
from statistics import median

Act = Callable[[], object]


def ratio(one: Act, other: Act, rounds: int = 41) -> tuple[float, float]:
    """Median milliseconds of each, measured alternately after a warm-up of three rounds."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(-3, rounds):
        for act, taken in zip((one, other), times, strict=True):
            start = time.perf_counter()
            act()
            if number >= 0:
                taken.append((time.perf_counter() - start) * 1000)
    return median(times[0]), median(times[1])


def show(what: str, one: float, other: float) -> None:
    print(f"{what:<68} {one:8.2f} ms {other:8.2f} ms {one / other:7.1f} x")
