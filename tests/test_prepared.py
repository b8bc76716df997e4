"""Queries that are kept as SQL answer as those that are built for each call."""

import pytest
from peewee import JOIN, Select, fn

from models.connection import Connection
from models.prepared import MOST, Prepared
from models.user import User
from tests import factories

pytestmark = pytest.mark.usefixtures("bound")


def named(name: str, ids: list[int], limit: int) -> Select:
    query = User.select().where((User.name == name) & User.id.in_(ids))
    return query.order_by(User.id).limit(limit)


def test_each_call_has_its_own_values():
    prepared = Prepared(named, "name", "ids", "limit")
    ann, bob, other = (factories.person(name) for name in ("Ann", "Bob", "Ann"))
    both = [ann.id, bob.id, other.id]
    assert prepared.instances(name="Ann", ids=both, limit=9) == [ann, other]
    assert prepared.instances(name="Ann", ids=both, limit=1) == [ann]
    assert prepared.instances(name="Bob", ids=both, limit=9) == [bob]
    assert prepared.instances(name="' OR 1=1 --", ids=both, limit=9) == []


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, MOST, MOST + 1])
def test_a_list_may_have_any_length(length):
    prepared = Prepared(lambda ids: User.select().where(User.id.in_(ids)), "ids")
    people = [factories.person("Ann") for _ in range(3)]
    asked = [person.id for person in people][:length]
    asked += range(10**6, 10**6 + length - len(asked))
    for _ in range(2):
        assert set(prepared.instances(ids=asked)) == set(people[:length])


def test_what_is_joined_comes_along():
    account = factories.office("Birch & Vine").account
    tie = factories.contact(account, "Priya Raman")
    alone = factories.contact(account, "Marcus Feld", state="invited")
    prepared = Prepared(
        lambda ids: (
            Connection.select(Connection, User)
            .join(User, JOIN.LEFT_OUTER, on=(Connection.user == User.id), attr="face")
            .where(Connection.id.in_(ids))
            .order_by(Connection.id)
        ),
        "ids",
    )
    found = prepared.instances(ids=[tie.id, alone.id])
    assert [one.name for one in found] == ["Priya Raman", "Marcus Feld"]
    assert found[0].face == tie.user


def test_rows_have_what_was_selected():
    ann = factories.person("Ann")
    prepared = Prepared(
        lambda name: User.select(User.id, fn.LENGTH(User.name).alias("long")).where(
            User.name == name
        ),
        "name",
    )
    [row] = prepared.rows(name="Ann")
    assert (row.id, row.long) == (ann.id, 3)


def test_nothing_is_kept_that_depends_on_a_value():
    """It would be right in the first call alone."""
    prepared = Prepared(lambda at: User.select().where(User.id > at - 5), "at")
    with pytest.raises(ValueError, match="reckon"):
        prepared.instances(at=7)
