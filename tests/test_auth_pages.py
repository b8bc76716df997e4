"""Signing up, in and out, and the links for it, as a browser meets them."""

import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from app import create_app
from blueprints.extensions import limiter
from blueprints.signing import device, is_phone, local_path
from blueprints.tokens import address_of
from models import passwords, signing_in
from models import session as sessions
from models.account import Account
from models.clock import HOUR, now
from models.database import db
from models.inviting import copy_link
from models.link import Link
from models.session import Session
from models.user import User
from tests.factories import contact, office, person
from tests.mailbox import mails
from tests.signed_in import browser_of
from tests.together import at_once

PASSWORD = "a good password"
FORM = {
    "name": "Maya Okafor",
    "email": "maya@birch.example",
    "account": "Birch & Vine",
    "mode": "property_manager",
    "zone": "Europe/Berlin",
}
HOSTILE = ["x" * 300, "a\x00b", "   ", ""]


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hash_of(PASSWORD)


@pytest.fixture
def maya(app: Flask, kept: str) -> User:
    return User.create(name="Maya Okafor", email=FORM["email"], password_hash=kept, created_at=0)


def sign_in(client: FlaskClient, email: str = FORM["email"], password: str = PASSWORD, **more: str):
    return client.post("/sign-in", data={"email": email, "password": password} | more)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/settings/profile").status_code == 200


def text(response) -> str:
    """What a reader sees."""
    return " ".join(
        re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", response.text, flags=re.DOTALL).split()
    )


