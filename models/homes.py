"""Where contacts live or what they own, in the words shown beside their names."""

from collections.abc import Collection

from models import clock
from models.property import OwnerProperty, Property, Tenancy, Unit


def homes_of(connections: Collection[int], at: int | None = None) -> dict[int, str]:
    """The place of each contact, as `412 Alder St, Unit 3B`; two queries for any number.

    A tenant's is their current tenancy, else the one that starts latest (SPEC 1); an owner's
    are their properties. Contacts without any are left out.

    :param connections: ids of connections.
    :param at: the instant in milliseconds that decides what is current; now if None.
    """
    if not connections:
        return {}
    at = clock.now() if at is None else at
    return _owned(connections) | _lived_in(connections, at)


def _lived_in(connections: Collection[int], at: int) -> dict[int, str]:
    query = (
        Tenancy.select(Tenancy, Unit, Property)
        .join(Unit)
        .switch(Tenancy)
        .join(Property)
        .where(Tenancy.connection.in_(list(connections)))
    )
    best: dict[int, tuple[bool, int, str]] = {}
    for tenancy in query:
        place = f"{tenancy.property.name}, {tenancy.unit.name}"
        rank = (tenancy.starts_at <= at < tenancy.ends_at, tenancy.starts_at, place)
        best[tenancy.connection_id] = max(rank, best.get(tenancy.connection_id, rank))
    return {connection: place for connection, (_, _, place) in best.items()}


def _owned(connections: Collection[int]) -> dict[int, str]:
    query = (
        OwnerProperty.select(OwnerProperty, Property)
        .join(Property)
        .where(OwnerProperty.connection.in_(list(connections)))
        .order_by(Property.name)
    )
    names: dict[int, list[str]] = {}
    for owned in query:
        names.setdefault(owned.connection_id, []).append(owned.property.name)
    return {connection: ", ".join(properties) for connection, properties in names.items()}
