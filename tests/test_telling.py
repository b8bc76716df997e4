"""The decision of whether and when somebody is told, as a table."""

import ast
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from models.clock import HOUR, MINUTE, SECOND
from models.preferences import DAILY, DELAY, HOURLY, INSTANTLY, MAIL, OFF, Preferences
from models.telling import GRACE, ByMail, Event, Recipient, decide
from tests.servers import ROOT

BERLIN, KOLKATA, OREGON = "Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles"


def instant(text: str, zone: str = "UTC", fold: int = 0) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(moment.timestamp()) * SECOND


NOON = instant("2026-11-23 12:00")


def mail_at(wishes: Preferences, event: int, now: int | None = None) -> int | None:
    plan = decide(Recipient(), Event(event), None, wishes, event if now is None else now)
    return plan.at if plan else None


@pytest.mark.parametrize("mail", MAIL)
@pytest.mark.parametrize(
    "recipient",
    [
        Recipient(wrote_it=True),
        Recipient(live=False),
        Recipient(muted=True),
        Recipient(read=True),
        Recipient(told=True),
        Recipient(wrote_it=True, muted=True, read=True),
    ],
)
def test_who_wrote_left_muted_read_or_was_told_gets_nothing(mail: str, recipient: Recipient):
    assert decide(recipient, Event(NOON), None, Preferences(mail), NOON) is None


@pytest.mark.parametrize("mail", MAIL)
def test_a_mention_is_told_as_if_nothing_was_muted(mail: str):
    wishes = Preferences(mail)
    muted = Recipient(muted=True, mentioned=True)
    plan = decide(muted, Event(NOON), None, wishes, NOON)
    assert plan == decide(Recipient(), Event(NOON), None, wishes, NOON)
    ended = Recipient(live=False, muted=True, mentioned=True)
    assert decide(ended, Event(NOON), None, wishes, NOON) is None


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (DELAY, ByMail(NOON + 2 * MINUTE)),
        (INSTANTLY, ByMail(NOON + GRACE)),
        (HOURLY, ByMail(NOON + HOUR, digest=True)),
        (DAILY, ByMail(instant("2026-11-24 08:00"), digest=True)),
        (OFF, None),
    ],
)
def test_everybody_else_as_they_prefer(mail: str, expected: ByMail | None):
    assert decide(Recipient(), Event(NOON), None, Preferences(mail), NOON) == expected


@pytest.mark.parametrize("delay", [0, 5 * SECOND, 10 * MINUTE])
def test_a_while_is_what_the_server_says(delay: int):
    assert mail_at(Preferences(DELAY, delay=delay), NOON) == NOON + delay


@pytest.mark.parametrize(("mail"), [DELAY, INSTANTLY, HOURLY, DAILY])
def test_what_is_overdue_is_told_now(mail: str):
    later = NOON + 48 * HOUR
    assert mail_at(Preferences(mail), NOON, later) == later


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-11-23 09:20:30", "UTC", "2026-11-23 10:00"),
        ("2026-11-23 10:00:00", "UTC", "2026-11-23 11:00"),
        ("2026-11-23 09:59:59", "UTC", "2026-11-23 10:00"),
        ("2026-11-23 09:20:00", KOLKATA, "2026-11-23 10:00"),
        ("2026-11-23 23:59:00", OREGON, "2026-11-24 00:00"),
    ],
)
def test_hourly_is_the_next_full_hour_on_their_wall(at: str, zone: str, expected: str):
    wishes = Preferences(HOURLY, zone=zone)
    assert mail_at(wishes, instant(at, zone) + 7) == instant(expected, zone)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-11-23 07:59:59", "UTC", "2026-11-23 08:00"),
        ("2026-11-23 08:00:00", "UTC", "2026-11-24 08:00"),
        ("2026-11-23 20:00:00", OREGON, "2026-11-24 08:00"),
        # The night in which clocks change is 23 or 25 hours long.
        ("2026-03-28 12:00:00", BERLIN, "2026-03-29 08:00"),
        ("2026-10-24 12:00:00", BERLIN, "2026-10-25 08:00"),
    ],
)
def test_daily_is_the_next_morning_in_their_zone(at: str, zone: str, expected: str):
    assert mail_at(Preferences(DAILY, zone=zone), instant(at, zone)) == instant(expected, zone)


