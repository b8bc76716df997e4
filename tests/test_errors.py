import json
import logging
import re

import pytest
from werkzeug.exceptions import Forbidden, TooManyRequests

from models import errors
from models.database import db
from tests.factories import office
from tests.signed_in import browser_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def failing(app):
    """A client whose address /fail raises what the test gives it."""

    def arrange(error):
        def fail():
            raise error

        app.add_url_rule("/fail", "fail", fail, methods=["GET", "POST"])
        return app.test_client()

    return arrange


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (errors.Missing(), 404, "This door doesn't open"),
        (errors.Refused("Priya disconnected. You can't write here."), 403, "Priya disconnected."),
        (errors.Conflict("Daniel just changed this."), 409, "Daniel just changed this."),
        (errors.Invalid({"name": "A name is needed."}), 422, "A name is needed."),
        (Forbidden(), 403, "You don't have access to this"),
        (TooManyRequests(), 429, "Too many tries"),
        (ValueError("A string literal cannot contain NUL (0x00) characters."), 422, "stored"),
    ],
)
def test_refusals_are_answered_in_words(failing, error, status, words):
    response = failing(error).get("/fail")
    assert response.status_code == status
    assert words in response.text.replace("&#39;", "'")
    assert response.text.startswith("<!doctype html>")


def test_htmx_gets_the_partial(failing):
    response = failing(errors.Missing()).get("/fail", headers=HTMX)
    assert response.status_code == 404
    assert "<html" not in response.text
    assert "HX-Request" in response.headers["Vary"]


def test_htmx_gets_the_page_when_it_goes_back_or_swaps_everything(failing):
    client = failing(errors.Missing())
    for more in ({"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}):
        assert "<html" in client.get("/fail", headers=HTMX | more).text


def test_a_refused_action_keeps_the_screen_and_says_why(failing):
    client = failing(errors.Refused("You can edit a message for 15 minutes after sending."))
    response = client.post("/fail", headers=HTMX)
    assert response.headers["HX-Reswap"] == "none"
    assert "15 minutes" in json.loads(response.headers["HX-Trigger"])["toast"]


@pytest.mark.parametrize(
    "error", [RuntimeError("the secret inside"), KeyError("x"), ValueError("y")]
)
def test_a_failure_shows_a_reference_and_no_traceback(failing, caplog, error):
    with caplog.at_level(logging.ERROR):
        response = failing(error).get("/fail")
    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    reference = re.search(r"Reference (?:<[^>]*>)?([0-9A-F]{4}-[0-9A-F]{2})", response.text)[1]
    assert f"Reference {reference}" in caplog.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
def test_no_address_is_logged(app, caplog, headers):
    def fail(token):
        raise RuntimeError

    app.add_url_rule("/fail/<token>", "fail", fail, methods=["POST"])
    with caplog.at_level(logging.WARNING):
        app.test_client().post("/fail/secret%0a%1bforged", headers=headers)
        app.test_client().post("/nowhere/secret%0aforged", headers=headers)
    assert "POST /fail/<token>" in caplog.text
    assert "secret" not in caplog.text
    assert "forged" not in caplog.text


def test_who_is_signed_in_gets_a_proper_page_for_a_foreign_request(app):
    db.close()
    try:
        with db.connection_context():
            browser = browser_of(app, office().admin)
        refused = browser.post("/sign-out", headers={"Origin": "https://evil.example"})
    finally:
        db.connect()
    assert refused.status_code == 403
    assert "You don't have access to this" in refused.text.replace("&#39;", "'")
    assert "Settings" in refused.text


def test_a_failure_inside_the_page_itself_shows_the_bare_page(app, failing, caplog):
    def broken_context():
        raise RuntimeError("the header failed")

    app.context_processor(broken_context)
    response = failing(errors.Missing()).get("/fail")
    assert response.status_code == 404
    assert "This door doesn't open" in response.text.replace("&#39;", "'")


def test_method_not_allowed_says_which_are(client):
    response = client.post("/healthz")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_too_large_a_form_is_refused_in_words(app):
    from flask import request

    app.add_url_rule("/form", "form", lambda: request.form.get("a", ""), methods=["POST"])
    response = app.test_client().post("/form", data={"a": "x" * 2_000_000})
    assert response.status_code == 413
    assert "That is too much at once" in response.text


def test_words_of_an_error_are_escaped(failing):
    response = failing(errors.Refused("<script>alert(1)</script>")).get("/fail")
    assert "<script>alert" not in response.text


@pytest.fixture
def guarded(app):
    """A client; /mine asks for sign-in."""
    from flask_login import login_required

    view = login_required(lambda: "mine")
    app.add_url_rule("/mine", "mine", view, methods=["GET", "POST"])
    return app.test_client()


def test_a_visitor_is_sent_to_sign_in_and_back(guarded):
    response = guarded.get("/mine?page=2")
    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in?next=/mine?page%3D2"
    assert guarded.post("/mine").headers["Location"] == "/sign-in"


@pytest.mark.parametrize("headers", [HTMX, {"Sec-Fetch-Mode": "cors"}])
def test_an_expired_session_answers_scripts_with_401(guarded, headers):
    response = guarded.get("/mine", headers=headers)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in"
