"""What people set for themselves, and the devices they are signed in on."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints import live
from models import passwords
from models.session import Session
from models.user import User
from tests.factories import person
from tests.signed_in import browser_of

PASSWORD = "a good password"
FORM = {"name": "Priya Raman", "phone": "(503) 555-0148", "zone": "America/Los_Angeles"}
CHANGE = {"current_password": PASSWORD, "new_password": "another password"}


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hash_of(PASSWORD)


@pytest.fixture
def priya(app: Flask, kept: str) -> User:
    made = person()
    User.update(password_hash=kept).where(User.id == made.id).execute()
    return made


@pytest.fixture
def browser(app: Flask, priya: User) -> FlaskClient:
    return browser_of(app, priya)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """The calls that close sockets."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(live, "close_session", lambda *about: calls.append(("session", *about)))
    monkeypatch.setattr(live, "close_user", lambda *about: calls.append(("user", *about)))
    return calls


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/settings/profile").status_code == 200


def says(response, sentence: str) -> bool:
    return sentence in response.text.replace("&#39;", "'")


class TestProfile:
    def test_it_keeps_what_was_typed(self, browser: FlaskClient, priya: User) -> None:
        saved = browser.post("/settings/profile", data=FORM | {"phone_consent": "on"})
        assert (saved.status_code, saved.location) == (303, "/settings/profile")
        now = User.get_by_id(priya.id)
        assert (now.name, now.phone, now.zone) == tuple(FORM.values())
        assert now.phone_consent
        assert now.email == priya.email
        page = browser.get("/settings/profile")
        assert "Saved." in page.text
        assert 'name="phone_consent" checked' in page.text
        browser.post("/settings/profile", data=FORM)
        assert not User.get_by_id(priya.id).phone_consent

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "", "Tell us your name."),
            ("name", " \t ", "Tell us your name."),
            ("name", "x" * 300, "Use at most 120 characters. This has 300."),
            ("name", "a\x00b", "can't be stored"),
            ("phone", "5" * 60, "Use at most 40 characters."),
            ("zone", "Mars/Olympus", "Choose a time zone from the list."),
        ],
    )
    def test_what_cannot_be_taken_is_said_and_the_rest_kept(
        self, browser: FlaskClient, priya: User, field: str, value: str, sentence: str
    ) -> None:
        answer = browser.post("/settings/profile", data=FORM | {field: value})
        assert answer.status_code == 422
        assert says(answer, sentence)
        for name in {"name", "phone"} - {field}:
            assert f'value="{FORM[name]}"' in answer.text
        assert User.get_by_id(priya.id).phone == ""

    def test_nobody_changes_another_person_or_the_address(
        self, browser: FlaskClient, priya: User
    ) -> None:
        other = person("Marcus Feld")
        browser.post("/settings/profile", data=FORM | {"id": other.id, "email": "x@y.example"})
        assert User.get_by_id(other.id).name == "Marcus Feld"
        assert User.get_by_id(priya.id).email == priya.email

    def test_a_visitor_signs_in_first(self, client: FlaskClient) -> None:
        for path in ("/settings/profile", "/settings/devices"):
            assert client.get(path).location.startswith("/sign-in")
        for path in ("profile", "password", "devices/1/sign-out", "devices/sign-out-all"):
            assert client.post(f"/settings/{path}", data=FORM).location.startswith("/sign-in")


class TestPassword:
    def test_a_change_signs_the_other_devices_out(
        self, app: Flask, browser: FlaskClient, priya: User, closed: list
    ) -> None:
        elsewhere = browser_of(app, priya)
        here = Session.select().order_by(Session.id).first()
        assert browser.post("/settings/password", data=CHANGE).status_code == 303
        assert is_signed_in(browser)
        assert not is_signed_in(elsewhere)
        assert closed == [("user", priya.id, here.id)]
        kept = User.get_by_id(priya.id).password_hash
        assert passwords.verify(kept, "another password")

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"current_password": "wrong"}, "That is not your current password."),
            ({"current_password": ""}, "That is not your current password."),
            ({"new_password": "short"}, "Use at least 10 characters."),
            ({"new_password": "x" * 201}, "Use at most 200 characters."),
        ],
    )
    def test_what_cannot_be_taken_changes_nothing(
        self, browser: FlaskClient, priya: User, kept: str, typed: dict[str, str], sentence: str
    ) -> None:
        answer = browser.post("/settings/password", data=CHANGE | typed)
        assert answer.status_code == 422
        assert says(answer, sentence)
        assert "another password" not in answer.text
        assert f'value="{priya.name}"' in answer.text
        assert User.get_by_id(priya.id).password_hash == kept


class TestDevices:
    def test_they_are_listed_and_this_one_is_marked(
        self, app: Flask, browser: FlaskClient, priya: User
    ) -> None:
        browser_of(app, priya)
        browser_of(app, person("Marcus Feld"))
        page = browser.get("/settings/devices")
        assert len(re.findall(r"/settings/devices/\d+/sign-out", page.text)) == 2
        assert page.text.count("This device") == 1

    def test_one_is_signed_out_and_its_sockets_closed(
        self, app: Flask, browser: FlaskClient, priya: User, closed: list
    ) -> None:
        elsewhere = browser_of(app, priya)
        there = Session.select().order_by(Session.id.desc()).first()
        assert browser.post(f"/settings/devices/{there.id}/sign-out").status_code == 303
        assert not is_signed_in(elsewhere)
        assert is_signed_in(browser)
        assert closed == [("session", there.id)]
        assert browser.post(f"/settings/devices/{there.id}/sign-out").status_code == 404

    def test_this_one_may_be_signed_out_too(self, browser: FlaskClient, closed: list) -> None:
        here = Session.get()
        answer = browser.post(f"/settings/devices/{here.id}/sign-out")
        assert answer.location == "/sign-in"
        assert closed == [("session", here.id)]
        assert not is_signed_in(browser)

    def test_nobody_signs_another_person_out(
        self, app: Flask, browser: FlaskClient, closed: list
    ) -> None:
        his = browser_of(app, person("Marcus Feld"))
        there = Session.select().order_by(Session.id.desc()).first()
        assert browser.post(f"/settings/devices/{there.id}/sign-out").status_code == 404
        assert browser.post("/settings/devices/9999999999999999999/sign-out").status_code == 404
        assert is_signed_in(his)
        assert closed == []

    def test_all_are_signed_out(
        self, app: Flask, browser: FlaskClient, priya: User, closed: list
    ) -> None:
        elsewhere = browser_of(app, priya)
        his = browser_of(app, person("Marcus Feld"))
        assert browser.post("/settings/devices/sign-out-all").location == "/sign-in"
        assert not is_signed_in(browser)
        assert not is_signed_in(elsewhere)
        assert is_signed_in(his)
        assert closed == [("user", priya.id, None)]
