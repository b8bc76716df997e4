"""Settings, Notifications: when mails come, quiet hours; and what an admin hears of the mail."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.dispatcher import dispatch_due
from models import clock, outbox, preferences
from models.clock import HOUR, SECOND, now
from models.outbox import FIRST_PAUSE, Outbox
from models.user import User
from tests.factories import contact, dialogue_of, member, office, person, say
from tests.signed_in import browser_of

FORM = {"mail": "hourly", "quiet": "on", "quiet_from": "21:30", "quiet_to": "6:45"}


@pytest.fixture
def priya(app: Flask) -> User:
    return person()


@pytest.fixture
def browser(app: Flask, priya: User) -> FlaskClient:
    return browser_of(app, priya)


def chosen(page: str) -> list[str]:
    return re.findall(r'name="mail" value="(\w+)" checked', page)


class TestChoices:
    def test_nobody_has_chosen_yet(self, app: Flask, browser: FlaskClient) -> None:
        page = browser.get("/settings/notifications").text
        assert chosen(page) == ["delay"]
        assert "After 2 min" in page
        assert not re.search(r'name="quiet"[^>]* checked', page)
        assert 'value="22:00"' in page
        app.config["NOTIFY_DELAY_S"] = 45
        assert "After 45 s" in browser.get("/settings/notifications").text

    def test_it_keeps_what_was_chosen(self, browser: FlaskClient, priya: User) -> None:
        saved = browser.post("/settings/notifications", data=FORM)
        assert (saved.status_code, saved.location) == (303, "/settings/notifications")
        kept = preferences.of(User.get_by_id(priya.id))
        assert (kept.mail, kept.quiet, kept.quiet_from, kept.quiet_to) == (
            "hourly", True, "21:30", "06:45",
        )  # fmt: skip
        page = browser.get("/settings/notifications").text
        assert "Saved." in page
        assert chosen(page) == ["hourly"]
        assert re.search(r'name="quiet"[^>]* checked', page)
        browser.post("/settings/notifications", data=FORM | {"quiet": None})
        kept = preferences.of(User.get_by_id(priya.id))
        assert (kept.quiet, kept.quiet_from) == (False, "21:30")

    @pytest.mark.parametrize("mail", preferences.MAIL)
    def test_every_choice_can_be_made(self, browser: FlaskClient, priya: User, mail: str) -> None:
        assert (
            browser.post("/settings/notifications", data=FORM | {"mail": mail}).status_code == 303
        )
        assert preferences.of(User.get_by_id(priya.id)).mail == mail

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("mail", "weekly", "Choose when mails should come."),
            ("mail", "", "Choose when mails should come."),
            ("quiet_from", "24:00", "Give a time between 00:00 and 23:59."),
            ("quiet_from", "", "Give a time between 00:00 and 23:59."),
            ("quiet_to", "7", "Give a time between 00:00 and 23:59."),
            ("quiet_to", "x" * 4_000, "Give a time between 00:00 and 23:59."),
            ("quiet_to", "٠٧:٠٠", "Give a time between 00:00 and 23:59."),
            ("quiet_to", "21:30", "Quiet hours need a beginning and another end."),
        ],
    )
    def test_what_cannot_be_taken_is_said_and_the_rest_kept(
        self, browser: FlaskClient, priya: User, field: str, value: str, sentence: str
    ) -> None:
        answer = browser.post("/settings/notifications", data=FORM | {field: value})
        assert answer.status_code == 422
        assert sentence in answer.text
        if field != "mail":
            assert chosen(answer.text) == ["hourly"]
        if field != "quiet_from":
            assert 'value="21:30"' in answer.text
        assert User.get_by_id(priya.id).preferences == "{}"

    def test_a_script_gets_the_form_again_or_is_told_where_to_go(
        self, browser: FlaskClient
    ) -> None:
        htmx = {"HX-Request": "true"}
        wrong = browser.post("/settings/notifications", data={}, headers=htmx)
        assert wrong.status_code == 422
        assert "<html" not in wrong.text
        right = browser.post("/settings/notifications", data=FORM, headers=htmx)
        assert right.headers["HX-Redirect"] == "/settings/notifications"

    def test_nobody_changes_another_person(self, browser: FlaskClient) -> None:
        other = person("Marcus Feld")
        browser.post("/settings/notifications", data=FORM | {"user": other.id, "id": other.id})
        assert User.get_by_id(other.id).preferences == "{}"

    def test_a_visitor_signs_in_first(self, client: FlaskClient) -> None:
        assert client.get("/settings/notifications").location.startswith("/sign-in")
        assert client.post("/settings/notifications", data=FORM).location.startswith("/sign-in")

    def test_every_page_of_the_settings_leads_there(self, browser: FlaskClient) -> None:
        for page in ("profile", "devices", "notifications"):
            assert 'href="/settings/notifications"' in browser.get(f"/settings/{page}").text


class TestMailTrouble:
    """A mail server that takes nothing is shown to admins, and to nobody else."""

    PAGES = ("/", "/settings/profile", "/settings/notifications", "/settings/devices")
    WORDS = "the mail server does not answer."

    @pytest.fixture
    def silent(self, app: Flask) -> Flask:
        """The application with a mail server that is not there."""
        app.config["MAIL_SERVER"] = "127.0.0.1"
        mail = app.extensions["mail"]
        mail.server, mail.port, mail.suppress = "127.0.0.1", 1, False
        return app

    def test_admins_see_it_from_the_second_failure_until_mail_goes_out(self, silent: Flask) -> None:
        house = office()
        maya = member(house.account, "Maya Okafor")
        tie = contact(house.account)
        at = now() - HOUR
        say(house.admin, dialogue_of(tie), at=at)
        dispatch_due(silent, at + 120 * SECOND)
        his = browser_of(silent, house.admin)
        for page in self.PAGES:
            assert self.WORDS not in his.get(page).text
        dispatch_due(silent, at + 120 * SECOND + FIRST_PAUSE)
        since = outbox.failing_since()
        assert since == at + 120 * SECOND
        for page in self.PAGES:
            shown = his.get(page)
            assert self.WORDS in shown.text, page
            assert f'datetime="{clock.iso(since)}"' in shown.text
        for other in (browser_of(silent, maya), browser_of(silent, tie.user)):
            for page in self.PAGES:
                assert self.WORDS not in other.get(page).text
        assert self.WORDS not in silent.test_client().get("/sign-in").text

        silent.config["MAIL_SERVER"] = ""
        assert dispatch_due(silent, at + HOUR) == 2
        for page in self.PAGES:
            assert self.WORDS not in his.get(page).text

    def test_the_first_mail_that_goes_out_brings_the_others_forward(self, silent: Flask) -> None:
        house = office()
        threads = [dialogue_of(contact(house.account)) for _ in range(2)]
        at = now() - HOUR
        say(house.admin, threads[0], at=at)
        for number in range(7):
            dispatch_due(silent, at + 120 * SECOND + number * FIRST_PAUSE * 2**number)
        late = Outbox.get(Outbox.failing_since.is_null(False)).due_at
        assert late > at + 20 * 60 * SECOND
        silent.config["MAIL_SERVER"] = ""
        say(house.admin, threads[1], at=at + 10 * 60 * SECOND)
        soon = at + 13 * 60 * SECOND
        assert soon < late
        assert dispatch_due(silent, soon) == 2

    def test_one_address_that_is_refused_is_no_trouble_of_the_server(self, app: Flask) -> None:
        house = office()
        say(house.admin, dialogue_of(contact(house.account)), at=0)
        dispatch_due(app, 0)
        row = outbox.claim_next(now())
        outbox.put_off(row, 0)
        outbox.put_off(outbox.claim_next(now()), 0)
        assert outbox.failing_since() is None
