"""The outbox folder in the browser: there on a private server only, and harmless."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import inviting
from models.connection import NOT_CONNECTED
from tests.factories import contact, office
from tests.mailbox import files, mails


@pytest.fixture
def sent(app: Flask) -> str:
    """The name of an invitation in the folder."""
    house = office("Birch & Vine")
    grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
    inviting.invite(house.admin, grace.id, "grace@example.com", "<script>alert(1)</script>")
    mails(app)
    return files(app)[0].stem


def test_the_folder_is_listed_and_a_mail_is_shown(client: FlaskClient, sent: str) -> None:
    listed = client.get("/dev/mail")
    assert "Birch &amp; Vine invited you to Hallway" in listed.text
    assert f"/dev/mail/{sent}" in listed.text
    page = client.get(f"/dev/mail/{sent}")
    assert "/invitations/" in page.text
    assert "grace@example.com" in page.text
    assert "<script>alert" not in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_html_of_a_mail_may_do_nothing(client: FlaskClient, sent: str) -> None:
    framed = client.get(f"/dev/mail/{sent}/html")
    policy = framed.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert 'sandbox="allow-popups' in client.get(f"/dev/mail/{sent}").text


def test_an_empty_folder_says_so(client: FlaskClient) -> None:
    assert "No mails yet" in client.get("/dev/mail").text


@pytest.mark.parametrize("name", ["x", "../secret_key", "00000001-zzzzzzzz", "%2e%2e%2fsecret_key"])
@pytest.mark.usefixtures("sent")
def test_nothing_but_mails_is_read(client: FlaskClient, name: str) -> None:
    for path in (f"/dev/mail/{name}", f"/dev/mail/{name}/html"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HOST", "0.0.0.0"),
        ("PUBLIC", True),
        ("MAIL_SERVER", "mail.example.com"),
        ("PROXIES", 1),
    ],
)
def test_it_is_not_there_on_a_server_others_can_reach(
    app: Flask, client: FlaskClient, sent: str, setting: str, value: object
) -> None:
    app.config[setting] = value
    for path in ("/dev/mail", f"/dev/mail/{sent}", f"/dev/mail/{sent}/html"):
        assert client.get(path).status_code == 404


def test_it_is_not_there_under_the_name_of_another_site(client: FlaskClient, sent: str) -> None:
    for path in ("/dev/mail", f"/dev/mail/{sent}"):
        assert client.get(path, headers={"Host": "rebound.example:5000"}).status_code == 404
        assert client.get(path, headers={"Host": "localhost:5000"}).status_code == 200


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"Forwarded": "for=203.0.113.9"}},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"X-Forwarded-Proto": "https"}},
        {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}},
    ],
)
def test_it_is_not_there_for_who_comes_from_elsewhere(
    client: FlaskClient, sent: str, how: dict[str, dict[str, str]]
) -> None:
    for path in ("/dev/mail", f"/dev/mail/{sent}", f"/dev/mail/{sent}/html"):
        assert client.get(path).status_code == 200
        assert client.get(path, **how).status_code == 404


def test_half_a_file_is_not_shown(app: Flask, client: FlaskClient, sent: str) -> None:
    folder = Path(app.instance_path) / "outbox"
    (folder / "00000099-00000000.part").write_bytes(b"Subject: half")
    assert "half" not in client.get("/dev/mail").text
    assert sent in client.get("/dev/mail").text