@pytest.mark.parametrize(
    ("quiet", "at", "zone", "expected"),
    [
        (("22:00", "07:00"), "2026-11-23 21:59", "UTC", "2026-11-23 21:59"),
        (("22:00", "07:00"), "2026-11-23 22:00", "UTC", "2026-11-24 07:00"),
        (("22:00", "07:00"), "2026-11-24 03:00", "UTC", "2026-11-24 07:00"),
        (("22:00", "07:00"), "2026-11-24 06:59", "UTC", "2026-11-24 07:00"),
        (("22:00", "07:00"), "2026-11-24 07:00", "UTC", "2026-11-24 07:00"),
        (("22:00", "07:00"), "2026-11-23 23:30", OREGON, "2026-11-24 07:00"),
        (("12:30", "13:15"), "2026-11-23 13:00", "UTC", "2026-11-23 13:15"),
        (("12:30", "13:15"), "2026-11-23 12:29", "UTC", "2026-11-23 12:29"),
        (("12:30", "13:15"), "2026-11-23 13:15", "UTC", "2026-11-23 13:15"),
        # 2:30 does not exist in the night clocks are set forward.
        (("22:00", "02:30"), "2026-03-28 23:00", BERLIN, "2026-03-29 03:30"),
    ],
)
def test_quiet_hours_hold_mail_until_they_end(
    quiet: tuple[str, str], at: str, zone: str, expected: str
):
    wishes = Preferences(DELAY, True, *quiet, zone=zone, delay=0)
    assert mail_at(wishes, instant(at, zone)) == instant(expected, zone)


def test_quiet_hours_end_though_clocks_were_set_back_meanwhile():
    wishes = Preferences(DELAY, True, "22:00", "02:30", zone=BERLIN, delay=0)
    second_two = instant("2026-10-25 02:15", BERLIN, fold=1)
    assert mail_at(wishes, second_two) == instant("2026-10-25 02:30", BERLIN, fold=1)


def test_quiet_hours_hold_digests_and_late_ones_too():
    daily = Preferences(DAILY, True, "22:00", "09:30")
    plan = decide(Recipient(), Event(NOON), None, daily, NOON)
    assert plan == ByMail(instant("2026-11-24 09:30"), digest=True)
    in_the_night = instant("2026-11-24 23:00")
    late = decide(Recipient(), Event(NOON), None, Preferences(DELAY, True), in_the_night)
    assert late == ByMail(instant("2026-11-25 07:00"))


def test_quiet_hours_that_are_off_hold_nothing():
    wishes = Preferences(DELAY, False, "00:00", "23:59", delay=0)
    assert mail_at(wishes, NOON) == NOON


def test_no_mail_comes_before_now_or_inside_quiet_hours_at_any_minute_of_two_days():
    wishes = Preferences(DELAY, True, "21:45", "06:10", zone=BERLIN, delay=0)
    for minute in range(0, 2 * 24 * 60, 7):
        now = instant("2026-10-24 12:00", BERLIN) + minute * MINUTE
        at = mail_at(wishes, now)
        local = datetime.fromtimestamp(at / SECOND, ZoneInfo(BERLIN)).strftime("%H:%M")
        assert at >= now
        assert "06:10" <= local < "21:45"
        assert at - now <= 10 * HOUR


def test_the_decision_asks_nobody():
    """It is pure: no database, no clock, no setting can be reached from it."""
    tree = ast.parse((ROOT / "models" / "telling.py").read_text())
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert froms == {"dataclasses", "datetime", "typing", "models", "models.preferences"}
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"now", "get", "select", "of", "config"}
