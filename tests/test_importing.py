"""Importing contacts: what becomes of each line, who may, all or nobody, once however often."""

import dataclasses
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from peewee import IntegrityError
from playhouse.test_utils import count_queries

from models import clock, contacts, importing, places
from models.account import LANDLORD
from models.clock import FOREVER
from models.connection import (
    INVITED,
    MANAGE,
    NOT_CONNECTED,
    OWNER,
    SERVICE_PRO,
    TENANT,
    VIEW,
    Connection,
)
from models.errors import Missing, Refused
from models.importing import ADD, FAULTY, THERE, Choices, Plan, read
from models.importing.spreadsheet import Table
from models.link import Link
from models.outbox import Outbox
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.user import User
from tests import factories
from tests.factories import Office, contact, member, office, own, property_of, set_mode, unit
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

HEADINGS = "role,name,email,phone,company,property,unit,from,until,note,trades"
NOW = 1_800_000_000_000


@pytest.fixture
def house() -> Office:
    made = office("Birch & Vine")
    Unit.update(name="Unit 3B").where(Unit.id == made.unit.id).execute()
    return made


def here(work: Any, *arguments: Any) -> Any:
    return work(*arguments)


def table(*lines: str, headings: str = HEADINGS) -> Table:
    return read("\n".join((headings, *lines)).encode())


def planned(house: Office, *lines: str, by: User | None = None, **chosen: Any) -> Plan:
    who, choices = by or house.admin, Choices(**chosen)
    return importing.make_plan(who, house.account.id, table(*lines), choices, here, NOW)


def verdicts(plan: Plan) -> list[str]:
    return [step.verdict for step in plan.steps]


def fault(house: Office, line: str, by: User | None = None, **chosen: Any) -> dict[str, str]:
    [step] = planned(house, line, by=by, **chosen).steps
    assert step.verdict == FAULTY
    return step.faults


def bring(
    house: Office, *lines: str, by: User | None = None, invites: bool = False, **chosen: Any
) -> Plan:
    plan = planned(house, *lines, by=by, **chosen)
    return importing.bring_in(by or house.admin, plan, table(*lines), here, NOW, invites=invites)


def added(house: Office) -> list[Connection]:
    query = Connection.select().where(Connection.account == house.account)
    return list(query.where(Connection.created_at == NOW).order_by(Connection.id))


