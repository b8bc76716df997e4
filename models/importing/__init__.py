"""Importing contacts from a table: everything or, where that is chosen, all lines without fault.

`spreadsheet` reads the file, `plan` decides what becomes of each line, and `bring_in` stores it
in one transaction, in which nothing is computed but asked once more whether the plan holds.
"""

from collections.abc import Callable
from typing import Any, Final

from models import clock, inviting, policy
from models.connection import INVITED, NOT_CONNECTED, Connection
from models.contacts import Entry
from models.database import db, insert_all, transaction
from models.errors import Conflict
from models.importing import plan as planning
from models.importing.days import day_comes_first, has_slashes
from models.importing.plan import ADD, FAULTY, THERE, Choices, Facts, Plan, Step
from models.importing.spreadsheet import COLUMNS, FAULT, Table, read, written
from models.keeping import lock_account, managed_account, visible_roles
from models.places import visible_units
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.user import User

__all__ = [
    "ADD",
    "COLUMNS",
    "FAULTY",
    "THERE",
    "Changed",
    "Choices",
    "Plan",
    "Step",
    "bring_in",
    "day_comes_first",
    "faults_of",
    "has_slashes",
    "make_plan",
    "read",
    "template",
]

TRIES: Final = 5
BUSY: Final = "Your contacts are being changed at this moment. Nothing was added; try again."

Elsewhere = Callable[..., Any]
"""Runs a computation, `elsewhere(work, *arguments)`: where nobody waits for the processor."""


class Changed(Conflict):
    """What a plan was made of has changed since, and `plan` is another one; nothing was stored."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("Something changed since you looked. Nothing was added yet.")
        self.plan = plan


def make_plan(
    person: User, account: int, table: Table, choices: Choices, elsewhere: Elsewhere, at: int
) -> Plan:
    """What would become of each line now; a fixed number of queries.

    :raises Missing: and
    :raises Refused: as `keeping.require_manage`.
    """
    plan: Plan = elsewhere(planning.make, table, _facts(person, account), choices, at)
    return plan


def bring_in(
    person: User,
    plan: Plan,
    table: Table,
    elsewhere: Elsewhere,
    at: int | None = None,
    *,
    invites: bool = False,
) -> Plan:
    """Store everybody whom a plan adds, with their places and invitations, or nobody.

    Lines with a fault are left out: whether they may be is for the caller to ask.

    :param invites: whether everybody with an address is sent a connection, in the same
        transaction.
    :returns: the plan that was carried out.
    :raises Changed: when the same lines now become something else.
    :raises Conflict: when contacts are changed faster than they can be looked at.
    :raises Missing: and
    :raises Refused: when the person may not keep contacts any more.
    """
    at = clock.now() if at is None else at
    for _ in range(TRIES):
        if _store(person, plan, at, invites):
            return plan
        fresh = make_plan(person, plan.facts.account, table, plan.choices, elsewhere, at)
        if fresh.mark != plan.mark:
            raise Changed(fresh)
        plan = fresh
    raise Conflict(BUSY)


def template() -> bytes:
    """A file with the headings and nothing below them."""
    return written([list(COLUMNS.values())])


def faults_of(plan: Plan) -> bytes:
    """The lines with a fault as a file to mend and import, the faults in a column of their own."""
    rows = [
        [*(step.line.cells.get(name, "") for name in COLUMNS), " ".join(step.faults.values())]
        for step in plan.of(FAULTY)
    ]
    return written([[*COLUMNS.values(), FAULT], *rows])


def _facts(person: User, account: int) -> Facts:
    owner = managed_account(person, account)
    seen = policy.visible_contacts(person, account)
    places, units = policy.visible_properties(person, account), visible_units(person, account)
    lived_in = Tenancy.select().where(Tenancy.connection.in_(seen.select(Connection.id)))
    columns = (Connection.id, Connection.role, Connection.name, Connection.email)
    return Facts(
        account=owner.id,
        mode=owner.mode,
        zone=owner.zone,
        roles=visible_roles(person, owner),
        all_properties=policy.works_for_all(person, account),
        properties=_rows(places, Property.id, Property.name, Property.address, Property.zone),
        units=_rows(units, Unit.id, Unit.property, Unit.name),
        contacts=_rows(seen.order_by(Connection.id), *columns, Connection.company),
        tenancies=_rows(lived_in.order_by(Tenancy.id), Tenancy.connection, Tenancy.unit),
    )


def _rows(query: Any, *columns: Any) -> list[Any]:
    # Plain rows: thousands of them are read while an account is locked.
    return list(db.execute(query.select(*columns)).fetchall())


def _store(person: User, plan: Plan, at: int, invites: bool) -> bool:
    """Carry a plan out; False, and nothing stored, when its facts do not hold any more."""
    with transaction():
        lock_account(person, plan.facts.account)
        if _facts(person, plan.facts.account) != plan.facts:
            return False
        _insert(person, plan, at, invites)
    return True


def _insert(person: User, plan: Plan, at: int, invites: bool) -> None:
    insert_all(plan.properties)
    for unit in plan.units:
        unit.property = unit.property  # its id is known only now
    insert_all(plan.units)
    contacts = [_contact(plan, entry, at, invites) for entry in plan.entries]
    insert_all(contacts)
    homes, owned = [], []
    for contact, entry in zip(contacts, plan.entries, strict=True):
        if entry.home:
            entry.home.connection = contact
            entry.home.unit, entry.home.property = entry.home.unit, entry.home.property
            homes.append(entry.home)
        owned += [OwnerProperty(connection=contact, property=place) for place in entry.owned]
    insert_all(homes)
    insert_all(owned)
    if invites:
        inviting.invite_new(person, [one for one in contacts if one.email], at)


def _contact(plan: Plan, entry: Entry, at: int, invites: bool) -> Connection:
    state = INVITED if invites and entry.columns["email"] else NOT_CONNECTED
    account = plan.facts.account
    return Connection(account=account, state=state, created_at=at, **entry.columns)
