"""Who lives where: adding, changing and taking back tenancies, and who sees what then."""

from datetime import date

import pytest

from models import clock, editing, inviting, joining, leaving, tenancies
from models.clock import DAY
from models.connection import (
    CONNECTED,
    DISCONNECTED,
    INVITED,
    MANAGE,
    NOT_CONNECTED,
    OWNER,
    SERVICE_PRO,
    TENANT,
    VIEW,
    Connection,
)
from models.editing import Facts
from models.errors import Conflict, Invalid, Missing, Refused
from models.property import OwnerProperty, Property, Tenancy
from models.tenancies import Typed
from models.thread import ThreadPerson
from models.user import User
from models.view import View
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
    say,
    unit,
)
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

NOON = clock.at_time(date(2026, 11, 24), 12 * 60, "UTC")


@pytest.fixture
def house() -> Office:
    return office("Birch & Vine")


@pytest.fixture
def tenant(house: Office) -> Connection:
    tie = contact(house.account, "Priya Raman")
    Connection.update(connected_at=NOON - 90 * DAY).where(Connection.id == tie.id).execute()
    return again(tie)


def again(tie: Connection) -> Connection:
    return Connection.get_by_id(tie.id)


def typed(house: Office, first: str = "2026-01-01", last: str = "", **other: str) -> Typed:
    return Typed(**{"unit": str(house.unit.id), "from_day": first, "to_day": last} | other)


