"""Where contacts live or what they own, in the words shown beside their names."""

from collections.abc import Callable, Collection, Iterable

from peewee import ForeignKeyField, Select

from models import clock, policy
from models.prepared import Prepared
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.user import User


def homes_of(
    connections: Collection[int], at: int | None = None, viewer: User | None = None
) -> dict[int, str]:
    """The place of each contact, as `412 Alder St, Unit 3B`; two queries for any number.

    A tenant's is their current tenancy, else the one that starts latest (SPEC 1); an owner's
    are their properties. Contacts without any are left out.

    :param connections: ids of connections.
    :param at: the instant in milliseconds that decides what is current; now if None.
    :param viewer: a member of the team, who is told of the properties they work for alone;
        None for the contacts themselves, who know all of theirs.
    """
    if not connections:
        return {}
    at = clock.now() if at is None else at
    if viewer is None:
        owned = _owned.instances(connections=connections)
        tenancies = _tenancies.instances(connections=connections)
    else:
        owned = _owned_told.instances(connections=connections, viewer=viewer.id)
        tenancies = _tenancies_told.instances(connections=connections, viewer=viewer.id)
    return _owned_in_words(owned) | _lived_in_words(tenancies, at)


def _lived_in_words(tenancies: Iterable[Tenancy], at: int) -> dict[int, str]:
    leases: dict[int, list[tuple[int, int, str]]] = {}
    for tenancy in tenancies:
        lease = (
            tenancy.starts_at,
            tenancy.ends_at,
            named(tenancy.property.name, tenancy.unit.name),
        )
        leases.setdefault(tenancy.connection_id, []).append(lease)
    return {connection: lived_in(each, at)[0] for connection, each in leases.items()}


def named(place: str, unit: str) -> str:
    """A home in words: its property and its unit."""
    return f"{place}, {unit}"


def briefly(home: str) -> str:
    """A home as it stands in a line with other things: "412 Alder St, 3B"."""
    return home.replace(", Unit ", ", ")


def lived_in(leases: Iterable[tuple[int, int, str]], at: int) -> list[str]:
    """The homes a tenant counts for, the best first: the current ones, else the latest (SPEC 1).

    :param leases: of each from when to when (ms), and the home in words.
    """
    newest = sorted(leases, key=lambda lease: (lease[0], lease[2]), reverse=True)
    current = [place for starts_at, ends_at, place in newest if starts_at <= at < ends_at]
    return current or [place for _, _, place in newest[:1]]


def _owned_in_words(rows: Iterable[OwnerProperty]) -> dict[int, str]:
    names: dict[int, list[str]] = {}
    for owned in rows:
        names.setdefault(owned.connection_id, []).append(owned.property.name)
    return {connection: ", ".join(properties) for connection, properties in names.items()}


def _build_tenancies(connections: list[int]) -> Select:
    return (
        Tenancy.select(Tenancy, Unit, Property)
        .join(Unit)
        .switch(Tenancy)
        .join(Property)
        .where(Tenancy.connection.in_(connections))
    )


def _build_owned(connections: list[int]) -> Select:
    return (
        OwnerProperty.select(OwnerProperty, Property)
        .join(Property)
        .where(OwnerProperty.connection.in_(connections))
        .order_by(Property.name)
    )


def _told(build: Callable[[list[int]], Select], place: ForeignKeyField) -> Prepared:
    """What `build` finds, of the properties a viewer works for alone."""

    def narrowed(connections: list[int], viewer: int) -> Select:
        seen = policy.visible_properties(viewer).select(Property.id).order_by()
        return build(connections).where(place.in_(seen))

    return Prepared(narrowed, "connections", "viewer")


_tenancies = Prepared(_build_tenancies, "connections")
_tenancies_told = _told(_build_tenancies, Tenancy.property)
_owned = Prepared(_build_owned, "connections")
_owned_told = _told(_build_owned, OwnerProperty.property)
