"""Keeping contacts and places: who may, what cannot be taken, who is seen by whom."""

import dataclasses
from datetime import date
from functools import partial
from typing import Any

import pytest

from models import clock, contact_list, contacts, groups, places, policy, team
from models.account import LANDLORD
from models.clock import DAY, FOREVER
from models.connection import (
    CONNECTED,
    DISCONNECTED,
    MANAGE,
    NOT_CONNECTED,
    OWNER,
    SERVICE_PRO,
    TENANT,
    VIEW,
    Connection,
)
from models.contacts import Wanted
from models.errors import Invalid, Missing, Refused
from models.headings import headings
from models.inviting import copy_link, invite
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.user import User
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    member,
    move_in,
    office,
    own,
    person,
    property_of,
    set_mode,
    unit,
)
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

GRACE = Wanted(name="Grace Bellamy", email="grace@bellamy.example")


@pytest.fixture
def house() -> Office:
    return office("Birch & Vine")


def add(house: Office, by: User | None = None, at: int | None = None, **typed: Any) -> Connection:
    wanted = dataclasses.replace(GRACE, **typed)
    return contacts.add_contact(by or house.admin, house.account.id, wanted, at)


def refused(house: Office, by: User | None = None, **typed: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        add(house, by, **typed)
    return refusal.value.errors


def row_of(contact: Connection, at: int) -> contact_list.ContactRow:
    admin = team.told_of(contact.account_id, None)
    assert admin
    return contact_list.one(admin, Connection.get_by_id(contact.id), at)


class TestAdding:
    def test_a_tenant_is_added_with_their_unit_and_nobody_is_told(self, house: Office) -> None:
        grace = add(house, unit=str(house.unit.id), phone=" (503) 555-0115 ", note="Two\nlines")
        assert (grace.state, grace.role, grace.user) == (NOT_CONNECTED, TENANT, None)
        assert (grace.phone, grace.note) == ("(503) 555-0115", "Two\nlines")
        lease = Tenancy.get()
        assert (lease.connection, lease.unit, lease.property) == (grace, house.unit, house.place)
        assert lease.ends_at == FOREVER
        assert lease.starts_at <= clock.now()

    def test_days_begin_and_end_in_the_zone_of_the_property(self, house: Office) -> None:
        Property.update(zone="America/Los_Angeles").execute()
        add(house, unit=str(house.unit.id), from_day="2026-11-01", to_day="2026-11-30")
        lease = Tenancy.get()
        assert lease.starts_at == clock.start_of(date(2026, 11, 1), "America/Los_Angeles")
        assert lease.ends_at == clock.start_of(date(2026, 12, 1), "America/Los_Angeles")
        assert clock.iso(lease.ends_at) == "2026-12-01T08:00:00.000Z"

    def test_a_pro_has_a_company_and_no_unit(self, house: Office) -> None:
        pro = add(house, role=SERVICE_PRO, company="Kowalczyk Plumbing", unit=str(house.unit.id))
        assert pro.company == "Kowalczyk Plumbing"
        assert not Tenancy.select().exists()

    def test_an_owner_owns_properties(self, house: Office) -> None:
        helen = add(house, role=OWNER, properties=[str(house.place.id)])
        assert OwnerProperty.get().connection == helen

    def test_an_owner_is_refused_in_landlord_mode(self, house: Office) -> None:
        set_mode(house.account, LANDLORD)
        assert set(refused(house, role=OWNER)) == {"role"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""), ("name", " \n "), ("name", "x" * 300), ("name", "a\x00b"),
            ("name", "\ud800"),
            ("email", "grace@bellamy"), ("email", "not an address"), ("email", "g@b.c\x00"),
            ("phone", "5" * 41), ("company", "x" * 300), ("note", "x" * 2001),
            ("role", ""), ("role", "admin"), ("role", "sub_admin"),
            ("unit", "999999"), ("unit", "-1"), ("unit", "9" * 40), ("unit", "x"), ("unit", "١"),
        ],
    )  # fmt: skip
    def test_a_field_that_cannot_be_taken_is_named(
        self, house: Office, field: str, value: str
    ) -> None:
        assert set(refused(house, **{field: value})) == {field}
        assert Connection.select().count() == 1

    @pytest.mark.parametrize(
        ("days", "field"),
        [
            (("2026-13-01", ""), "from_day"), (("", "tomorrow"), "to_day"),
            (("2026-12-01", "2026-11-01"), "to_day"), (("0001-01-01", ""), "from_day"),
            (("", "9999-12-31"), "to_day"),
        ],
    )  # fmt: skip
    def test_days_that_make_no_sense_are_named(
        self, house: Office, days: tuple[str, str], field: str
    ) -> None:
        said = refused(house, unit=str(house.unit.id), from_day=days[0], to_day=days[1])
        assert set(said) == {field}

    def test_every_fault_is_said_at_once(self, house: Office) -> None:
        assert set(refused(house, name="", email="x", unit="x")) == {"name", "email", "unit"}

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "مريم", "🦊 Fox"])
    def test_names_of_every_kind_are_stored_as_typed(self, house: Office, name: str) -> None:
        assert Connection.get_by_id(add(house, name=name).id).name == name

    def test_an_address_that_a_seen_contact_has_is_refused_with_the_name(
        self, house: Office
    ) -> None:
        add(house)
        said = refused(house, name="Another", email="GRACE@bellamy.example")
        assert said == {"email": "Grace Bellamy has this address already."}

    def test_two_who_add_the_same_address_at_once_add_it_once(self, house: Office) -> None:
        maya = member(house.account)

        def attempt(by: User) -> str:
            try:
                return add(house, by).name
            except Invalid as refusal:
                return refusal.errors["email"]

        said = at_once(partial(attempt, house.admin), partial(attempt, maya))
        assert sorted(said) == ["Grace Bellamy", "Grace Bellamy has this address already."]

    def test_one_of_another_account_or_out_of_sight_does_not_exist(self, house: Office) -> None:
        elsewhere = office("Another house")
        add(elsewhere)
        hidden = property_of(house.account, "Hidden Ct")
        contact(house.account, "Hidden", home=unit(hidden), state=NOT_CONNECTED)
        Connection.update(email=GRACE.email).where(Connection.name == "Hidden").execute()
        ruth = member(house.account, "Ruth Lindqvist", properties=[house.place])
        add(house, ruth, unit=str(house.unit.id))

    def test_who_works_for_some_properties_must_name_one_of_them(self, house: Office) -> None:
        hidden = unit(property_of(house.account, "Hidden Ct"))
        ruth = member(house.account, "Ruth Lindqvist", properties=[house.place])
        assert set(refused(house, ruth)) == {"unit"}
        assert set(refused(house, ruth, unit=str(hidden.id))) == {"unit"}
        said = refused(house, ruth, role=OWNER, properties=[str(hidden.property_id)])
        assert set(said) == {"properties"}
        assert set(refused(house, ruth, role=OWNER)) == {"properties"}

    def test_who_does_not_see_a_role_adds_nobody_to_it(self, house: Office) -> None:
        ruth = member(house.account, "Ruth", rights={"contacts": MANAGE, "tenants": VIEW})
        assert set(refused(house, ruth, role=SERVICE_PRO)) == {"role"}
        add(house, ruth)

    def test_a_view_of_contacts_adds_nobody(self, house: Office) -> None:
        ruth = member(house.account, "Ruth", rights={"contacts": VIEW, "tenants": MANAGE})
        with pytest.raises(Refused):
            add(house, ruth)

    def test_an_outsider_adds_nobody(self, house: Office) -> None:
        tenant = contact(house.account)
        fired = member(house.account, "Fired")
        Connection.update(state=DISCONNECTED).where(Connection.user == fired).execute()
        for somebody in (person(), tenant.user, fired, office("Another house").admin):
            with pytest.raises(Missing):
                add(house, somebody)


