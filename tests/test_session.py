"""Sessions: rows that a cookie names, that end by themselves and by an act."""

import pytest

from models import session as sessions
from models.clock import DAY, MINUTE
from models.errors import Missing
from models.session import Session
from tests.factories import person

pytestmark = pytest.mark.usefixtures("bound")


def test_a_token_finds_its_session_and_person() -> None:
    priya = person()
    found = sessions.find(sessions.start(priya, "Firefox on Linux", keep=False))
    assert found is not None
    assert found.user == priya
    assert found.device == "Firefox on Linux"


def test_the_table_does_not_hold_the_token() -> None:
    token = sessions.start(person(), "Firefox", keep=False)
    assert token not in str(list(Session.select().dicts()))


@pytest.mark.parametrize("token", ["", "nobody", "\x00", "\ud800", "🦊" * 100])
def test_a_foreign_token_finds_nothing(token: str) -> None:
    sessions.start(person(), "Firefox", keep=True)
    assert sessions.find(token) is None


@pytest.mark.parametrize(("keep", "days"), [(False, 1), (True, 60)])
def test_a_session_ends_when_it_is_not_used(keep: bool, days: int) -> None:
    token = sessions.start(person(), "Firefox", keep, at=0)
    assert sessions.find(token, at=days * DAY - 1) is not None
    token = sessions.start(person(), "Firefox", keep, at=0)
    assert sessions.find(token, at=days * DAY) is None


def test_use_keeps_a_session_alive_and_is_written_down_at_most_every_ten_minutes() -> None:
    token = sessions.start(person(), "Firefox", keep=False, at=0)
    sessions.find(token, at=10 * MINUTE - 1)
    assert Session.get().last_used_at == 0
    sessions.find(token, at=10 * MINUTE)
    assert Session.get().last_used_at == 10 * MINUTE
    assert sessions.find(token, at=DAY + MINUTE) is not None


def test_signing_in_forgets_the_sessions_that_were_over_long_ago() -> None:
    priya = person()
    old = sessions.start(priya, "old", keep=False, at=0)
    sessions.start(priya, "new", keep=False, at=2 * DAY)
    assert sessions.has_expired(old)  # and was not ended by anybody
    sessions.start(priya, "newer", keep=False, at=366 * DAY)
    assert not sessions.has_expired(old)
    assert [session.device for session in Session.select()] == ["new", "newer"]


def test_a_session_is_ended_by_its_name_once() -> None:
    token = sessions.start(person(), "a browser", keep=True)
    assert sessions.end_named(token) is not None
    assert sessions.end_named(token) is None
    assert not sessions.has_expired(token)


def test_an_ended_session_is_over_at_once() -> None:
    token = sessions.start(person(), "Firefox", keep=True)
    found = sessions.find(token)
    sessions.end_one_of(found.user, found.id)
    assert sessions.find(token) is None
    with pytest.raises(Missing):
        sessions.end_one_of(found.user, found.id)


def test_those_alive_are_told_from_those_that_are_over() -> None:
    priya = person()
    kept = sessions.find(sessions.start(priya, "kept", keep=True, at=0), at=0)
    unkept = sessions.find(sessions.start(priya, "unkept", keep=False, at=0), at=0)
    both = [kept.id, unkept.id]
    assert sessions.alive([*both, 10**9], at=1) == set(both)
    assert sessions.alive(both, at=2 * DAY) == {kept.id}
    assert sessions.alive([]) == set()


def test_one_person_cannot_end_anothers_session() -> None:
    token = sessions.start(person(), "Firefox", keep=True)
    with pytest.raises(Missing):
        sessions.end_one_of(person("Mallory Vane"), sessions.find(token).id)
    assert sessions.find(token) is not None


def test_ending_all_keeps_the_one_named_and_everybody_elses() -> None:
    priya = person()
    here, there = (sessions.start(priya, name, keep=True) for name in ("here", "there"))
    other = sessions.start(person("Marcus Feld"), "his", keep=True)
    sessions.end_all(priya, but=sessions.find(here))
    assert sessions.find(here) is not None
    assert sessions.find(there) is None
    assert sessions.find(other) is not None


def test_devices_are_listed_by_their_last_use_without_those_that_are_over() -> None:
    priya = person()
    for at, name in ((0, "over"), (2 * DAY, "older"), (2 * DAY + 1, "newest")):
        Session.create(token_hash=name, user=priya, device=name, created_at=at, last_used_at=at)
    assert [one.device for one in sessions.of(priya, at=2 * DAY + 2)] == ["newest", "older"]