class TestTenancies:
    def test_several_are_added_changed_and_taken_back(
        self, house: Office, tenant: Connection
    ) -> None:
        tenancies.save(house.admin, tenant.id, typed(house), at=NOON)
        other = unit(house.place, "Unit 9")
        wanted = typed(house, "2026-12-01", "2027-11-30", unit=str(other.id))
        tenancies.save(house.admin, tenant.id, wanted, at=NOON)
        later, now = tenancies.homes(house.admin, tenant, NOON)
        assert (later.when, later.first, later.last) == (
            "later",
            date(2026, 12, 1),
            date(2027, 11, 30),
        )
        assert (now.when, now.first, now.last) == ("now", date(2026, 1, 1), None)
        tenancies.save(house.admin, tenant.id, typed(house, last="2026-11-30"), now.id, NOON)
        assert tenancies.homes(house.admin, tenant, NOON)[1].last == date(2026, 11, 30)
        assert tenancies.last_day(tenant) == date(2027, 11, 30)
        tenancies.remove(house.admin, tenant.id, later.id, NOON)
        assert [home.id for home in tenancies.homes(house.admin, tenant, NOON)] == [now.id]

    @pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "UTC"])
    @pytest.mark.parametrize("last", ["2026-11-01", "2027-03-13", "2027-03-14", "2026-11-30"])
    def test_a_day_comes_back_as_it_was_typed(
        self, house: Office, tenant: Connection, zone: str, last: str
    ) -> None:
        Property.update(zone=zone).execute()
        tenancies.save(house.admin, tenant.id, typed(house, "2026-03-08", last), at=0)
        [home] = tenancies.homes(house.admin, tenant, 0)
        assert (home.first.isoformat(), home.last and home.last.isoformat()) == ("2026-03-08", last)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"unit": ""}, "unit"), ({"unit": "9999"}, "unit"), ({"unit": "x" * 50}, "unit"),
            ({"from_day": "yesterday"}, "from_day"), ({"to_day": "2025-12-31"}, "to_day"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_named(
        self, house: Office, tenant: Connection, change: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            tenancies.save(house.admin, tenant.id, typed(house, **change), at=NOON)
        assert set(refusal.value.errors) == {field}
        assert not Tenancy.select().exists()

    def test_nobody_lives_in_one_unit_twice_at_a_time(
        self, house: Office, tenant: Connection
    ) -> None:
        tenancies.save(house.admin, tenant.id, typed(house, last="2026-11-30"), at=NOON)
        with pytest.raises(Invalid) as refusal:
            tenancies.save(house.admin, tenant.id, typed(house, "2026-11-30"), at=NOON)
        assert refusal.value.errors == {"unit": "Priya Raman lives there in these days already."}
        tenancies.save(house.admin, tenant.id, typed(house, "2026-12-01"), at=NOON)

    def test_a_last_day_in_the_past_ends_the_connection_at_once(
        self, house: Office, tenant: Connection
    ) -> None:
        change = tenancies.save(house.admin, tenant.id, typed(house, last="2026-11-23"), at=NOON)
        assert change.ended
        assert change.threads == (dialogue_of(tenant).id,)
        assert (again(tenant).state, again(tenant).ended_by) == (DISCONNECTED, None)

    def test_the_last_day_itself_is_still_theirs(self, house: Office, tenant: Connection) -> None:
        change = tenancies.save(house.admin, tenant.id, typed(house, last="2026-11-24"), at=NOON)
        assert not change.ended
        assert again(tenant).state == CONNECTED

    def test_keeping_the_connection_is_a_switch(self, house: Office, tenant: Connection) -> None:
        tenancies.keep_connected(house.admin, tenant.id, True, NOON)
        tenancies.save(house.admin, tenant.id, typed(house, last="2026-11-20"), at=NOON)
        assert again(tenant).state == CONNECTED
        assert tenancies.keep_connected(house.admin, tenant.id, False, NOON).ended

    def test_taking_one_back_ends_nothing(self, house: Office, tenant: Connection) -> None:
        move_in(tenant, house.unit)
        [home] = tenancies.homes(house.admin, tenant, NOON)
        assert not tenancies.remove(house.admin, tenant.id, home.id, NOON).ended
        assert again(tenant).state == CONNECTED

    def test_two_at_once_store_one(self, house: Office, tenant: Connection) -> None:
        def add() -> bool:
            try:
                tenancies.save(house.admin, tenant.id, typed(house), at=NOON)
            except Invalid:
                return False
            return True

        assert sorted(at_once(add, add, add)) == [False, False, True]
        assert Tenancy.select().count() == 1

    def test_who_may_not_changes_nothing(self, house: Office, tenant: Connection) -> None:
        home = move_in(tenant, house.unit)
        looks = member(house.account, "Vera", rights=VIEW)
        for act in (
            lambda user: tenancies.save(user, tenant.id, typed(house), home.id),
            lambda user: tenancies.remove(user, tenant.id, home.id),
            lambda user: tenancies.keep_connected(user, tenant.id, True),
            lambda user: editing.change_facts(user, tenant.id, Facts(name="X")),
        ):
            with pytest.raises(Refused):
                act(looks)
            for stranger in (person(), tenant.user, office("Other").admin):
                with pytest.raises(Missing):
                    act(stranger)
        assert (again(tenant).name, again(tenant).stays) == ("Priya Raman", False)

    def test_only_tenants_live_somewhere(self, house: Office) -> None:
        pro = contact(house.account, "Tomasz", role=SERVICE_PRO)
        with pytest.raises(Refused):
            tenancies.save(house.admin, pro.id, typed(house))

    def test_who_works_for_some_houses_finds_only_tenancies_there(
        self, house: Office, tenant: Connection
    ) -> None:
        elsewhere = unit(property_of(house.account, "19 Larch Ct"))
        hidden = move_in(tenant, elsewhere)
        move_in(tenant, house.unit)
        ruth = member(house.account, "Ruth", properties=[house.place])
        assert [home.unit_id for home in tenancies.homes(ruth, tenant)] == [house.unit.id]
        with pytest.raises(Missing):
            tenancies.remove(ruth, tenant.id, hidden.id)
        with pytest.raises(Missing):
            tenancies.save(ruth, tenant.id, typed(house), hidden.id)
        with pytest.raises(Invalid):
            tenancies.save(ruth, tenant.id, typed(house, unit=str(elsewhere.id)))


class TestComingIntoSight:
    @pytest.fixture
    def ruth(self, house: Office) -> User:
        return member(house.account, "Ruth Lindqvist", properties=[house.place])

    def test_a_tenant_who_moves_in_brings_nothing_unread(
        self, house: Office, tenant: Connection, ruth: User
    ) -> None:
        move_in(tenant, unit(property_of(house.account, "19 Larch Ct")))
        thread = dialogue_of(tenant)
        say(tenant.user, thread, "Before.")
        with pytest.raises(Missing):
            View.load(ruth, thread.id)
        tenancies.save(house.admin, tenant.id, typed(house))
        assert not View.load(ruth, thread.id).unread_texts(0).exists()
        new = say(tenant.user, thread, "After.")
        assert [one.id for one in View.load(ruth, thread.id).unread_texts(0)] == [new.id]
        assert ThreadPerson.get(ThreadPerson.user == ruth).read_at is None

    def test_an_owner_of_a_house_too(self, house: Office, ruth: User) -> None:
        helen = contact(house.account, "Helen Archer", role=OWNER)
        thread = dialogue_of(helen)
        say(helen.user, thread)
        _, changed = editing.change_owned(house.admin, helen.id, [str(house.place.id)])
        assert not View.load(ruth, thread.id).unread_texts(0).exists()
        assert changed == []

    def test_moving_out_of_the_list_takes_it_away(
        self, house: Office, tenant: Connection, ruth: User
    ) -> None:
        home = move_in(tenant, house.unit)
        away = unit(property_of(house.account, "19 Larch Ct"))
        View.load(ruth, dialogue_of(tenant).id)
        tenancies.save(house.admin, tenant.id, typed(house, unit=str(away.id)), home.id)
        with pytest.raises(Missing):
            View.load(ruth, dialogue_of(tenant).id)


class TestFacts:
    def test_facts_are_changed(self, house: Office) -> None:
        pro = contact(house.account, "Tomasz", role=SERVICE_PRO, state=NOT_CONNECTED)
        facts = Facts("Tomasz K.", "T@k.example", "555", "Kowalczyk", "Plumbing", "Two\nlines")
        changed, took_back = editing.change_facts(house.admin, pro.id, facts)
        assert (changed.name, changed.email, changed.trades) == (
            "Tomasz K.",
            "t@k.example",
            "Plumbing",
        )
        assert not took_back

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", " "), ("email", "x"), ("phone", "5" * 50), ("trades", "x" * 300)],
    )
    def test_a_fault_is_named_and_nothing_stored(
        self, house: Office, tenant: Connection, field: str, value: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            editing.change_facts(house.admin, tenant.id, Facts(**{"name": "New", field: value}))
        assert set(refusal.value.errors) == {field}
        assert again(tenant).name == "Priya Raman"

    def test_anothers_address_is_refused(self, house: Office, tenant: Connection) -> None:
        other = contact(house.account, "Marcus")
        with pytest.raises(Invalid):
            editing.change_facts(house.admin, tenant.id, Facts("Priya", other.email))

    def test_an_invitation_to_the_old_address_is_taken_back(self, house: Office) -> None:
        grace = contact(house.account, "Grace", state=NOT_CONNECTED)
        sent = inviting.invite(house.admin, grace.id, "wrong@example.com")
        _, took_back = editing.change_facts(
            house.admin, grace.id, Facts("Grace", "right@example.com")
        )
        assert took_back
        assert again(grace).state == NOT_CONNECTED
        with pytest.raises(Conflict):
            joining.accept(sent, person())
        inviting.invite(house.admin, grace.id, "right@example.com")

    def test_a_new_name_leaves_the_invitation_alone(self, house: Office) -> None:
        grace = contact(house.account, "Grace", state=NOT_CONNECTED)
        inviting.invite(house.admin, grace.id, "grace@example.com")
        assert not editing.change_facts(
            house.admin, grace.id, Facts("Grace Bellamy", "grace@example.com")
        )[1]
        assert again(grace).state == INVITED

    def test_a_list_scoped_member_changes_only_owned_houses_of_their_list(
        self, house: Office
    ) -> None:
        helen = contact(house.account, "Helen Archer", role=OWNER)
        hidden = property_of(house.account, "19 Larch Ct")
        second = property_of(house.account, "88 Quay Rd")
        for place in (house.place, hidden):
            own(helen, place)
        ruth = member(house.account, "Ruth", properties=[house.place, second])
        editing.change_owned(ruth, helen.id, [str(second.id)])
        owned = {one.property_id for one in OwnerProperty.select()}
        assert owned == {hidden.id, second.id}
        with pytest.raises(Invalid):
            editing.change_owned(ruth, helen.id, [str(hidden.id)])


class TestReconnecting:
    def test_the_same_conversation_goes_on_with_a_new_window(
        self, house: Office, tenant: Connection
    ) -> None:
        thread = dialogue_of(tenant)
        first = say(tenant.user, thread, "First time.")
        leaving.disconnect(tenant.user, tenant.id)
        sent = inviting.invite(house.admin, tenant.id, tenant.email)
        assert again(tenant).state == DISCONNECTED
        joined = joining.accept(sent, tenant.user)
        assert joined.thread == thread
        assert again(tenant).state == CONNECTED
        say(house.admin, thread, "Welcome back.")
        bodies = [seen.body for seen in View.load(tenant.user, thread.id).newest() if seen.body]
        assert bodies == ["First time.", "Welcome back."]
        assert first.id in [seen.id for seen in View.load(tenant.user, thread.id).newest()]

    def test_neither_side_ends_it_twice(self, house: Office, tenant: Connection) -> None:
        leaving.disconnect(house.admin, tenant.id)
        for user in (house.admin, tenant.user):
            with pytest.raises(Conflict):
                leaving.disconnect(user, tenant.id)


def test_contacts_who_may_only_be_looked_at_stay(house: Office, tenant: Connection) -> None:
    vera = member(house.account, "Vera", rights={"contacts": VIEW, "tenants": MANAGE})
    with pytest.raises(Refused):
        leaving.disconnect(vera, tenant.id)
    assert (again(tenant).state, again(tenant).role) == (CONNECTED, TENANT)
    assert tenancies.homes(vera, tenant) == []
