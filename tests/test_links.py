"""Links: opened once, for a while, by whoever holds the whole address; sign-up, sign-in, reset."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models import link as links
from models import outbox, policy, session, signing_in, signing_up, team
from models.account import Account
from models.clock import DAY, MINUTE
from models.connection import ADMIN, CONNECTED, MANAGE, Connection, TeamRight
from models.database import connected, transaction
from models.errors import Invalid, Missing, Refused
from models.link import INVITATION, RESET, SIGN_IN, SIGN_UP, Closed, Link
from models.outbox import Outbox
from models.user import User
from tests.factories import person

pytestmark = pytest.mark.usefixtures("bound")

SIGN_UP_FORM = {
    "name": "Maya Okafor",
    "email": "maya@birch.example",
    "account": "Birch & Vine",
    "mode": "property_manager",
    "zone": "Europe/Berlin",
}


def made(kind: str, at: int = 0, **of: Any) -> Link:
    with transaction():
        return links.make(kind, "priya@example.com", at, **of)


def claimed(link: Link, at: int) -> bool:
    try:
        with transaction():
            links.claim(link, at)
    except Closed:
        return False
    return True


def at_once(act: Callable[[int], Any], times: int = 8) -> list[Any]:
    """What `act` answers in so many threads at the same time, each with its own connection."""

    def run(number: int) -> Any:
        with connected():
            return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def asked_link(kind: str, email: str, at: int = 0, after: str = "/") -> Link | None:
    """The link that asking for one leads to, as the dispatcher makes it."""
    signing_in.ask(kind, email, after, at=at)
    row = Outbox.select().order_by(Outbox.id.desc()).first()
    return signing_in.answer(row, at)


@pytest.mark.parametrize(
    ("kind", "life"),
    [(SIGN_IN, 15 * MINUTE), (RESET, 60 * MINUTE), (SIGN_UP, DAY), (INVITATION, 7 * DAY)],
)
def test_a_link_opens_until_its_time_is_over(kind: str, life: int) -> None:
    link = made(kind)
    assert link.state(life - 1) == links.OPEN
    assert link.state(life) == links.EXPIRED
    assert not claimed(link, life)
    assert claimed(link, life - 1)


def test_a_link_is_used_once() -> None:
    link = made(SIGN_IN)
    assert claimed(link, 1)
    with pytest.raises(Closed) as refusal, transaction():
        links.claim(link, 2)
    assert refusal.value.why == links.USED


def test_one_of_many_at_once_uses_a_link() -> None:
    link = made(SIGN_IN)
    assert sum(at_once(lambda _: claimed(link, 1))) == 1


def test_a_void_link_opens_nothing() -> None:
    link = made(SIGN_IN)
    with transaction():
        assert links.void(Link.kind == SIGN_IN, 1) == 1
    with pytest.raises(Closed) as refusal, transaction():
        links.claim(link, 2)
    assert refusal.value.why == links.VOID


def test_a_link_is_found_only_with_its_nonce() -> None:
    link = made(SIGN_IN)
    assert links.find(link.id, link.nonce) == link
    for link_id, nonce in ((link.id, "guess"), (link.id + 1, link.nonce), (link.id, "")):
        with pytest.raises(Missing):
            links.find(link_id, nonce)


class TestSigningIn:
    def test_asking_stores_the_same_whether_the_address_has_a_user_or_not(self) -> None:
        known = person()
        signing_in.ask(SIGN_IN, known.email)
        signing_in.ask(SIGN_IN, "stranger@example.com")
        first, second = Outbox.select().order_by(Outbox.id)
        assert set(first.remembered) == set(second.remembered)
        assert first.link is None
        assert not Link.select().exists()

    def test_a_stranger_is_sent_nothing(self) -> None:
        assert asked_link(SIGN_IN, "stranger@example.com") is None
        assert not Link.select().exists()

    def test_a_link_signs_its_person_in_once(self) -> None:
        priya = person()
        link = asked_link(SIGN_IN, priya.email.upper() + " ")
        assert signing_in.by_link(link, at=1) == priya
        with pytest.raises(Closed):
            signing_in.by_link(link, at=2)

    def test_a_newer_link_takes_the_place_of_the_earlier(self) -> None:
        priya = person()
        earlier, newer = asked_link(SIGN_IN, priya.email), asked_link(SIGN_IN, priya.email)
        with pytest.raises(Closed):
            signing_in.by_link(earlier, at=1)
        assert signing_in.by_link(newer, at=1) == priya

    def test_a_reset_link_does_not_sign_in_and_a_sign_in_link_sets_no_password(self) -> None:
        priya = person()
        with pytest.raises(Missing):
            signing_in.by_link(asked_link(RESET, priya.email), at=1)
        with pytest.raises(Missing):
            signing_in.reset(asked_link(SIGN_IN, priya.email), "kept", at=1)

    def test_a_reset_changes_the_password_and_ends_sessions_and_other_links(self) -> None:
        priya = person()
        token = session.start(priya, "Firefox", keep=True)
        other = asked_link(SIGN_IN, priya.email)
        signing_in.reset(asked_link(RESET, priya.email), "kept", at=1)
        assert User.get_by_id(priya.id).password_hash == "kept"
        assert session.find(token) is None
        with pytest.raises(Closed):
            signing_in.by_link(other, at=1)

    @pytest.mark.parametrize("email", ["", "  ", "priya", "priya@x", "a b@c.de", "a@b.c\x00d"])
    def test_an_address_no_mail_could_reach_is_refused_in_words(self, email: str) -> None:
        with pytest.raises(Invalid) as refusal:
            signing_in.ask(SIGN_IN, email)
        assert set(refusal.value.errors) == {"email"}


class TestSigningUp:
    def test_a_new_person_gets_user_account_and_every_right(self) -> None:
        link = signing_up.ask(**SIGN_UP_FORM)
        maya, account = signing_up.open_account(link, None, "kept")
        assert (maya.email, maya.name, maya.zone) == (
            "maya@birch.example", "Maya Okafor", "Europe/Berlin",
        )  # fmt: skip
        assert (account.name, account.mode) == ("Birch & Vine", "property_manager")
        tie = Connection.get(Connection.user == maya)
        assert (tie.role, tie.state) == (ADMIN, CONNECTED)
        rights = {right.channel: right.level for right in TeamRight.select()}
        assert rights == dict.fromkeys(team.RIGHTS, MANAGE)
        assert policy.team_accounts(maya) == [account]

    def test_asking_opens_nothing_and_puts_one_mail_into_the_outbox(self) -> None:
        signing_up.ask(**SIGN_UP_FORM)
        assert not User.select().exists()
        assert not Account.select().exists()
        assert [row.kind for row in Outbox.select()] == [outbox.LINK]

    def test_a_person_opens_another_account_with_the_sign_in_they_have(self) -> None:
        maya, _ = signing_up.open_account(signing_up.ask(**SIGN_UP_FORM), None, "kept")
        second = signing_up.ask(
            **SIGN_UP_FORM | {"account": "Second", "email": "MAYA@birch.example"}
        )
        again, account = signing_up.open_account(second, maya, "ignored")
        assert again == maya
        assert account.name == "Second"
        assert User.get_by_id(maya.id).password_hash == "kept"

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_a_link_never_lets_others_open_an_account_for_a_user(self, signed_in: bool) -> None:
        maya = User.create(
            name="Maya", email=SIGN_UP_FORM["email"], password_hash="kept", created_at=0
        )
        link = signing_up.ask(**SIGN_UP_FORM)
        with pytest.raises(Refused):
            signing_up.open_account(link, person("Mallory Vane") if signed_in else None, "stolen")
        assert User.get_by_id(maya.id).password_hash == "kept"
        assert not Account.select().exists()
        assert Link.get_by_id(link.id).state() == links.OPEN

    def test_two_presses_at_once_open_one_account(self) -> None:
        link = signing_up.ask(**SIGN_UP_FORM)

        def press(_: int) -> bool:
            try:
                signing_up.open_account(link, None, "kept")
            except (Closed, Refused):
                return False
            return True

        assert sum(at_once(press)) == 1
        assert Account.select().count() == User.select().count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""), ("name", "   "), ("name", "x" * 300), ("name", "a\x00b"),
            ("account", " "), ("account", "x" * 300), ("account", "\ud800"),
            ("email", ""), ("email", "maya@birch"), ("email", "maya@birch.example\x00"),
            ("mode", "king"),
        ],
    )  # fmt: skip
    def test_a_field_that_cannot_be_taken_is_named(self, field: str, value: str) -> None:
        with pytest.raises(Invalid) as refusal:
            signing_up.ask(**SIGN_UP_FORM | {field: value})
        assert set(refusal.value.errors) == {field}
        assert not Link.select().exists()

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "مريم", "🦊 Fox"])
    def test_names_of_every_kind_are_stored_as_typed(self, name: str) -> None:
        maya, _ = signing_up.open_account(
            signing_up.ask(**SIGN_UP_FORM | {"name": name}), None, "k"
        )
        assert User.get_by_id(maya.id).name == name

    def test_an_unknown_zone_of_a_browser_becomes_utc(self) -> None:
        link = signing_up.ask(**SIGN_UP_FORM | {"zone": "../../etc/passwd"})
        assert link.remembered["zone"] == "UTC"