class TestPlan:
    def test_a_line_becomes_what_the_form_would_make(self, house: Office) -> None:
        said = "Tenant,Grace  Bellamy,GRACE@bellamy.example,(503) 555-0115,,412 alder st.,3b,"
        bring(house, said + "2026-11-01,2026-11-30,Has a dog")
        by_hand = contacts.add_contact(
            house.admin,
            house.account.id,
            contacts.Wanted(
                name="Grace Bellamy",
                email="other@bellamy.example",
                phone="(503) 555-0115",
                note="Has a dog",
                unit=str(house.unit.id),
                from_day="2026-11-01",
                to_day="2026-11-30",
            ),
            NOW,
        )
        [line, form] = added(house)
        assert form == by_hand
        same = {"id": 0, "email": "", "name": "Grace Bellamy", "state": NOT_CONNECTED}
        assert line.__data__ | same == form.__data__ | same
        [one, two] = Tenancy.select().order_by(Tenancy.id)
        ids = {"id": 0, "connection": 0}
        assert one.__data__ | ids == two.__data__ | ids

    def test_everybody_of_every_role(self, house: Office) -> None:
        plan = bring(
            house,
            "resident,Grace,grace@a.example,,,412 Alder St,Unit 3B,,,",
            "Service Pro,Tomasz,tomasz@a.example,,Kowalczyk Plumbing,,,,,,Plumbing",
            "OWNER,Helen,helen@a.example,,,412 Alder St,,,,",
            ",Nameless role,,,,,,,,",
        )
        assert verdicts(plan) == [ADD] * 4
        people = added(house)
        assert [one.role for one in people] == [TENANT, SERVICE_PRO, OWNER, TENANT]
        assert (people[1].company, people[1].trades) == ("Kowalczyk Plumbing", "Plumbing")
        assert OwnerProperty.get().connection == people[2]
        lease = Tenancy.get()
        assert (lease.connection, lease.unit, lease.ends_at) == (people[0], house.unit, FOREVER)
        assert lease.starts_at <= NOW

    @pytest.mark.parametrize(
        ("line", "column"),
        [
            ("tenant,,a@b.example,,,,,,,", "name"), ("tenant,\u200b,,,,,,,,", "name"),
            (f"tenant,{'x' * 300},,,,,,,,", "name"), ("tenant,A,nonsense,,,,,,,", "email"),
            (f"tenant,A,,{'5' * 41},,,,,,", "phone"), (f"pro,A,,,{'x' * 300},,,,,", "company"),
            (f"pro,A,,,,,,,,{'x' * 2001}", "note"),
            (f"pro,A,,,,,,,,,{'x' * 300}", "trades"), ("admin,A,,,,,,,,", "role"),
            ("sub-admin,A,,,,,,,,", "role"), ("plumber,A,,,,,,,,", "role"),
            ("tenant,A,,,,88 Nowhere,1,,,", "property"), ("owner,A,,,,88 Nowhere,,,,", "property"),
            ("tenant,A,,,,412 Alder St,9Z,,,", "unit"), ("tenant,A,,,,412 Alder St,,,,", "unit"),
            ("tenant,A,,,,,,2026-11-01,,", "unit"),
            ("tenant,A,,,,412 Alder St,3B,soon,,", "from_day"),
            ("tenant,A,,,,412 Alder St,3B,,2026-02-30,", "to_day"),
            ("tenant,A,,,,412 Alder St,3B,2026-11-02,2026-11-01,", "to_day"),
            ("tenant,A,,,,412 Alder St,3B,0001-01-01,,", "from_day"),
            ("tenant,A,,,,,,,,,,beyond", "name"), ("tenant,A\x07,,,,,,,,", "name"),
        ],
    )  # fmt: skip
    def test_each_fault_stands_at_its_column(self, house: Office, line: str, column: str) -> None:
        assert set(fault(house, line)) == {column}

    def test_every_fault_of_a_line_is_said(self, house: Office) -> None:
        said = fault(house, "boss,,x,,,Nowhere,1,,,")
        assert list(said) == ["role", "name", "email", "property"]

    @pytest.mark.parametrize("typed", ["3B", "unit 3b", "Apt. #3B", "UNIT  3B.", "#3b", "no. 3B"])
    def test_a_unit_goes_by_many_names(self, house: Office, typed: str) -> None:
        unit(house.place, "Unit 4")
        [step] = planned(house, f"tenant,A,,,,412 ALDER ST,{typed},,,").steps
        assert step.entry
        assert step.entry.home
        assert step.entry.home.unit.id == house.unit.id

    def test_a_unit_alone_is_enough_where_only_one_can_be_meant(self, house: Office) -> None:
        assert verdicts(planned(house, "tenant,A,,,,,3B,,,")) == [ADD]
        other = property_of(house.account, "88 Quay Rd")
        assert verdicts(planned(house, "tenant,A,,,,,3B,,,")) == [ADD]
        unit(other, "3B")
        assert set(fault(house, "tenant,A,,,,,3B,,,")) == {"property"}

    def test_names_that_fit_several_are_not_guessed(self, house: Office) -> None:
        unit(house.place, "Flat 3B")
        assert "several units" in fault(house, "tenant,A,,,,412 Alder St,3B,,,")["unit"]
        assert verdicts(planned(house, "tenant,A,,,,412 Alder St,Flat 3B,,,")) == [ADD]
        property_of(house.account, "412 ALDER ST")
        assert "several properties" in fault(house, "owner,A,,,,412 Alder St,,,,")["property"]

    def test_an_owner_of_several_properties(self, house: Office) -> None:
        property_of(house.account, "88 Quay Rd")
        bring(house, 'owner,Helen,,,,"412 Alder St; 88 Quay Rd",,,,')
        assert OwnerProperty.select().count() == 2

    def test_slashed_days_are_read_as_chosen(self, house: Office) -> None:
        line = "tenant,A,,,,412 Alder St,3B,3/4/2026,,"
        for day_first, day in ((False, "2026-03-04"), (True, "2026-04-03")):
            [step] = planned(house, line, day_first=day_first).steps
            assert step.days[0]
            assert step.days[0].isoformat() == day


