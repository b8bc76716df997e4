"""Whose a device is: what the server tells it, and how somebody leaves it."""

import pytest

from models import clock, passwords
from models import session as sessions
from models.session import Session
from tests import factories
from tests.signed_in import browser_of

COOKIE = "hallway_whose"
HOST = "127.0.0.1"


@pytest.fixture
def maya(app):
    return factories.person("Maya Okafor")


@pytest.fixture
def device(app, maya):
    return browser_of(app, maya)


def cookie_of(client):
    kept = client.get_cookie(COOKIE, domain=HOST)
    return kept.decoded_value if kept else None


def test_every_answer_says_whose_it_is_in_a_cookie_that_scripts_can_read(device, maya):
    answer = device.get("/badge")
    assert answer.headers["X-Hallway-User"] == f"{maya.id}-"
    assert len(answer.headers["X-Hallway-Release"]) == 10
    set_cookie = answer.headers.getlist("Set-Cookie")
    mine = next(line for line in set_cookie if line.startswith(COOKIE))
    assert "HttpOnly" not in mine
    assert "SameSite=Lax" in mine
    assert cookie_of(device) == f"{maya.id}-"


def test_the_account_that_is_shown_is_part_of_it(app):
    office = factories.office("Birch & Vine")
    device = browser_of(app, office.admin)
    sessions.show_account(sessions.find(device.session_token), office.account.id)
    whose = f"{office.admin.id}-{office.account.id}"
    assert device.get("/badge").headers["X-Hallway-User"] == whose
    assert cookie_of(device) == whose


def test_nothing_somebody_reads_stays_where_the_back_button_finds_it(device, client):
    assert device.get("/messages").headers["Cache-Control"] == "private, no-store"
    assert device.get("/badge").headers["Cache-Control"] == "private, no-store"
    assert client.get("/sign-in").headers["Cache-Control"] == "private, no-cache"


def test_a_stranger_is_told_nothing(client):
    answer = client.get("/sign-in")
    assert "X-Hallway-User" not in answer.headers
    assert cookie_of(client) is None


def test_signing_out_tells_the_device_to_remove_what_it_keeps(device, maya):
    device.get("/badge")
    device.post("/sign-out")
    assert cookie_of(device) == f"ended-{maya.id}"
    device.get("/sign-in")
    assert cookie_of(device) == f"ended-{maya.id}"  # until the device has done it


def test_a_session_that_was_ended_elsewhere_tells_it_at_the_next_contact(device, maya):
    device.get("/badge")
    sessions.end_all(maya)
    answer = device.get("/messages", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert cookie_of(device) == f"ended-{maya.id}"
    assert "what it kept for you was removed" in device.get("/sign-in").text


def test_a_session_that_expired_leaves_drafts_to_the_same_person(device, maya):
    device.get("/badge")
    long_ago = clock.now() - 61 * clock.DAY
    Session.update(last_used_at=long_ago).execute()
    device.get("/messages")
    assert cookie_of(device) is None
    assert "your draft is still here" in device.get("/sign-in").text
    # Also after they have signed in elsewhere.
    sessions.start(maya, "A phone", keep=True)
    assert Session.select().count() == 2


def test_who_signed_out_without_signal_is_signed_out_at_the_next_contact(device, maya):
    device.get("/badge")
    device.set_cookie(COOKIE, f"leaving-{maya.id}", domain=HOST)
    assert device.get("/sign-in").status_code == 200  # and not led on to the messages
    assert Session.select().count() == 0
    assert cookie_of(device) == f"ended-{maya.id}"
    assert device.get("/badge").status_code == 302


def test_the_next_person_can_sign_in_at_once_where_somebody_left(device, maya, app):
    device.get("/badge")
    device.set_cookie(COOKIE, f"leaving-{maya.id}", domain=HOST)
    other = factories.person("Priya Raman")
    other.password_hash = passwords.hash_of("correct horse battery")
    other.save()
    form = {"email": other.email, "password": "correct horse battery"}
    assert device.post("/sign-in", data=form).status_code == 302
    assert cookie_of(device) == f"{other.id}-"
    assert [session.user_id for session in Session.select()] == [other.id]


def test_who_signs_in_over_another_takes_the_device_and_removes_nothing(app, device, maya):
    device.get("/badge")
    other = factories.person("Priya Raman")
    other.password_hash = passwords.hash_of("correct horse battery")
    other.save()
    form = {"email": other.email, "password": "correct horse battery"}
    assert device.post("/sign-in", data=form).status_code == 302
    assert cookie_of(device) == f"{other.id}-"
    # What was under way for the first meanwhile does not take it for a sign-out.
    late = app.test_client()
    late.set_cookie(COOKIE, f"{maya.id}-", domain=HOST)
    with late.session_transaction() as cookie:
        cookie["_user_id"] = device.session_token
    assert late.get("/badge").status_code == 302
    assert cookie_of(late) is None
