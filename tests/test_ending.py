"""Tenancies that end by themselves: at midnight where the house stands, once, and for good."""

from datetime import date

import pytest
from playhouse.test_utils import count_queries

from models import clock, ending, leaving, reading
from models.account import Account
from models.clock import DAY, FOREVER, HOUR, MINUTE
from models.connection import CONNECTED, DISCONNECTED, OWNER, Connection
from models.errors import Refused
from models.message import Message
from models.property import Property, Tenancy
from models.thread import TENANTS
from models.user import User
from models.view import View
from tests.factories import (
    Office,
    connect,
    contact,
    dialogue_of,
    group,
    member,
    move_in,
    office,
    own,
    property_of,
    say,
    unit,
)
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

NOON = clock.at_time(date(2026, 11, 24), 12 * 60, "UTC")


@pytest.fixture
def house() -> Office:
    return office("Birch & Vine")


def tenant(house: Office, name: str = "Priya Raman", since: int = NOON - 90 * DAY) -> Connection:
    tie = contact(house.account, name)
    Connection.update(connected_at=since).where(Connection.id == tie.id).execute()
    return again(tie)


def again(tie: Connection) -> Connection:
    return Connection.get_by_id(tie.id)


def lives(tie: Connection, house: Office, ends_at: int = FOREVER, starts_at: int = 0) -> Tenancy:
    return move_in(tie, house.unit, starts_at, ends_at)


def pass_to(at: int, since: int | None = None) -> ending.Passed:
    return ending.pass_time(since, at)


