"""The way out of mails: one kind, one person, by the address alone (RFC 8058)."""

import json
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints import security, tokens
from models import preferences
from models.preferences import KINDS, MAINTENANCE, MESSAGES, OFF
from models.user import User
from tests.factories import person
from tests.mailbox import mails
from tests.signed_in import browser_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FOREIGN = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def priya(app: Flask) -> User:
    return person()


@pytest.fixture
def address(app: Flask, priya: User) -> str:
    with app.test_request_context():
        return urlsplit(tokens.address_to_unsubscribe(priya.id, MESSAGES)).path


def mail_of(user: User) -> str:
    return preferences.of(User.get_by_id(user.id)).mail


def test_a_mail_program_stops_them_with_one_post(
    client: FlaskClient, priya: User, address: str
) -> None:
    answer = client.post(address, data=ONE_CLICK, headers=FOREIGN)
    assert answer.status_code == 200
    assert mail_of(priya) == OFF
    assert client.post(address, data=ONE_CLICK, headers=FOREIGN).status_code == 200


def test_looking_at_it_stops_nothing_and_the_button_does(
    client: FlaskClient, priya: User, address: str
) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert "Stop these mails" in page.text
    assert f'action="{address}"' in page.text
    assert mail_of(priya) != OFF
    done = client.post(address)
    assert "No more mails about messages" in done.text
    assert mail_of(priya) == OFF


def test_it_is_about_the_person_of_the_address_whoever_is_signed_in(
    app: Flask, priya: User, address: str
) -> None:
    marcus = person("Marcus Feld")
    assert browser_of(app, marcus).post(address, headers=FOREIGN).status_code == 200
    assert mail_of(priya) == OFF
    assert mail_of(marcus) != OFF


def test_other_preferences_stay(client: FlaskClient, priya: User, address: str) -> None:
    preferences.save(priya, "hourly", True, "21:00", "06:00")
    client.post(address)
    kept = preferences.of(User.get_by_id(priya.id))
    assert (kept.mail, kept.quiet, kept.quiet_from, kept.quiet_to) == (OFF, True, "21:00", "06:00")


@pytest.mark.parametrize("tail", ["x", "", "WzEsIm1lc3NhZ2VzIl0.", "a" * 4_000, "%00"])
def test_an_address_that_is_not_ours_stops_nothing(
    client: FlaskClient, priya: User, address: str, tail: str
) -> None:
    # Not the last letter: some of its bits belong to nothing.
    spoiled = f"{address[:-2]}{'A' if address[-2] != 'A' else 'B'}{address[-1]}"
    wrong = f"/unsubscribe/{tail}" if tail else spoiled
    for method in (client.get, client.post):
        assert method(wrong).status_code == 404
    assert mail_of(priya) != OFF


def test_an_address_of_another_purpose_stops_nothing(
    app: Flask, client: FlaskClient, priya: User
) -> None:
    with app.app_context():
        signed = tokens._signer().dumps([priya.id, MESSAGES])
    assert client.post(f"/unsubscribe/{signed}").status_code == 404


def test_somebody_who_is_gone_is_no_error(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        gone = urlsplit(tokens.address_to_unsubscribe(999_999, MESSAGES)).path
    assert client.post(gone).status_code == 200


def test_mails_of_signing_in_keep_coming_and_offer_no_way_out(
    app: Flask, client: FlaskClient, priya: User, address: str
) -> None:
    client.post(address)
    client.post("/sign-in/link", data={"email": priya.email})
    [mail] = mails(app)
    assert mail.subject == "Your sign-in link for Hallway"
    assert mail.message["List-Unsubscribe"] is None
    assert KINDS == (MESSAGES, MAINTENANCE)


def test_no_other_address_takes_foreign_posts(app: Flask, client: FlaskClient) -> None:
    # What another app shares is taken by the device: the server only leads on, and keeps nothing.
    open_ones = {"notifications.unsubscribe": "/unsubscribe/<token>", "pwa.share": "/share"}
    assert set(open_ones) == security.OPEN_TO_ALL
    for rule in app.url_map.iter_rules():
        if rule.endpoint in open_ones:
            assert str(rule) == open_ones[rule.endpoint]
            continue
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1), _external=False)
        for method in rule.methods - security.SAFE_METHODS:
            answer = client.open(path, method=method, headers=FOREIGN)
            assert answer.status_code == 403, f"{method} {rule}"


def test_preferences_are_data(priya: User) -> None:
    preferences.stop(priya.id, MESSAGES)
    assert json.loads(User.get_by_id(priya.id).preferences) == {"mail": "off"}
    preferences.stop(priya.id, "sign_in")
    assert json.loads(User.get_by_id(priya.id).preferences) == {"mail": "off"}