class TestPassword:
    @pytest.mark.usefixtures("maya")
    def test_the_right_password_signs_in_and_leads_on(self, client: FlaskClient) -> None:
        answer = sign_in(client, email=" MAYA@Birch.example ", next="/settings/devices")
        assert (answer.status_code, answer.location) == (302, "/settings/devices")
        assert is_signed_in(client)

    @pytest.mark.usefixtures("maya")
    @pytest.mark.parametrize(
        ("email", "password"),
        [
            (FORM["email"], "wrong"),
            ("nobody@example.com", PASSWORD),
            (FORM["email"], "x" * 5000),
            ("x" * 5000, "y"),
            ("a\x00b@c.de", PASSWORD),
            ("' OR 1=1 --", PASSWORD),
        ],
    )
    def test_a_wrong_one_says_the_same_whoever_is_asked_for(
        self, client: FlaskClient, email: str, password: str
    ) -> None:
        answer = sign_in(client, email, password)
        assert answer.status_code == 422
        assert "That email and password don&#39;t match." in answer.text
        assert password not in answer.text or password == "y"
        assert not is_signed_in(client)

    def test_what_was_typed_stays_but_the_password_does_not(self, client: FlaskClient) -> None:
        answer = sign_in(client, "nobody@example.com", "secret words", next="/help")
        assert 'value="nobody@example.com"' in answer.text
        assert 'name="next" value="/help"' in answer.text
        assert "secret words" not in answer.text

    def test_empty_fields_are_named(self, client: FlaskClient) -> None:
        answer = client.post("/sign-in", data={})
        assert answer.status_code == 422
        assert "Tell us your email address." in answer.text
        assert "Type your password." in answer.text

    def test_keeping_the_sign_in_makes_the_cookie_last(
        self, client: FlaskClient, maya: User
    ) -> None:
        assert "Expires" not in sign_in(client).headers["Set-Cookie"]
        assert "Expires" in sign_in(client, keep="on").headers["Set-Cookie"]
        assert [session.keep for session in sessions.of(maya)] == [True]

    def test_the_cookie_names_a_session_and_nothing_else(
        self, client: FlaskClient, maya: User
    ) -> None:
        sign_in(client)
        with client.session_transaction() as held:
            assert held["_user_id"] != str(maya.id)
            assert len(held["_user_id"]) > 30

    @pytest.mark.usefixtures("maya")
    def test_signing_out_ends_the_session_for_a_copied_cookie_too(
        self, app: Flask, client: FlaskClient
    ) -> None:
        sign_in(client)
        thief = app.test_client()
        copied = client.get_cookie("hallway_session", "127.0.0.1").value
        thief.set_cookie("hallway_session", copied, domain="127.0.0.1")
        assert is_signed_in(thief)
        client.post("/sign-out")
        assert not is_signed_in(thief)
        assert not Session.select().exists()

    def test_signing_in_again_ends_the_session_before(
        self, client: FlaskClient, maya: User
    ) -> None:
        sign_in(client)
        sign_in(client)
        assert len(sessions.of(maya)) == 1

    @pytest.mark.usefixtures("maya")
    def test_an_unused_session_is_over_after_a_day(self, client: FlaskClient) -> None:
        sign_in(client)
        Session.update(last_used_at=now() - 25 * HOUR).execute()
        answer = client.get("/settings/profile")
        assert answer.location.startswith("/sign-in")

    @pytest.mark.usefixtures("maya")
    def test_a_page_lets_the_cookie_last_anew_and_an_answer_to_a_script_leaves_it(
        self, client: FlaskClient
    ) -> None:
        sign_in(client, keep="on")
        page = client.get("/messages", headers={"Sec-Fetch-Mode": "navigate"})
        assert any("hallway_session" in one for one in page.headers.getlist("Set-Cookie"))
        for headers in ({"Sec-Fetch-Mode": "cors"}, {"HX-Request": "true"}):
            answer = client.get("/badge", headers=headers)
            assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])

    @pytest.mark.usefixtures("maya")
    def test_the_token_of_who_was_here_before_ends_nothing_of_who_is(
        self, client: FlaskClient, kept: str
    ) -> None:
        """A page that was asked for before one signed out arrives when the next has signed in."""
        priya = User.create(name="Priya", email="p@p.example", password_hash=kept, created_at=0)
        sign_in(client)
        late = client.get_cookie("hallway_session", "127.0.0.1").value
        client.post("/sign-out")
        sign_in(client, priya.email)
        client.set_cookie("hallway_session", late, domain="127.0.0.1")
        client.get("/messages")
        whose = client.get_cookie("hallway_whose", "127.0.0.1")
        assert whose is None or not whose.value.startswith("ended")
        # Hers does, for her.
        sign_in(client, priya.email)
        sessions.end_all(priya)
        client.get("/messages")
        assert client.get_cookie("hallway_whose", "127.0.0.1").value == f"ended-{priya.id}"

    def test_a_sign_out_begun_on_the_device_is_completed_by_a_script_and_told_by_a_page(
        self, client: FlaskClient, maya: User
    ) -> None:
        sign_in(client)
        client.set_cookie("hallway_whose", f"leaving-{maya.id}", domain="127.0.0.1")
        answer = client.get("/badge", headers={"Sec-Fetch-Mode": "cors"})
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (401, [])
        assert not sessions.of(maya)
        client.get("/messages")
        assert client.get_cookie("hallway_whose", "127.0.0.1").value == f"ended-{maya.id}"

    @pytest.mark.usefixtures("maya")
    @pytest.mark.parametrize("address", ["/badge", "/messages/rows?channel=tenants"])
    def test_a_late_answer_to_who_was_here_before_leaves_the_next_one_signed_in(
        self, client: FlaskClient, address: str
    ) -> None:
        sign_in(client)
        Session.update(last_used_at=now() - 25 * HOUR).execute()
        answer = client.get(address, headers={"Sec-Fetch-Mode": "cors"})
        assert answer.status_code == 401
        assert "Set-Cookie" not in answer.headers
        page = client.get("/sign-in?next=/messages")
        assert "Sign in and your draft is still here." in page.text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil",
        "javascript:alert(1)", "/a\nb", "", None, "evil", "/\x00",
    ],
)  # fmt: skip
def test_nobody_is_led_away_after_signing_in(address: str | None) -> None:
    assert local_path(address) == "/"


@pytest.mark.parametrize("address", ["/", "/threads/3?around=5", "/contacts?role=owners#x"])
def test_a_path_of_ours_is_led_to(address: str) -> None:
    assert local_path(address) == address


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge on Windows"),
        ("", "A browser"), ("<script>" * 50, "A browser"),
    ],
)  # fmt: skip
def test_a_device_is_called_what_people_call_it(agent: str, words: str) -> None:
    assert device(agent) == words
    assert is_phone(words) == words.endswith(("iPhone", "Android"))