class TestEnd:
    def test_the_last_day_over_ends_the_connection(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        thread = dialogue_of(tie)
        assert pass_to(NOON - 1).threads == set()
        assert again(tie).state == CONNECTED
        passed = pass_to(NOON)
        assert passed.threads == {thread.id}
        assert passed.accounts == {house.account.id}
        tie = again(tie)
        assert (tie.state, tie.ended_at, tie.ended_by) == (DISCONNECTED, NOON, None)
        newest = View.load(tie.user, thread.id).newest()[-1]
        assert (newest.event["event"], newest.subject_name) == ("tenancy_ended", "Priya Raman")
        assert newest.author_id is None

    def test_both_sides_read_on_and_are_told_why_they_cannot_write(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        pass_to(NOON)
        for user, sentence in (
            (tie.user, "Your tenancy ended. You can't write here."),
            (house.admin, "Priya's tenancy ended. You can't write here."),
        ):
            assert View.load(user, dialogue_of(tie).id).refusal() == sentence
            with pytest.raises(Refused):
                say(user, dialogue_of(tie))

    def test_it_ends_groups_too(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        everybody = group(house.account, TENANTS, "conversation", [tie, tenant(house, "Marcus")])
        assert pass_to(NOON).threads == {dialogue_of(tie).id, everybody.id}
        assert not View.load(tie.user, everybody.id).takes_part

    def test_it_happens_once(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        pass_to(NOON)
        stored = Message.select().count()
        for at in (NOON, NOON + 1, NOON + DAY):
            assert pass_to(at).threads == set()
        assert Message.select().count() == stored

    @pytest.mark.parametrize("since", [None, NOON - 1, NOON - HOUR])
    def test_a_server_that_was_away_catches_up(self, house: Office, since: int | None) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        pass_to(NOON + 40 * DAY, since)
        assert again(tie).state == DISCONNECTED

    def test_two_processes_end_it_once(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        answers = at_once(*[lambda: ending.end_if_over(tie, NOON)] * 4)
        assert sorted(map(len, answers)) == [0, 0, 0, 1]
        events = [seen.event for seen in View.load(tie.user, dialogue_of(tie).id).newest()]
        assert [one.get("event") for one in events].count("tenancy_ended") == 1

    def test_a_disconnect_in_the_same_moment_leaves_one_event(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)

        def leave() -> list[int]:
            try:
                return leaving.disconnect(house.admin, tie.id, NOON)
            except Refused:
                return []

        answers = at_once(lambda: ending.end_if_over(tie, NOON), leave)
        assert sorted(map(len, answers)) == [0, 1]
        assert again(tie).state == DISCONNECTED


class TestNoEnd:
    @pytest.mark.parametrize(
        ("starts", "ends"),
        [(0, FOREVER), (NOON - HOUR, NOON + 1), (NOON + 30 * DAY, FOREVER), (NOON, NOON + DAY)],
    )
    def test_another_tenancy_keeps_it(self, house: Office, starts: int, ends: int) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        move_in(tie, unit(house.place), starts, ends)
        assert pass_to(NOON).threads == set()
        assert again(tie).state == CONNECTED

    def test_a_co_tenant_stays(self, house: Office) -> None:
        beth, jonah = tenant(house, "Beth Whitaker"), tenant(house, "Jonah Whitaker")
        lives(beth, house, NOON)
        lives(jonah, house)
        pass_to(NOON)
        assert (again(beth).state, again(jonah).state) == (DISCONNECTED, CONNECTED)

    def test_the_team_may_keep_the_connection(self, house: Office) -> None:
        tie = tenant(house)
        Connection.update(stays=True).execute()
        lives(tie, house, NOON)
        assert pass_to(NOON).threads == set()
        assert again(tie).state == CONNECTED

    def test_who_reconnects_after_moving_out_stays(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        pass_to(NOON)
        connect(tie)
        Connection.update(connected_at=NOON + DAY).execute()
        pass_to(NOON + 2 * DAY)
        assert again(tie).state == CONNECTED

    def test_nothing_ends_in_a_closed_account(self, house: Office) -> None:
        tie = tenant(house)
        lives(tie, house, NOON)
        Account.update(closed_at=NOON - DAY).execute()
        assert pass_to(NOON).threads == set()
        assert again(tie).state == CONNECTED
        with pytest.raises(Refused):
            leaving.disconnect(tie.user, tie.id)

    def test_no_tenancy_at_all_ends_nothing(self, house: Office) -> None:
        tie = tenant(house)
        helen = contact(house.account, "Helen Archer", role=OWNER)
        own(helen, house.place)
        pass_to(NOON)
        assert (again(tie).state, again(helen).state) == (CONNECTED, CONNECTED)

    def test_who_has_not_accepted_yet_is_left_alone(self, house: Office) -> None:
        grace = contact(house.account, "Grace Bellamy", state="invited")
        lives(grace, house, NOON)
        pass_to(NOON)
        assert again(grace).state == "invited"


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", date(2026, 11, 30), "2026-12-01T00:00:00.000Z"),
        ("America/Los_Angeles", date(2026, 11, 30), "2026-12-01T08:00:00.000Z"),
        ("Pacific/Auckland", date(2026, 11, 30), "2026-11-30T11:00:00.000Z"),
        # The night clocks are set back, the night they are set forward.
        ("America/Los_Angeles", date(2026, 11, 1), "2026-11-02T08:00:00.000Z"),
        ("America/Los_Angeles", date(2026, 10, 31), "2026-11-01T07:00:00.000Z"),
        ("America/Los_Angeles", date(2027, 3, 14), "2027-03-15T07:00:00.000Z"),
        ("Europe/Berlin", date(2027, 3, 27), "2027-03-27T23:00:00.000Z"),
        # Midnight does not exist there that day; the day begins at one.
        ("America/Santiago", date(2026, 9, 5), "2026-09-06T04:00:00.000Z"),
    ],
)
def test_a_day_ends_at_midnight_where_the_house_stands(
    house: Office, zone: str, day: date, instant: str
) -> None:
    Property.update(zone=zone).execute()
    tie = tenant(house, since=0)
    at = clock.end_of(day, zone)
    assert clock.iso(at) == instant
    lives(tie, house, at)
    assert pass_to(at - 1).threads == set()
    assert pass_to(at).threads == {dialogue_of(tie).id}


class TestComingIntoSight:
    """Who works for some properties sees a tenant from the day they live in one of them."""

    @pytest.fixture
    def ruth(self, house: Office) -> User:
        return member(house.account, "Ruth Lindqvist", properties=[house.place])

    def test_what_was_said_before_counts_as_read(self, house: Office, ruth: User) -> None:
        tie = tenant(house)
        elsewhere = unit(property_of(house.account, "19 Larch Ct"))
        move_in(tie, elsewhere, 0, NOON)
        lives(tie, house, starts_at=NOON)
        thread = dialogue_of(tie)
        say(tie.user, thread, "Before.", at=NOON - DAY)
        pass_to(NOON, NOON - HOUR)
        later = say(tie.user, thread, "After.", at=NOON + MINUTE)
        view = View.load(ruth, thread.id, NOON + MINUTE)
        assert [one.id for one in view.unread_texts(0)] == [later.id]
        pass_to(NOON + HOUR)
        assert [one.id for one in View.load(ruth, thread.id, NOON + HOUR).unread_texts(0)] == [
            later.id
        ]

    def test_it_begins_anew_for_who_saw_it_long_ago(self, house: Office, ruth: User) -> None:
        tie = tenant(house)
        lives(tie, house, NOON - DAY)
        move_in(tie, unit(property_of(house.account)), NOON - DAY, NOON)
        lives(tie, house, starts_at=NOON)
        thread = dialogue_of(tie)
        first = say(tie.user, thread, "Long ago.", at=NOON - 3 * DAY)
        reading.set_read_position(ruth, thread.id, first.id, NOON - 2 * DAY)
        say(tie.user, thread, "Meanwhile.", at=NOON - HOUR)
        pass_to(NOON)
        assert not View.load(ruth, thread.id, NOON).unread_texts(0).exists()


def test_a_look_at_which_nothing_happens_asks_three_times(house: Office) -> None:
    lives(tenant(house), house)
    with count_queries() as asked:
        pass_to(NOON, NOON - MINUTE)
    assert asked.count == 3
