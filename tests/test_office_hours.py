"""The office hours of an account: set by its admin, told by its own clock."""

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from blueprints.extensions import socketio
from models import clock, office_hours
from models.account import Account
from models.errors import Invalid, Missing, Refused
from models.office_hours import DAYS, MIDNIGHT, Now
from tests.factories import contact, dialogue_of, disconnect, member, office, person
from tests.signed_in import browser_of

NEW_YORK = "America/New_York"
NINE_TO_FIVE = ("09:00", "17:00")
WEEKDAYS = dict.fromkeys(DAYS[:5], NINE_TO_FIVE)


def form(days: dict[str, tuple[str, str]]) -> dict[str, str]:
    """What a browser sends when these days are open."""
    typed = {}
    for day, (begins, ends) in days.items():
        typed |= {day: "on", f"{day}-from": begins, f"{day}-to": ends}
    return typed


def told(days: dict[str, tuple[str, str]], wall: str, zone: str = NEW_YORK) -> str:
    """How it stands at a time of the office's clock, in short: "open 0 17:00"."""
    found = standing(days, wall, zone)
    assert found
    return f"{'open' if found.is_open else 'closed'} {found.day} {found.time}".strip()


def standing(days: dict[str, tuple[str, str]], wall: str, zone: str = NEW_YORK) -> Now | None:
    made = Account(name="Birch", zone=zone)
    if days:
        made.office_hours = json.dumps([days.get(day) for day in DAYS])
    return office_hours.now(made, instant(wall, zone))


def instant(wall: str, zone: str = NEW_YORK) -> int:
    moment = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    return int(moment.timestamp()) * clock.SECOND


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        ("2026-11-25 08:59", "closed 0 09:00"),  # a Wednesday
        ("2026-11-25 09:00", "open 0 17:00"),
        ("2026-11-25 16:59", "open 0 17:00"),
        ("2026-11-25 17:00", "closed 1 09:00"),
        ("2026-11-27 17:00", "closed 3 09:00"),  # a Friday
        ("2026-11-29 23:59", "closed 1 09:00"),
    ],
)
def test_an_office_opens_and_closes_by_its_own_clock(wall, words):
    assert told(WEEKDAYS, wall) == words


def test_days_with_23_and_25_hours_open_and_close_by_the_clock_too():
    every_day = dict.fromkeys(DAYS, NINE_TO_FIVE)
    for day in ("2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01"):
        assert told(every_day, f"{day} 08:59") == "closed 0 09:00"
        assert told(every_day, f"{day} 16:59") == "open 0 17:00"
        assert standing(every_day, f"{day} 10:00").changes_at == instant(f"{day} 17:00")
    # Over the night in which clocks are set forward it opens an hour earlier by the instant.
    before, after = instant("2026-03-07 17:00"), instant("2026-03-08 09:00")
    assert standing(every_day, "2026-03-07 17:00").changes_at == after
    assert after - before == 15 * clock.HOUR


def test_the_same_moment_is_told_by_the_clock_of_each_office():
    at = instant("2026-11-25 16:30", "UTC")
    made = [Account(zone=zone) for zone in ("Asia/Kolkata", "Europe/London", NEW_YORK)]
    for one in made:
        one.office_hours = json.dumps([WEEKDAYS.get(day) for day in DAYS])
    assert [office_hours.now(one, at).is_open for one in made] == [False, True, True]
    assert [office_hours.now(one, at).zone for one in made] == [one.zone for one in made]


def test_what_goes_on_over_midnight_is_told_to_its_end():
    night = {"friday": ("18:00", MIDNIGHT), "saturday": ("00:00", "02:00")}
    assert told(night, "2026-11-27 20:00") == "open 1 02:00"
    assert told(night, "2026-11-28 01:00") == "open 0 02:00"
    late = {"friday": ("18:00", MIDNIGHT)}
    assert told(late, "2026-11-27 20:00") == "open 0 24:00"
    assert standing(late, "2026-11-27 20:00").changes_at == instant("2026-11-28 00:00")
    assert told(late, "2026-11-28 00:00") == "closed 6 18:00"
    assert told(late, "2026-11-27 17:00") == "closed 0 18:00"
    assert told({"friday": NINE_TO_FIVE}, "2026-11-27 17:00") == "closed 7 09:00"