class TestThereAlready:
    def test_whoever_is_there_is_no_fault(self, house: Office) -> None:
        priya = contact(house.account, "Priya Raman", home=house.unit)
        contact(house.account, "Tomasz", role=SERVICE_PRO)
        plan = planned(
            house,
            f"tenant,Another name,{priya.email.upper()},,,,,,,",
            "tenant,priya  raman,new@raman.example,,,412 Alder St,3B,,,",
            f"tenant,Priya,{priya.email},,,Nowhere,1,,,",
            "pro,TOMASZ,,,,,,,,",
            "pro,Tomasz,,,Another company,,,,,",
            "pro,Tomasz,tomasz@other.example,,,,,,,",
        )
        assert verdicts(plan) == [THERE] * 4 + [ADD] * 2
        assert plan.steps[0].because == "Priya Raman has this email already."
        assert plan.steps[1].because == "Priya Raman is there already, in this unit."

    def test_the_same_person_twice_in_a_file_is_added_once(self, house: Office) -> None:
        plan = planned(
            house,
            "tenant,Grace,grace@a.example,,,,,,,",
            "tenant,Grace B,GRACE@a.example,,,,,,,",
            "tenant,Beth,,,,412 Alder St,3B,,,",
            "tenant,BETH,beth@a.example,,,412 Alder St,Unit 3B,,,",
            "pro,Omar,nonsense,,,,,,,",
            "pro,Omar,,,,,,,,",
        )
        assert verdicts(plan) == [ADD, THERE, ADD, THERE, FAULTY, ADD]
        assert plan.steps[1].because == "The same person as in line 2."
        assert plan.steps[3].because == "The same person as in line 4."

    def test_whom_the_person_does_not_see_does_not_exist(self, house: Office) -> None:
        hidden = contact(house.account, "Hidden", home=unit(property_of(house.account, "Far")))
        elsewhere = contact(office("Another").account)
        ruth = member(house.account, "Ruth", properties=[house.place])
        lines = [
            f"tenant,A,{hidden.email},,,412 Alder St,3B,,,",
            f"tenant,B,{elsewhere.email},,,412 Alder St,3B,,,",
        ]
        assert verdicts(planned(house, *lines, by=ruth)) == [ADD, ADD]

    def test_importing_the_same_again_adds_nobody(self, house: Office) -> None:
        lines = [
            "tenant,Grace,grace@a.example,,,19 Larch Ct,Unit A,,,",
            "tenant,No mail,,,,19 Larch Ct,Unit A,,,",
            "tenant,Name only,,,,,,,,",
            "pro,Tomasz,,,Kowalczyk,,,,,",
            'owner,Helen,,,,"412 Alder St;19 Larch Ct",,,,',
        ]
        bring(house, *lines, makes_places=True)
        again = planned(house, *lines, makes_places=True)
        assert verdicts(again) == [THERE] * 5
        assert not again.properties
        assert not again.units


class TestPlaces:
    LINES = (
        "tenant,A,,,,88 Quay Rd,12,,,",
        "tenant,B,,,,88 quay rd,Unit 12,,,",
        "tenant,C,,,,412 Alder St,9Z,,,",
        "owner,D,,,,88 Quay Rd,,,,",
        "tenant,E,nonsense,,,Never Made,1,,,",
    )

    def test_missing_ones_are_made_once_and_only_where_somebody_is_added(
        self, house: Office
    ) -> None:
        Account = type(house.account)  # noqa: N806
        Account.update(zone="America/Denver").execute()
        plan = bring(house, *self.LINES, makes_places=True)
        assert verdicts(plan) == [ADD] * 4 + [FAULTY]
        made = Property.get(Property.name == "88 Quay Rd")
        assert (made.account, made.zone) == (house.account, "America/Denver")
        assert Property.select().count() == 2
        assert sorted(one.name for one in Unit.select()) == ["12", "9Z", "Unit 3B"]
        homes = {one.connection.name: one for one in Tenancy.select()}
        assert homes["A"].unit == homes["B"].unit
        assert homes["A"].property == homes["A"].unit.property == made
        assert homes["C"].property == house.place
        assert OwnerProperty.get().property == made

    def test_without_the_choice_they_are_faults(self, house: Office) -> None:
        plan = planned(house, *self.LINES)
        assert [next(iter(step.faults)) for step in plan.steps] == [
            "property", "property", "unit", "property", "email",
        ]  # fmt: skip

    def test_who_works_for_some_properties_makes_none(self, house: Office) -> None:
        ruth = member(house.account, "Ruth", properties=[house.place])
        plan = planned(house, *self.LINES, by=ruth, makes_places=True)
        assert verdicts(plan) == [FAULTY] * 5


