"""Choosing a photo, and where it is shown and served."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from models.connection import SERVICE_PRO
from models.thread import CONVERSATION, TENANTS
from models.user import User
from tests.factories import contact, dialogue_of, group, member, office, person, say
from tests.signed_in import browser_of
from tests.test_page_queries import counted

PROFILE = "/settings/profile"


def picture(form: str = "JPEG", colour: str = "teal") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(made, form)
    return made.getvalue()


def choose(client: FlaskClient, content: bytes = b"", name: str = "me.jpg") -> Any:
    file = (io.BytesIO(content or picture()), name)
    return client.post("/settings/photo", data={"photo": file})


def written(content: bytes, name: str) -> dict[str, Any]:
    """A form with a file, as a browser writes it down."""
    head = f'--edge\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--edge--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=edge"}


def with_photo(app: Flask, user: User, colour: str = "teal") -> str:
    """Let somebody have a photo; returns the address of its small one."""
    assert choose(browser_of(app, user), picture(colour=colour)).status_code == 303
    return f"/photos/{User.get_by_id(user.id).portrait}/small"


@pytest.fixture
def place(app: Flask) -> Any:
    return office()


def test_a_chosen_photo_stands_in_the_header_and_can_be_removed(app, place):
    mine = browser_of(app, place.admin)
    assert "/photos/" not in mine.get(PROFILE).text
    assert choose(mine).headers["Location"] == PROFILE
    page = mine.get(PROFILE).text
    portrait = User.get_by_id(place.admin.id).portrait
    assert f'src="/photos/{portrait}/small"' in page  # the header
    assert f'src="/photos/{portrait}"' in page  # the form
    assert "Your photo is saved." in page
    served = mine.get(f"/photos/{portrait}")
    assert served.content_type == "image/webp"
    assert served.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": served.headers["ETag"]}
    assert mine.get(f"/photos/{portrait}", headers=known).status_code == 304
    assert mine.get(f"/photos/{portrait}/small", headers=known).status_code == 200
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert mine.post("/settings/photo/remove").status_code == 303
    assert "/photos/" not in mine.get(PROFILE).text
    assert mine.get(f"/photos/{portrait}").status_code == 404


@pytest.mark.parametrize("form", ["HEIF", "PNG", "WEBP", "GIF", "AVIF"])
def test_any_picture_of_a_phone_is_taken(app, place, form):
    assert choose(browser_of(app, place.admin), picture(form), f"me.{form}").status_code == 303


def test_what_cannot_be_taken_is_said_beside_it_and_the_photo_stays(app, place):
    mine = browser_of(app, place.admin)
    kept = with_photo(app, place.admin)
    app.config["MAX_FILE_MB"] = 1
    for content, name, words in (
        (b"", "", "Choose a photo first."),
        (b"%PDF-1.7", "lease.pdf", "lease.pdf is no picture."),
        (b"\xff\xd8\xff\xe0", "a.jpg", "This picture is broken."),
        (bytes(1_500_000), "big.jpg", "big.jpg is 2 MB."),
        (bytes(3_000_000), "big.jpg", "is 3 MB. The limit is 1 MB."),
    ):
        answer = mine.post("/settings/photo", **written(content, name))
        assert answer.status_code == 422
        assert words in answer.text
        assert place.admin.name in answer.text  # the rest of the page is as it was
    assert mine.get(kept).status_code == 200


def test_an_address_of_before_leads_to_the_present_photo(app, place):
    mine = browser_of(app, place.admin)
    first = with_photo(app, place.admin)
    second = with_photo(app, place.admin, "red")
    answer = mine.get(first)
    assert (answer.status_code, answer.headers["Location"]) == (302, second)
    assert "max-age" not in answer.headers["Cache-Control"]
    assert mine.get(f"/photos/{place.admin.id}/x").headers["Location"] == second[: -len("/small")]


def test_a_photo_is_served_to_those_who_write_with_them_and_nobody_else(app, place):
    tie = contact(place.account, home=place.unit)
    hers = with_photo(app, tie.user)
    neighbour = contact(place.account, "Nick", home=place.unit)
    for user, status in (
        (tie.user, 200),
        (place.admin, 200),
        (neighbour.user, 404),
        (member(place.account, "Paul", rights={"service-pros": 2}), 404),
        (person("Omar"), 404),
        (office("Elm Partners").admin, 404),
    ):
        assert browser_of(app, user).get(hers).status_code == status, user.name
    assert app.test_client().get(hers).status_code == 302


def shown(client: FlaskClient, address: str) -> set[str]:
    page = client.get(address, headers={"HX-Request": "true"})
    assert page.status_code == 200, address
    return set(re.findall(r'src="(/photos/[^"]+)"', page.text))


def test_a_photo_stands_wherever_the_person_does(app, place):
    maya = member(place.account, "Maya Chen")
    tie, other = contact(place.account), contact(place.account, "Nick Door")
    house = group(place.account, TENANTS, CONVERSATION, [tie, other])
    hers, his, mine = (with_photo(app, user) for user in (tie.user, maya, place.admin))
    thread = dialogue_of(tie)
    say(maya, thread)
    say(tie.user, house)
    admin, tenant, nick = (browser_of(app, user) for user in (place.admin, tie.user, other.user))
    for address, faces in (
        ("/messages?channel=tenants", {hers}),
        (f"/threads/{thread.id}", {hers, hers[: -len("/small")], his}),
        (f"/threads/{thread.id}/messages", {his}),
        (f"/threads/{thread.id}/people", {hers, his}),
        (f"/threads/{house.id}/details", {hers}),
        ("/groups/new?channel=tenants", {hers}),
        ("/contacts?role=tenants", {hers}),
        (f"/contacts/{tie.id}", {hers[: -len("/small")]}),
        ("/search?q=priya", {hers}),
        ("/settings/team", {his, mine}),
    ):
        found = shown(admin, address)
        assert faces <= found, address
        for face in found:
            assert admin.get(face).status_code == 200, face
    assert shown(tenant, f"/threads/{thread.id}/messages") == {his}
    assert shown(tenant, f"/threads/{thread.id}/people") == {his, mine}
    assert shown(nick, f"/threads/{house.id}/messages") == {hers}
    assert nick.get(hers).status_code == 200
    assert shown(nick, "/messages?channel=landlords") == set()  # accounts keep their squares


def test_photos_in_the_log_cost_no_query(app, place):
    ties = [contact(place.account, f"T{n}", SERVICE_PRO) for n in range(4)]
    made = group(place.account, "service-pros", CONVERSATION, ties)
    for tie in ties * 3:
        say(tie.user, made)
    client, address = browser_of(app, place.admin), f"/threads/{made.id}/messages"
    client.get(address)
    with counted() as without:
        client.get(address)
    for tie in ties:
        with_photo(app, tie.user)
    with counted() as with_them:
        assert len(shown(client, address)) == len(ties)
    assert len(with_them) == len(without)