class TestPlaces:
    def property(self, house: Office, by: User | None = None, **typed: Any) -> Property:
        form = {"name": "19 Larch Ct", "address": "", "zone": "America/New_York", "units": []}
        return places.add_property(by or house.admin, house.account.id, **form | typed)

    def test_a_property_is_added_with_its_units(self, house: Office) -> None:
        made = self.property(house, units=["Unit A", " ", "Unit  B", "Unit A", ""])
        assert (made.name, made.zone) == ("19 Larch Ct", "America/New_York")
        assert [one.name for one in made.units] == ["Unit A", "Unit B"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", " "), ("name", "x" * 300), ("name", "a\x00b"), ("address", "x" * 300),
            ("zone", "Mars/Olympus"), ("zone", ""), ("zone", "../../etc/passwd"),
            ("units", ["x" * 300]), ("units", [f"Unit {n}" for n in range(501)]),
        ],
    )  # fmt: skip
    def test_a_field_that_cannot_be_taken_is_named(
        self, house: Office, field: str, value: Any
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            self.property(house, **{field: value})
        assert set(refusal.value.errors) == {field}
        assert Property.select().count() == 1

    def test_a_unit_is_added_once(self, house: Office) -> None:
        places.add_unit(house.admin, house.place.id, " Unit  9 ")
        with pytest.raises(Invalid) as refusal:
            places.add_unit(house.admin, house.place.id, "Unit 9")
        assert set(refusal.value.errors) == {"name"}
        assert Unit.select().where(Unit.name == "Unit 9").count() == 1

    def test_who_may_not_adds_nothing(self, house: Office) -> None:
        viewer = member(house.account, "Ruth", rights={"contacts": VIEW, "tenants": VIEW})
        listed = member(house.account, "Otto", properties=[house.place])
        for somebody in (viewer, listed):
            with pytest.raises(Refused):
                self.property(house, somebody)
        with pytest.raises(Refused):
            places.add_unit(viewer, house.place.id, "Unit 9")
        places.add_unit(listed, house.place.id, "Unit 9")

    def test_an_outsider_finds_no_property(self, house: Office) -> None:
        listed = member(house.account, "Otto", properties=[])
        for somebody in (listed, person(), contact(house.account).user, office("Other").admin):
            with pytest.raises(Missing):
                places.add_unit(somebody, house.place.id, "Unit 9")
            assert not policy.visible_properties(somebody, house.account.id).exists()
            assert not places.visible_units(somebody, house.account.id).exists()
        with pytest.raises(Missing):
            places.add_unit(house.admin, 999_999, "Unit 9")


class TestList:
    def names(self, who: User, house: Office, role: str = TENANT) -> list[str]:
        return [row.name for row in contact_list.page(who, house.account, role)[0]]

    def test_rows_say_where_and_in_which_state_somebody_is(self, house: Office) -> None:
        priya = contact(house.account, "Priya Raman", home=house.unit)
        grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
        invite(house.admin, grace.id, "grace@example.com")
        hanna = contact(house.account, "Hanna Lindholm", state=NOT_CONNECTED)
        rows, has_more = contact_list.page(house.admin, house.account, TENANT)
        assert not has_more
        seen = {row.id: row for row in rows}
        assert [row.name for row in rows] == ["Grace Bellamy", "Hanna Lindholm", "Priya Raman"]
        assert seen[priya.id].place == f"{house.place.name}, {house.unit.name}"
        assert seen[priya.id].thread_id == dialogue_of(priya).id
        assert seen[priya.id].state == CONNECTED
        assert (seen[grace.id].is_open, seen[grace.id].can_resend) == (True, False)
        assert (seen[hanna.id].is_open, seen[hanna.id].can_resend) == (False, True)
        assert seen[hanna.id].thread_id is None

    def test_an_invitation_may_go_out_again_when_the_page_says_so(self, house: Office) -> None:
        grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
        copy_link(house.admin, grace.id, at=0)
        assert row_of(grace, at=1).can_resend
        invite(house.admin, grace.id, "grace@example.com", at=0)
        assert not row_of(grace, at=DAY - 1).can_resend
        assert row_of(grace, at=DAY).can_resend
        invite(house.admin, grace.id, "grace@example.com", at=DAY)

    def test_counts_have_a_tab_for_each_role_that_is_seen(self, house: Office) -> None:
        contact(house.account)
        own(contact(house.account, "Helen Archer", role=OWNER), house.place)
        assert contact_list.counts(house.admin, house.account) == {
            TENANT: 1,
            SERVICE_PRO: 0,
            OWNER: 1,
        }
        set_mode(house.account, LANDLORD)
        account = type(house.account).get_by_id(house.account.id)
        assert contact_list.counts(house.admin, account) == {TENANT: 1, SERVICE_PRO: 0}
        ruth = member(house.account, "Ruth", rights={"contacts": VIEW, "service-pros": VIEW})
        assert contact_list.counts(ruth, account) == {SERVICE_PRO: 0}
        without = member(house.account, "Otto", rights={"tenants": MANAGE})
        assert contact_list.counts(without, account) == {}

    def test_who_works_for_some_properties_reads_of_no_home_outside_them(
        self, house: Office
    ) -> None:
        hidden = property_of(house.account, "Hidden Ct")
        priya = contact(house.account, "Priya Raman", home=house.unit)
        move_in(priya, unit(hidden), starts_at=1)
        helen = contact(house.account, "Helen Archer", role=OWNER)
        own(helen, house.place)
        own(helen, hidden)
        listed = member(house.account, "Ruth", properties=[house.place])

        def told(who: User, at: int) -> list[list[str]]:
            threads = {dialogue_of(priya).id: True, dialogue_of(helen).id: True}
            return [
                [contact_list.one(who, each, at).place for each in (priya, helen)],
                [each.place for each in headings(who, threads, at).values()],
                [groups.people(who, house.account.id, "tenants", at)[0].place],
            ]

        at = clock.now()
        assert "Hidden" not in str(told(listed, at))
        assert str(told(listed, at)).count(house.place.name) == 5
        assert str(told(house.admin, at)).count("Hidden") == 5
        own_view = headings(priya.user, {dialogue_of(priya).id: False}, at)
        assert "Hidden" in own_view[dialogue_of(priya).id].place

    def test_nobody_sees_whom_they_may_not(self, house: Office) -> None:
        contact(house.account, "Priya Raman", home=house.unit)
        contact(house.account, "Hidden", home=unit(property_of(house.account, "Hidden Ct")))
        listed = member(house.account, "Ruth", properties=[house.place])
        assert self.names(listed, house) == ["Priya Raman"]
        without = member(house.account, "Otto", rights={"tenants": MANAGE})
        for somebody in (without, person(), office("Another").admin, contact(house.account).user):
            assert self.names(somebody, house) == []

    def test_a_long_list_has_pages(self, house: Office) -> None:
        for number in range(contact_list.PAGE + 1):
            Connection.create(
                account=house.account, role=TENANT, name=f"T {number:03}", created_at=0
            )
        first, has_more = contact_list.page(house.admin, house.account, TENANT)
        assert (len(first), has_more) == (contact_list.PAGE, True)
        second, has_more = contact_list.page(house.admin, house.account, TENANT, 2)
        assert ([row.name for row in second], has_more) == ([f"T {contact_list.PAGE:03}"], False)