class TestWhoMay:
    def test_owners_only_in_property_manager_mode(self, house: Office) -> None:
        set_mode(house.account, LANDLORD)
        assert set(fault(house, "owner,Helen,,,,,,,,")) == {"role"}

    def test_only_roles_that_are_seen(self, house: Office) -> None:
        ruth = member(house.account, "Ruth", rights={"contacts": MANAGE, "tenants": VIEW})
        plan = planned(house, "pro,A,,,,,,,,", "owner,B,,,,,,,,", "tenant,C,,,,,,,,", by=ruth)
        assert [set(step.faults) for step in plan.steps] == [{"role"}, {"role"}, set()]

    def test_a_list_of_properties_holds(self, house: Office) -> None:
        unit(property_of(house.account, "Hidden Ct"), "Unit 1")
        ruth = member(house.account, "Ruth", properties=[house.place])
        for line, column in (
            ("tenant,A,,,,Hidden Ct,1,,,", "property"),
            ("tenant,A,,,,,,,,", "unit"),
            ("owner,A,,,,,,,,", "property"),
            ("owner,A,,,,Hidden Ct,,,,", "property"),
        ):
            assert set(fault(house, line, by=ruth)) == {column}
        bring(house, "tenant,A,,,,412 Alder St,3B,,,", "pro,B,,,,,,,,", by=ruth)
        assert len(added(house)) == 2

    def test_a_view_imports_nobody_and_an_outsider_finds_nothing(self, house: Office) -> None:
        ruth = member(house.account, "Ruth", rights={"contacts": VIEW, "tenants": MANAGE})
        with pytest.raises(Refused):
            planned(house, "tenant,A,,,,,,,,", by=ruth)
        for somebody in (factories.person(), contact(house.account).user, office("B").admin):
            with pytest.raises(Missing):
                planned(house, "tenant,A,,,,,,,,", by=somebody)

    def test_a_right_lost_since_the_preview_counts(self, house: Office) -> None:
        ruth = member(house.account, "Ruth")
        plan = planned(house, "tenant,A,,,,,,,,", by=ruth)
        factories.set_right(factories.tie_of(ruth, house.account), "contacts", VIEW)
        with pytest.raises(Refused):
            importing.bring_in(ruth, plan, table("tenant,A,,,,,,,,"), here, NOW)
        factories.set_right(factories.tie_of(ruth, house.account), "contacts", 0)
        with pytest.raises(Missing):
            importing.bring_in(ruth, plan, table("tenant,A,,,,,,,,"), here, NOW)
        assert added(house) == []


