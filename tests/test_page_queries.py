"""The number of queries of each page, with few conversations and with many (HOUSE)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.database import db
from tests.factories import contact, dialogue_of, office, say
from tests.signed_in import browser_of

# Session and account are part of every page; the rest is the page's own. What shows messages
# asks once for their files.
QUERIES = {
    "/": 23,
    "/messages?channel=tenants": 11,
    "/messages/rows?channel=tenants": 10,
    "/threads/1": 20,
    "/threads/1/menu": 12,
    "/threads/1/messages": 6,
    "/threads/1/messages?before=9999999": 5,
    "/threads/1/messages?after_version=1": 7,
    "/threads/1/people": 10,
    "/badge": 4,
    "/contacts?role=tenants": 15,
    "/contacts/2": 14,
    "/search?q=priya": 14,
    "/contacts/import": 8,
    "/properties": 9,
    "/maintenance/new": 13,
    "/maintenance/new/people?home=unit:1": 12,
    "/settings/profile": 6,
    "/settings/maintenance": 10,
    "/settings/account": 9,
    "/settings/notifications": 6,
    "/settings/devices": 7,
    "/settings/team": 18,
    "/maintenance": 20,
    "/maintenance/open": 5,
    "/help": 5,
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run inside."""
    seen: list[str] = []
    run = db.obj.execute_sql

    def noting(sql: str, *args: object, **kwargs: object) -> object:
        seen.append(sql)
        return run(sql, *args, **kwargs)

    db.obj.execute_sql = noting
    try:
        yield seen
    finally:
        del db.obj.execute_sql


@pytest.fixture
def busy(app: Flask) -> FlaskClient:
    """A team member whose account can be filled with conversations."""
    place = office()
    client = browser_of(app, place.admin)
    client.fill = lambda number: [
        say((tie := contact(place.account, home=place.unit)).user, dialogue_of(tie))
        for _ in range(number)
    ]
    return client


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_asks_as_often_with_many_conversations_as_with_few(
    busy: FlaskClient, address: str
) -> None:
    busy.fill(3)
    assert busy.get(address).status_code == 200  # templates and prepared queries compile once
    with counted() as few:
        busy.get(address)
    busy.fill(30)
    with counted() as many:
        busy.get(address)
    assert len(many) == len(few), "\n".join(many)
    assert len(few) <= QUERIES[address], "\n".join(few)