class TestSignUp:
    def test_a_landlord_signs_up_and_is_let_in(self, app: Flask, client: FlaskClient) -> None:
        asked = client.post("/sign-up", data=FORM)
        assert asked.status_code == 200
        assert "Check your email" in asked.text
        [mail] = mails(app)
        assert (mail.to, mail.subject) == (FORM["email"], "Open Birch & Vine on Hallway")
        assert "Replying to this mail does nothing" in mail.text
        assert "Replying to this mail does nothing" in mail.html
        assert client.get(mail.path).status_code == 200
        assert not User.select().exists()
        done = client.post(mail.path, data={"password": PASSWORD})
        assert (done.status_code, done.location) == (302, "/")
        assert is_signed_in(client)
        assert Account.get().name == "Birch & Vine"
        assert sign_in(app.test_client()).status_code == 302

    @pytest.mark.parametrize("field", ["name", "account", "email"])
    @pytest.mark.parametrize("value", HOSTILE)
    def test_what_cannot_be_taken_is_said_and_the_rest_kept(
        self, client: FlaskClient, field: str, value: str
    ) -> None:
        answer = client.post("/sign-up", data=FORM | {field: value})
        assert answer.status_code == 422
        assert answer.text.count('class="field-error"') == 1
        for other in {"name", "account", "email"} - {field}:
            assert FORM[other].replace("&", "&amp;") in answer.text
        assert not Link.select().exists()

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "مريم", "🦊"])
    def test_names_of_every_kind_are_shown_as_typed(
        self, app: Flask, client: FlaskClient, name: str
    ) -> None:
        client.post("/sign-up", data=FORM | {"name": name, "account": name})
        [mail] = mails(app)
        shown = name.replace("<", "&lt;").replace(">", "&gt;")
        for page in (client.get(mail.path).text, mail.html):
            assert shown in page
            assert "<script>alert" not in page
        assert name in mail.subject
        assert name in mail.text

    @pytest.mark.usefixtures("maya")
    def test_it_answers_a_known_address_the_same_and_mails_it_another_thing(
        self, app: Flask, client: FlaskClient
    ) -> None:
        known = client.post("/sign-up", data=FORM)
        unknown = client.post("/sign-up", data=FORM | {"email": "new@birch.example"})
        assert known.status_code == unknown.status_code == 200
        assert text(known) == text(unknown).replace("new@", "maya@")
        assert "already" in mails(app)[0].text
        assert "already" not in mails(app)[1].text

    def test_a_user_opens_another_account_only_signed_in_and_keeps_the_password(
        self, app: Flask, client: FlaskClient, maya: User, kept: str
    ) -> None:
        client.post("/sign-up", data=FORM)
        path = mails(app)[0].path
        page = client.get(path)
        assert 'name="password"' not in page.text
        assert f"/sign-in?next={path}" in page.text
        refused = client.post(path, data={"password": "a stolen password"})
        assert refused.status_code == 409
        assert User.get_by_id(maya.id).password_hash == kept
        others = browser_of(app, person("Mallory Vane"))
        assert others.post(path).status_code == 409
        assert not Account.select().exists()
        hers = browser_of(app, maya)
        assert hers.post(path).status_code == 302
        assert Account.select().count() == 1

    def test_a_short_password_leaves_the_link_open(self, app: Flask, client: FlaskClient) -> None:
        client.post("/sign-up", data=FORM)
        path = mails(app)[0].path
        answer = client.post(path, data={"password": "short"})
        assert answer.status_code == 422
        assert "Use at least 10 characters." in answer.text
        assert client.post(path, data={"password": PASSWORD}).status_code == 302

    def test_a_used_link_says_so_whatever_was_typed(self, app: Flask, client: FlaskClient) -> None:
        client.post("/sign-up", data=FORM)
        path = mails(app)[0].path
        client.post(path, data={"password": PASSWORD})
        again = app.test_client().post(path, data={"password": "short"})
        assert again.status_code == 410
        assert "This link has been used" in again.text