class TestAllOrNobody:
    LINES = ("tenant,A,a@a.example,,,New Rd,1,,,", "tenant,B,b@b.example,,,412 Alder St,3B,,,")

    def bring_in(self, house: Office, plan: Plan, lines: Sequence[str] = LINES) -> Plan:
        return importing.bring_in(house.admin, plan, table(*lines), here, NOW, invites=True)

    def nothing_is_stored(self, house: Office) -> None:
        assert added(house) == []
        assert Property.select().where(Property.name == "New Rd").count() == 0
        assert not Link.select().exists()
        assert not Outbox.select().exists()

    def test_what_changed_since_the_preview_is_told_and_nothing_stored(self, house: Office) -> None:
        plan = planned(house, *self.LINES, makes_places=True)
        by_hand = contacts.Wanted(name="Bea", email="b@b.example")
        contacts.add_contact(house.admin, house.account.id, by_hand, NOW - 1)
        with pytest.raises(importing.Changed) as changed:
            self.bring_in(house, plan)
        assert verdicts(changed.value.plan) == [ADD, THERE]
        self.nothing_is_stored(house)

    def test_a_change_that_touches_no_line_is_no_reason_to_stop(self, house: Office) -> None:
        plan = planned(house, *self.LINES, makes_places=True)
        contact(house.account, "Somebody else")
        assert len(self.bring_in(house, plan).entries) == 2
        assert len(added(house)) == 2

    def test_a_unit_that_has_gone_is_noticed(self, house: Office) -> None:
        plan = planned(house, *self.LINES, makes_places=True)
        Unit.update(name="Renamed").execute()
        with pytest.raises(importing.Changed) as changed:
            self.bring_in(house, plan)
        assert changed.value.plan.mark == "nn"
        self.nothing_is_stored(house)

    def test_a_line_that_fails_at_the_last_moment_takes_all_along(
        self, house: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object) -> None:
            raise RuntimeError("the power went")

        monkeypatch.setattr(importing.inviting, "invite_new", fails)
        with pytest.raises(RuntimeError):
            self.bring_in(house, planned(house, *self.LINES, makes_places=True))
        self.nothing_is_stored(house)

    def test_a_row_the_database_refuses_takes_all_along(self, house: Office) -> None:
        plan = planned(house, *self.LINES, makes_places=True)
        entry = plan.steps[1].entry
        assert entry
        assert entry.home
        broken = dataclasses.replace(entry, columns=entry.columns | {"role": None})
        plan.__dict__["entries"] = [plan.steps[0].entry, broken]
        with pytest.raises(IntegrityError):
            importing._store(house.admin, plan, NOW, invites=True)
        self.nothing_is_stored(house)

    def test_two_presses_at_once_make_no_doubles(self, house: Office) -> None:
        plans = [planned(house, *self.LINES, makes_places=True) for _ in range(2)]

        def press(plan: Plan) -> str:
            try:
                return self.bring_in(house, plan).mark
            except importing.Changed as changed:
                return changed.plan.mark

        assert sorted(at_once(*(partial(press, plan) for plan in plans))) == ["na", "tt"]
        assert len(added(house)) == 2
        assert Property.select().where(Property.name == "New Rd").count() == 1
        assert Link.select().count() == 2

    def test_a_unit_added_by_hand_in_this_moment_is_used(self, house: Office) -> None:
        line = "tenant,A,,,,412 Alder St,9Z,,,"
        plan = planned(house, line, makes_places=True)
        places.add_unit(house.admin, house.place.id, "9Z")
        with pytest.raises(importing.Changed) as changed:
            self.bring_in(house, plan, (line,))
        assert changed.value.plan.mark == "a"

    def test_invitations_go_out_with_the_contacts(self, house: Office) -> None:
        bring(house, "tenant,A,a@a.example,,,,,,,", "tenant,B,,,,,,,,", invites=True)
        [with_address, without] = added(house)
        assert (with_address.state, without.state) == (INVITED, NOT_CONNECTED)
        sent = Link.get()
        assert (sent.connection, sent.email, sent.sent_by) == (
            with_address, "a@a.example", house.admin,
        )  # fmt: skip
        row = Outbox.get()
        assert (row.link, row.kind, row.due_at) == (sent, "link", NOW)
        assert len({row.remembered["reference"]}) == 1


@pytest.mark.parametrize("number", [3, 300])
def test_the_number_of_queries_is_that_of_a_few_lines(house: Office, number: int) -> None:
    tie = contact(house.account, "Priya", home=house.unit)
    own(contact(house.account, "Helen", role=OWNER), house.place)
    lines = [f"tenant,P {n},p{n}@a.example,,,Place {n % 3},Unit {n},,," for n in range(number)]
    lines += ["owner,O,,,,412 Alder St,,,,", f"tenant,Q,{tie.email},,,,,,,"]
    with count_queries() as asked:
        plan = planned(house, *lines, makes_places=True)
    assert asked.count <= 9
    with count_queries() as asked:
        importing.bring_in(house.admin, plan, table(*lines), here, clock.now(), invites=True)
    assert asked.count <= 22
    homes = Tenancy.select(Tenancy, Connection, Unit).join(Connection).switch(Tenancy).join(Unit)
    lived_in = {home.connection.name: home.unit.name for home in homes}
    assert [lived_in[f"P {n}"] for n in range(number)] == [f"Unit {n}" for n in range(number)]