def test_an_office_may_be_open_day_and_night_or_say_nothing():
    always = dict.fromkeys(DAYS, ("00:00", MIDNIGHT))
    assert told(always, "2026-11-25 03:00") == "open 0"
    assert standing({}, "2026-11-25 03:00") is None


def test_a_week_is_told_in_as_few_lines_as_it_has():
    hours = tuple((WEEKDAYS | {"wednesday": ("10:00", "12:00")}).get(day) for day in DAYS)
    assert office_hours.in_lines(hours) == [
        ("monday", "tuesday", NINE_TO_FIVE),
        ("wednesday", "wednesday", ("10:00", "12:00")),
        ("thursday", "friday", NINE_TO_FIVE),
        ("saturday", "sunday", None),
    ]


def test_the_admin_alone_sets_them_and_no_open_day_means_none(bound):
    house = office()
    days = {"monday": ("9:00", "17:00"), "sunday": ("10:00", "00:00")}
    for stranger, refusal in (
        (member(house.account), Refused),
        (contact(house.account).user, Missing),
        (person("Omar"), Missing),
    ):
        with pytest.raises(refusal):
            office_hours.save(stranger, house.account.id, form(days))
    office_hours.save(house.admin, house.account.id, form(days))
    kept = Account.get_by_id(house.account.id)
    assert office_hours.of(kept) == (NINE_TO_FIVE, *[None] * 5, ("10:00", MIDNIGHT))
    shown = office_hours.form(kept)
    assert shown["sunday"]
    assert shown["sunday-to"] == "00:00"
    assert "tuesday" not in shown
    office_hours.save(house.admin, house.account.id, form({}))
    assert office_hours.of(Account.get_by_id(house.account.id)) is None


def test_times_that_cannot_be_are_refused_at_their_day(bound):
    house = office()
    days = {
        "monday": ("9:00", ""),
        "tuesday": ("17:00", "09:00"),
        "friday": ("25:00", "26:00"),
        "sunday": ("09:00", "09:00"),
        "saturday": NINE_TO_FIVE,
    }
    with pytest.raises(Invalid) as refused:
        office_hours.save(house.admin, house.account.id, form(days))
    assert set(refused.value.errors) == {"monday", "tuesday", "friday", "sunday"}
    assert Account.get_by_id(house.account.id).office_hours == ""


# On the pages


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


def test_contacts_read_them_where_they_write_and_the_team_in_settings(app: Flask):
    house = office()
    tie = contact(house.account, home=house.unit)
    hers, address = browser_of(app, tie.user), f"/threads/{dialogue_of(tie).id}"
    admin, ruth = browser_of(app, house.admin), browser_of(app, member(house.account))
    assert "Office hours" not in text(hers.get(address))
    always = form(dict.fromkeys(DAYS, ("00:00", "00:00")))
    assert admin.post("/settings/account/hours", data=always).status_code == 303
    page = text(hers.get(address))
    assert page.count("Open day and night") == 2  # the head, and the details
    assert "Monday to Sunday" in page
    assert "Monday to Sunday" in text(ruth.get("/settings/account"))
    assert "Open day and night" not in text(admin.get(address))
    refused = admin.post("/settings/account/hours", data=form({"monday": ("17:00", "09:30")}))
    assert refused.status_code == 422
    assert "It has to close after it opens." in refused.text
    assert 'value="09:30"' in refused.text  # what was typed is there
    assert house.account.name in refused.text
    disconnect(tie)
    assert "Open day and night" not in text(hers.get(address))


def test_open_pages_of_contacts_follow(app: Flask):
    house = office()
    tie = contact(house.account)
    socket = socketio.test_client(app, flask_test_client=browser_of(app, tie.user))
    socket.get_received()
    browser_of(app, house.admin).post("/settings/account/hours", data=form(WEEKDAYS))
    assert "access:changed" in [one["name"] for one in socket.get_received()]