class TestLinks:
    def ask(self, client: FlaskClient, kind: str, email: str = FORM["email"], **more: str):
        return client.post(kind, data={"email": email} | more)

    @pytest.mark.parametrize("kind", ["/sign-in/link", "/forgot"])
    def test_a_stranger_gets_the_same_answer_and_no_mail(
        self, app: Flask, client: FlaskClient, maya: User, kind: str
    ) -> None:
        known = self.ask(client, kind)
        unknown = self.ask(client, kind, "nobody@example.com")
        assert known.status_code == unknown.status_code == 200
        assert text(known) == text(unknown).replace("nobody@example.com", FORM["email"])
        assert [mail.to for mail in mails(app)] == [maya.email]

    @pytest.mark.parametrize("kind", ["/sign-in/link", "/forgot"])
    @pytest.mark.parametrize(
        "email", ["", "maya", "maya@birch", "a b@c.de", "m\x00@b.co", "x" * 300]
    )
    def test_an_address_no_mail_reaches_is_refused_in_words(
        self, client: FlaskClient, kind: str, email: str
    ) -> None:
        answer = self.ask(client, kind, email)
        assert answer.status_code == 422
        assert "aria-invalid" in answer.text

    @pytest.mark.usefixtures("maya")
    def test_looking_at_a_sign_in_link_does_not_use_it_and_pressing_does(
        self, app: Flask, client: FlaskClient
    ) -> None:
        self.ask(client, "/sign-in/link", next="/settings/devices")
        [mail] = mails(app)
        for _ in range(3):
            assert client.get(mail.path).status_code == 200
            assert client.head(mail.path).status_code == 200
        assert not is_signed_in(client)
        done = client.post(mail.path, data={"keep": "on"})
        assert (done.status_code, done.location) == (302, "/settings/devices")
        assert is_signed_in(client)
        again = app.test_client().post(mail.path)
        assert again.status_code == 410
        assert "This link has been used" in again.text

    @pytest.mark.usefixtures("maya")
    def test_an_expired_and_a_replaced_link_say_so(self, app: Flask, client: FlaskClient) -> None:
        self.ask(client, "/sign-in/link")
        first = mails(app)[0]
        self.ask(client, "/sign-in/link")
        second = mails(app)[1]
        assert client.get(first.path).status_code == 410
        assert "newer link" in client.post(first.path).text
        Link.update(expires_at=1).execute()
        for answer in (client.get(second.path), client.post(second.path)):
            assert answer.status_code == 410
            assert "This link has expired" in answer.text
        assert not is_signed_in(client)

    @pytest.mark.usefixtures("maya")
    def test_a_forged_or_foreign_link_is_not_there(self, app: Flask, client: FlaskClient) -> None:
        self.ask(client, "/sign-in/link")
        [mail] = mails(app)
        token = mail.path.rsplit("/", 1)[1]
        for path in (
            f"/links/{token[:-1]}", f"/links/{token}x", "/links/x", "/links/🦊", "/links/WzEsMV0.x",
            f"/invitations/{token}",
        ):  # fmt: skip
            assert client.get(path).status_code == 404
            assert client.post(path).status_code == 404

    def test_a_reset_sets_the_password_and_signs_everything_else_out(
        self, app: Flask, client: FlaskClient, maya: User
    ) -> None:
        elsewhere = browser_of(app, maya)
        self.ask(client, "/forgot")
        [mail] = mails(app)
        assert client.post(mail.path, data={"password": " " * 12}).status_code == 422
        assert client.post(mail.path, data={"password": "another password"}).status_code == 302
        assert is_signed_in(client)
        assert not is_signed_in(elsewhere)
        assert sign_in(app.test_client()).status_code == 422
        assert sign_in(app.test_client(), password="another password").status_code == 302
        assert client.get(mail.path).status_code == 410

    def test_a_mail_leads_to_our_own_address_whatever_host_was_asked(
        self, app: Flask, client: FlaskClient, maya: User
    ) -> None:
        client.post("/forgot", data={"email": maya.email}, headers={"Host": "evil.example"})
        [mail] = mails(app)
        assert "evil.example" not in mail.message.as_string()
        assert app.config["BASE_URL"] in mail.text


def test_what_no_browser_sends_is_cut() -> None:
    assert local_path("/" + "a" * 1_999) != "/"
    assert local_path("/" + "a" * 2_000) == "/"
    assert device("x" * 300 + " Firefox/1") == "A browser"


