"""Durations in words, wherever a page or mail says how long something lasts."""

import pytest

from models import clock
from models.clock import DAY, HOUR, MINUTE, SECOND
from models.inviting import TOO_SOON
from models.link import LIFE


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (7 * DAY, "7 days"),
        (2 * DAY, "2 days"),
        (DAY, "24 hours"),
        (36 * HOUR, "36 hours"),
        (HOUR, "60 minutes"),
        (15 * MINUTE, "15 minutes"),
        (MINUTE, "60 seconds"),
        (90 * SECOND, "90 seconds"),
    ],
)
def test_a_duration_is_said_in_the_largest_unit_of_which_there_are_several(
    duration: int, words: str
) -> None:
    assert clock.in_words(duration) == words


def test_pages_say_what_the_links_keep(app, client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIFE, "sign_in", 20 * MINUTE)
    asked = client.post("/sign-in/link", data={"email": "nobody@example.com"})
    assert "The link works for 20 minutes." in asked.text
    monkeypatch.setitem(LIFE, "invitation", 3 * DAY)
    assert "with a link that works for 3 days." in client.get("/help").text
    assert "less than 24 hours ago" in TOO_SOON
