"""Changing properties and units: who may, what holds them, and days that stay what they are."""

from datetime import date
from typing import Any

import pytest

from models import clock, remodelling, tenancies
from models.account import LANDLORD
from models.connection import CONNECTED, DISCONNECTED, OWNER, VIEW, Connection
from models.errors import Conflict, Invalid, Missing, Refused
from models.property import Property, StaffProperty, Tenancy, Unit
from models.tenancies import Typed
from tests.factories import (
    Office,
    contact,
    group,
    member,
    move_in,
    office,
    own,
    person,
    property_of,
    request_thread,
    set_mode,
    unit,
)
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

NOON = clock.at_time(date(2026, 11, 24), 12 * 60, "UTC")


@pytest.fixture
def house() -> Office:
    return office("Birch & Vine")


def change(house: Office, at: int = NOON, **typed: Any) -> tuple[Property, list[int]]:
    form = {"name": "412 Alder St", "address": "", "zone": "UTC"} | typed
    return remodelling.change_property(house.admin, house.place.id, **form, at=at)


def test_a_property_is_called_and_stands_elsewhere(house: Office) -> None:
    place, threads = change(house, name=" Elm  Court ", address="1 Elm St")
    assert (place.name, place.address, threads) == ("Elm Court", "1 Elm St", [])


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("address", "x" * 300), ("zone", "Mars/Olympus")]
)
def test_what_cannot_be_taken_is_named(house: Office, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change(house, **{field: value})
    assert set(refusal.value.errors) == {field}


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_in_another_zone_tenancies_keep_their_days(house: Office, zone: str) -> None:
    tie = contact(house.account)
    first, last = date(2026, 3, 8), date(2026, 11, 30)
    move_in(tie, house.unit, clock.start_of(first, "UTC"), clock.end_of(last, "UTC"))
    move_in(tie, unit(house.place), 0)
    change(house, zone=zone)
    home = Tenancy.get(Tenancy.unit == house.unit)
    assert home.starts_at == clock.start_of(first, zone)
    assert home.ends_at == clock.end_of(last, zone)
    endless, shown = sorted(tenancies.homes(house.admin, tie), key=lambda one: one.first)
    assert (shown.first, shown.last, endless.last) == (first, last, None)


def test_a_zone_where_the_last_day_is_over_already_ends_the_connection(house: Office) -> None:
    tie = contact(house.account)
    Connection.update(connected_at=1).where(Connection.id == tie.id).execute()
    move_in(tie, house.unit, 0, clock.end_of(date(2026, 11, 24), "UTC"))
    _, threads = change(house, at=NOON, zone="Pacific/Auckland")
    assert len(threads) == 1
    assert Connection.get_by_id(tie.id).state == DISCONNECTED


def test_a_unit_is_renamed_once(house: Office) -> None:
    other = unit(house.place, "Unit 9")
    assert remodelling.rename_unit(house.admin, house.unit.id, "Unit 8").name == "Unit 8"
    for name in ("Unit 9", "", "x" * 100):
        with pytest.raises(Invalid):
            remodelling.rename_unit(house.admin, house.unit.id, name)
    assert Unit.get_by_id(other.id).name == "Unit 9"


class TestRemoving:
    def test_what_nobody_uses_goes(self, house: Office) -> None:
        spare = unit(property_of(house.account, "Spare"))
        member(house.account, "Ruth", properties=[spare.property, house.place])
        remodelling.remove_unit(house.admin, house.unit.id)
        remodelling.remove_property(house.admin, spare.property_id)
        assert [place.id for place in Property.select()] == [house.place.id]
        assert not Unit.select().exists()
        assert StaffProperty.select().count() == 1

    @pytest.mark.parametrize(
        ("ends_at", "sentence"),
        [
            (clock.FOREVER, "Priya Raman lives in Unit 3B. Change the tenancy first."),
            (1, "Unit 3B was the home of Priya Raman and stays on their record."),
        ],
    )
    def test_a_home_stays(self, house: Office, ends_at: int, sentence: str) -> None:
        home = unit(house.place, "Unit 3B")
        move_in(contact(house.account), home, 0, ends_at)
        for act in (
            lambda: remodelling.remove_unit(house.admin, home.id),
            lambda: remodelling.remove_property(house.admin, house.place.id),
        ):
            with pytest.raises(Conflict) as refusal:
                act()
            assert refusal.value.sentence == sentence

    def test_what_is_owned_repaired_or_gathered_stays(self, house: Office) -> None:
        own(contact(house.account, "Helen Archer", role=OWNER), house.place)
        repaired = property_of(house.account, "Repaired")
        request_thread(repaired, house.admin)
        for place, words in (
            (house.place, "Helen Archer owns 412 Alder St. Change that first."),
            (repaired, "Repaired has maintenance requests and stays with them."),
        ):
            with pytest.raises(Conflict) as refusal:
                remodelling.remove_property(house.admin, place.id)
            assert refusal.value.sentence == words

    def test_nobody_is_named_to_who_does_not_see_them(self, house: Office) -> None:
        own(contact(house.account, "Helen Archer", role=OWNER), house.place)
        set_mode(house.account, LANDLORD)
        with pytest.raises(Conflict) as refusal:
            remodelling.remove_property(house.admin, house.place.id)
        assert refusal.value.sentence == "412 Alder St is in use and stays."

    def test_moving_in_and_removing_at_once_ends_one_way(self, house: Office) -> None:
        tie = contact(house.account)

        def move() -> str:
            try:
                tenancies.save(house.admin, tie.id, Typed(str(house.unit.id), "2026-01-01"))
            except Invalid:
                return ""
            return "moved"

        def remove() -> str:
            try:
                remodelling.remove_unit(house.admin, house.unit.id)
            except Conflict:
                return ""
            return "removed"

        done = "".join(at_once(move, remove))
        assert done in ("moved", "removed")
        assert Unit.select().exists() == Tenancy.select().exists() == (done == "moved")

    def test_who_may_not_changes_nothing(self, house: Office) -> None:
        looks = member(house.account, "Vera", rights=VIEW)
        listed = member(house.account, "Ruth", properties=[house.place])
        with pytest.raises(Refused):
            remodelling.remove_property(listed, house.place.id)
        remodelling.rename_unit(listed, house.unit.id, "Unit 8")
        for act in (
            lambda user: remodelling.remove_property(user, house.place.id),
            lambda user: remodelling.remove_unit(user, house.unit.id),
            lambda user: remodelling.rename_unit(user, house.unit.id, "X"),
            lambda user: remodelling.change_property(user, house.place.id, "X", "", "UTC"),
        ):
            with pytest.raises(Refused):
                act(looks)
            for stranger in (
                person(),
                office("Other").admin,
                member(house.account, "Otto", properties=[property_of(house.account)]),
            ):
                with pytest.raises(Missing):
                    act(stranger)
        assert Unit.get().name == "Unit 8"


def test_a_house_that_a_group_follows_stays(house: Office) -> None:
    tie = contact(house.account)
    everybody = group(house.account, "tenants", "conversation", [tie])
    type(everybody).update(property=house.place, follows=True).execute()
    with pytest.raises(Conflict) as refusal:
        remodelling.remove_property(house.admin, house.place.id)
    assert refusal.value.sentence == "412 Alder St is in use and stays."
    assert Connection.get_by_id(tie.id).state == CONNECTED
