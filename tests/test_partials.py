"""Every page is also a part that htmx can swap in, and the part is no page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import contact, dialogue_of, office, say
from tests.signed_in import browser_of

PAGES = [
    "/",
    "/messages",
    "/messages?channel=tenants",
    "/messages/rows?channel=tenants",
    "/threads/1",
    "/threads/1/details",
    "/threads/1/menu",
    "/threads/1/mute",
    "/threads/1/clear",
    "/search",
    "/search?q=priya",
    "/search?q=nobody",
    "/contacts?role=tenants",
    "/contacts/new",
    "/contacts/import",
    "/properties",
    "/properties/new",
    "/settings/profile",
    "/settings/devices",
    "/settings/account",
    "/settings/account/mode?mode=landlord",
    "/settings/account/hand-over",
    "/settings/account/close",
    "/settings/team",
    "/settings/team/new",
    "/settings/team/leave",
    "/accounts/new",
    "/help",
    "/nowhere",
]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    place = office()
    tie = contact(place.account, home=place.unit)
    contact(place.account, "Grace Bellamy", state="invited")
    say(tie.user, dialogue_of(tie))
    return browser_of(app, place.admin)


@pytest.mark.parametrize("address", PAGES)
def test_a_part_is_no_page(client: FlaskClient, address: str) -> None:
    part = client.get(address, headers={"HX-Request": "true"})
    expected = 404 if address == "/nowhere" else 200
    assert part.status_code == expected
    assert "<html" not in part.text
    page = client.get(address)
    assert page.status_code == expected
    assert ("<html" in page.text) == (not address.startswith("/messages/rows"))