class TestPasswordChangedMeanwhile:
    """Comparing takes a while; the password may be another one when it is done."""

    @pytest.fixture(autouse=True)
    def _changing(self, maya: User, monkeypatch: pytest.MonkeyPatch) -> None:
        right = passwords.verify

        def verify(kept: str | None, password: str) -> bool:
            found = right(kept, password)
            signing_in.set_password(User.get_by_id(maya.id), "another kept form", None)
            return found

        monkeypatch.setattr(passwords, "verify", verify)

    def test_signing_in_by_the_earlier_one_fails(self, client: FlaskClient) -> None:
        assert sign_in(client).status_code == 422
        assert not Session.select().exists()
        assert not is_signed_in(client)

    def test_it_is_not_changed_by_the_earlier_one(self, app: Flask, maya: User) -> None:
        form = {"current_password": PASSWORD, "new_password": "of somebody else"}
        assert browser_of(app, maya).post("/settings/password", data=form).status_code == 422
        assert User.get_by_id(maya.id).password_hash == "another kept form"


class TestLimits:
    @pytest.fixture
    def limited(self, tmp_path: Path, app: Flask) -> Flask:
        made = create_app(
            {
                "TESTING": True,
                "INSTANCE_PATH": str(tmp_path / "limited"),
                "DATABASE_URL": app.config["DATABASE_URL"],
                "RATELIMIT_ENABLED": True,
                "IN_BACKGROUND": lambda work: work(),
            }
        )
        limiter.reset()
        db.connect(reuse_if_open=True)
        return made

    def test_the_eleventh_wrong_password_meets_the_limit_and_keeps_the_address(
        self, limited: Flask, maya: User
    ) -> None:
        client = limited.test_client()
        assert [sign_in(client, password="wrong").status_code for _ in range(10)] == [422] * 10
        answer = sign_in(client)
        assert answer.status_code == 429
        assert "Too many tries. Wait 5 minutes, or use a sign-in link." in answer.text
        assert f'value="{maya.email}"' in answer.text
        assert sign_in(client, "other@example.com").status_code == 422
        elsewhere = limited.test_client()
        other_client = {"REMOTE_ADDR": "203.0.113.9"}
        form = {"email": maya.email, "password": PASSWORD}
        assert elsewhere.post("/sign-in", data=form, environ_base=other_client).status_code == 302

    @pytest.mark.usefixtures("maya")
    def test_signing_in_rightly_is_not_counted(self, limited: Flask) -> None:
        client = limited.test_client()
        assert {sign_in(client).status_code for _ in range(15)} == {302}

    def test_one_address_is_mailed_five_times_in_all_ways_together(
        self, limited: Flask, maya: User
    ) -> None:
        client = limited.test_client()
        for address in (maya.email, "nobody@example.com"):
            asked = [client.post("/forgot", data={"email": address}) for _ in range(3)]
            asked += [client.post("/sign-in/link", data={"email": address}) for _ in range(3)]
            assert [answer.status_code for answer in asked] == [200] * 5 + [429]
            assert "Too many emails to this address." in asked[-1].text
            assert f'value="{address}"' in asked[-1].text
            form = FORM | {"email": address}
            assert client.post("/sign-up", data=form).status_code == 429

    def test_a_client_has_twenty_mails_sent_in_an_hour_to_whomever(self, limited: Flask) -> None:
        client = limited.test_client()

        def ask(number: int, **more: str) -> int:
            form = FORM | {"email": f"somebody{number}@example.com"}
            return client.post("/sign-up", data=form, environ_base=more).status_code

        assert [ask(number) for number in range(20)] == [200] * 20
        refused = client.post("/forgot", data={"email": "another@example.com"})
        assert refused.status_code == 429
        assert "Too many emails at once. Wait an hour." in refused.text
        assert [ask(number) for number in range(20, 60)] == [429] * 40
        assert len(mails(limited)) == 20
        assert ask(60, REMOTE_ADDR="203.0.113.9") == 200

    def test_a_copied_link_mails_no_crowd(self, limited: Flask) -> None:
        house = office()
        grace = contact(house.account, "Grace Bellamy", state="not_connected")
        with limited.test_request_context():
            path = urlsplit(address_of(copy_link(house.admin, grace.id))).path
        client = limited.test_client()
        forms = [{"name": "Grace", "email": f"grace{n}@example.com"} for n in range(21)]
        answers = [client.post(path, data=form) for form in forms]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429]
        assert "Too many emails at once." in answers[-1].text
        assert 'value="grace20@example.com"' in answers[-1].text

    def test_the_team_invites_a_whole_building(self, limited: Flask) -> None:
        house = office()
        browser = browser_of(limited, house.admin)
        form = {"role": "tenant", "unit": "", "act": "invite"}
        sent = [
            browser.post("/contacts/new", data=form | {"name": "T", "email": f"t{n}@example.com"})
            for n in range(25)
        ]
        assert {answer.status_code for answer in sent} == {303}
        without_mail = form | {"act": "add", "name": "Tomasz", "email": ""}
        assert browser.post("/contacts/new", data=without_mail).status_code == 303

    def test_the_eleventh_wrong_guess_at_ones_own_password_meets_the_limit(
        self, limited: Flask, maya: User
    ) -> None:
        form = {"current_password": "wrong", "new_password": "another password"}
        browsers = [browser_of(limited, maya) for _ in range(2)]
        tries = [browsers[n % 2].post("/settings/password", data=form) for n in range(10)]
        assert {answer.status_code for answer in tries} == {422}
        refused = browsers[0].post("/settings/password", data=form | {"current_password": PASSWORD})
        assert refused.status_code == 429
        assert "Too many tries. Wait 5 minutes." in refused.text
        assert User.get_by_id(maya.id).password_hash == maya.password_hash

    def test_guesses_at_the_same_moment_are_counted_one_by_one(
        self, limited: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        compared: list[str] = []

        def verify(_kept: str | None, password: str) -> bool:
            compared.append(password)
            time.sleep(0.3)
            return False

        monkeypatch.setattr(passwords, "verify", verify)

        def guess() -> int:
            return sign_in(limited.test_client(), password="wrong").status_code

        assert Counter(at_once(*[guess] * 40)) == {422: 10, 429: 30}
        assert len(compared) == 10

    def test_mails_asked_for_at_the_same_moment_are_counted_one_by_one(
        self, limited: Flask
    ) -> None:
        def ask() -> int:
            form = {"email": "nobody@example.com"}
            return limited.test_client().post("/forgot", data=form).status_code

        assert Counter(at_once(*[ask] * 40)) == {200: 5, 429: 35}

    def test_many_clients_share_the_guesses_at_one_address(
        self, limited: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "verify", lambda _kept, _password: False)

        def guess(number: int) -> Response:
            form = {"email": FORM["email"], "password": "wrong"}
            client = {"REMOTE_ADDR": f"203.0.113.{number % 100}"}
            return limited.test_client().post("/sign-in", data=form, environ_base=client)

        assert {guess(number).status_code for number in range(100)} == {422}
        refused = guess(100)
        assert refused.status_code == 429
        assert "Wait an hour, or use a sign-in link." in refused.text

    def test_a_network_of_version_6_is_one_client(
        self, limited: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "verify", lambda _kept, _password: False)

        def guess(client: str) -> int:
            form = {"email": FORM["email"], "password": "wrong"}
            answer = limited.test_client().post(
                "/sign-in", data=form, environ_base={"REMOTE_ADDR": client}
            )
            return answer.status_code

        assert [guess(f"2001:db8::{n:x}") for n in range(11)] == [422] * 10 + [429]
        assert guess("2001:db8:0:1::1") == 422

    def test_a_stranger_closes_no_mailbox_to_invitations(self, limited: Flask) -> None:
        house = office()
        grace = contact(house.account, "Grace Bellamy", state="not_connected")
        asked = [
            limited.test_client().post("/forgot", data={"email": "grace@example.com"})
            for _ in range(6)
        ]
        assert asked[-1].status_code == 429
        browser = browser_of(limited, house.admin)
        form = {"email": "grace@example.com"}
        assert browser.post(f"/contacts/{grace.id}/invite", data=form).status_code == 303

    def test_sending_again_without_typing_the_address_is_counted_for_it(
        self, limited: Flask
    ) -> None:
        house = office()
        grace = contact(house.account, "Grace Bellamy", state="not_connected")
        browser = browser_of(limited, house.admin)
        sent = [browser.post(f"/contacts/{grace.id}/invite").status_code for _ in range(6)]
        assert sent == [303] * 5 + [429]
