"""Inviting and answering: states, resending, links by hand, races, one role for one person."""

import threading
from collections.abc import Callable

import pytest

from models import inviting, joining, keeping, leaving, team
from models import link as links
from models.clock import DAY, HOUR
from models.connection import (
    CONNECTED,
    DECLINED,
    DISCONNECTED,
    INVITED,
    NOT_CONNECTED,
    VIEW,
    Connection,
)
from models.database import OPEN
from models.errors import Conflict, HallwayError, Invalid, Missing, Refused
from models.link import Closed, Link
from models.message import Message
from models.outbox import JOINED_ELSEWHERE, LINK, Outbox
from models.thread import AccessWindow, Thread
from models.user import User
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    member,
    office,
    person,
    set_list,
    set_right,
    tie_of,
)
from tests.test_links import at_once
from tests.together import at_once as at_once_all
from tests.together import until

pytestmark = pytest.mark.usefixtures("bound")

GRACE = "grace@bellamy.example"


class Invitation:
    """Daniel of the office and Grace, a contact who has not joined."""

    def __init__(self) -> None:
        self.office: Office = office()
        self.daniel = self.office.admin
        self.grace = contact(
            self.office.account, "Grace Bellamy", home=self.office.unit, state=NOT_CONNECTED
        )

    def send(self, at: int = 0, email: str = GRACE, note: str | None = None) -> Link:
        return inviting.invite(self.daniel, self.grace.id, email, note, at)

    @property
    def now(self) -> Connection:
        return Connection.get_by_id(self.grace.id)


@pytest.fixture
def case(bound: str) -> Invitation:
    return Invitation()


def outcome(act: Callable[[], object]) -> str:
    """`done`, or the name of the refusal."""
    try:
        act()
    except HallwayError as refusal:
        return type(refusal).__name__
    return "done"


def test_an_invitation_waits_in_the_outbox_and_the_contact_is_invited(case: Invitation) -> None:
    link = case.send(note="Hi Grace,\nwelcome.")
    assert case.now.state == INVITED
    assert case.now.email == GRACE
    assert link.remembered["note"] == "Hi Grace,\nwelcome."
    assert [(row.kind, row.link) for row in Outbox.select()] == [(LINK, link)]


@pytest.mark.parametrize(
    "email", ["", "  ", "grace@bellamy", "x" * 300 + "@example.com", "g\x00@b.co"]
)
def test_an_invitation_needs_an_address_a_mail_can_reach(case: Invitation, email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        case.send(email=email)
    assert set(refusal.value.errors) == {"email"}
    assert case.now.state == NOT_CONNECTED
    assert not Link.select().exists()


def test_a_note_that_is_too_long_is_refused_in_words(case: Invitation) -> None:
    with pytest.raises(Invalid) as refusal:
        case.send(note="x" * 601)
    assert set(refusal.value.errors) == {"note"}


def test_an_invitation_goes_out_again_after_a_day_and_voids_the_earlier_link(
    case: Invitation,
) -> None:
    earlier = case.send()
    with pytest.raises(Conflict):
        case.send(at=DAY - 1)
    newer = case.send(at=DAY)
    with pytest.raises(Closed):
        joining.accept_new(earlier, "Grace", "kept", at=DAY + 1)
    joining.accept_new(newer, "Grace", "kept", at=DAY + 1)


def test_sending_again_repeats_the_note_unless_there_is_another(case: Invitation) -> None:
    case.send(note="Hi Grace,\nwelcome.")
    assert case.send(at=DAY).remembered["note"] == "Hi Grace,\nwelcome."
    assert case.send(at=2 * DAY, note="Are you there?").remembered["note"] == "Are you there?"
    assert case.send(at=3 * DAY, note="").remembered["note"] == ""
    assert case.send(at=4 * DAY).remembered["note"] == ""


def test_a_mistyped_address_may_be_put_right_at_once(case: Invitation) -> None:
    wrong = case.send(email="grcae@bellamy.example")
    case.send(at=1)
    assert Link.get_by_id(wrong.id).state(2) == links.VOID


def test_a_view_of_contacts_does_not_invite(case: Invitation) -> None:
    ruth = member(case.office.account, "Ruth Lindqvist", rights={"contacts": VIEW, "tenants": 2})
    with pytest.raises(Refused) as refusal:
        inviting.invite(ruth, case.grace.id, GRACE)
    assert case.daniel.name in refusal.value.sentence


def test_an_outsider_cannot_invite_revoke_or_copy(case: Invitation) -> None:
    stranger = office("Another house").admin
    without = member(case.office.account, "Ruth Lindqvist", rights={"tenants": 2})
    elsewhere = member(case.office.account, "Otto Falk")
    set_list(tie_of(elsewhere, case.office.account), [])
    for somebody in (stranger, without, elsewhere, person()):
        for act in (
            lambda who: inviting.invite(who, case.grace.id, GRACE),
            lambda who: inviting.revoke(who, case.grace.id),
            lambda who: inviting.copy_link(who, case.grace.id),
            lambda who: leaving.disconnect(who, case.grace.id),
        ):
            with pytest.raises(Missing):
                act(somebody)


class HeldUp:
    """Somebody who was let through at first, and waits while their rights are changed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waits, self.happened = threading.Event(), threading.Event()
        self.check = keeping.require_manage
        monkeypatch.setattr(keeping, "require_manage", self.wait)

    def wait(self, person: User, account: int) -> None:
        self.check(person, account)
        if not self.waits.is_set():
            self.waits.set()
            until(self.happened)

    def meanwhile(self, act: Callable[[], None]) -> None:
        until(self.waits)
        act()
        self.happened.set()


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (NOT_CONNECTED, lambda who, contact: inviting.invite(who, contact, GRACE)),
        (NOT_CONNECTED, inviting.copy_link),
        (INVITED, inviting.revoke),
        (CONNECTED, leaving.disconnect),
    ],
    ids=["invite", "copy_link", "revoke", "disconnect"],
)
def test_nothing_slips_past_a_right_that_is_taken_away(
    case: Invitation,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    act: Callable[[User, int], object],
) -> None:
    ruth = member(case.office.account, "Ruth Lindqvist")
    tie = tie_of(ruth, case.office.account)
    tenant = contact(case.office.account, "Priya Raman", home=case.office.unit, state=state)
    held_up = HeldUp(monkeypatch)

    def do() -> None:
        with pytest.raises(Refused):
            act(ruth, tenant.id)

    at_once_all(do, lambda: held_up.meanwhile(lambda: set_right(tie, "contacts", VIEW)))
    assert Connection.get_by_id(tenant.id).state == state
    assert not Link.select().exists()


def test_accepting_makes_a_user_connects_them_and_opens_the_conversation(case: Invitation) -> None:
    joined = joining.accept_new(case.send(), " Grace  Bellamy ", "kept", at=1)
    assert (joined.user.email, joined.user.name) == (GRACE, "Grace Bellamy")
    assert (case.now.state, case.now.user, case.now.connected_at) == (CONNECTED, joined.user, 1)
    assert joined.thread == dialogue_of(case.now)
    window = AccessWindow.get(AccessWindow.user == joined.user)
    assert (window.thread, window.to_seq) == (joined.thread, OPEN)
    assert not Outbox.select().where(Outbox.kind == JOINED_ELSEWHERE).exists()


def test_a_link_never_sets_the_password_of_a_user(case: Invitation) -> None:
    grace = User.create(name="Grace", email=GRACE, password_hash="hers", created_at=0)
    link = case.send()
    with pytest.raises(Refused):
        joining.accept_new(link, "Grace", "stolen", at=1)
    assert User.get_by_id(grace.id).password_hash == "hers"
    assert joining.accept(link, grace, at=2).user == grace


def test_accepting_with_another_address_tells_the_inviter_of_both(case: Invitation) -> None:
    other = person("Grace Bellamy")
    joining.accept(case.send(), other, at=1)
    row = Outbox.get(Outbox.kind == JOINED_ELSEWHERE)
    assert (row.remembered["invited"], row.remembered["joined"]) == (GRACE, other.email)
    assert case.now.email == GRACE
    assert team.told_of(case.office.account.id, row.link.sent_by) == case.daniel


def test_who_left_the_team_is_not_told_of_its_affairs(case: Invitation) -> None:
    ruth = member(case.office.account, "Ruth Lindqvist")
    assert team.told_of(case.office.account.id, ruth) == ruth
    Connection.update(state=DISCONNECTED).where(Connection.user == ruth).execute()
    assert team.told_of(case.office.account.id, ruth) == case.daniel


def test_one_person_has_one_role_in_an_account(case: Invitation) -> None:
    tenant = contact(case.office.account, "Priya Raman")
    link = case.send()
    for somebody in (tenant.user, case.daniel):
        with pytest.raises(Conflict) as refusal:
            joining.accept(link, somebody, at=1)
        assert "already" in refusal.value.sentence
    assert case.now.state == INVITED
    assert Link.get_by_id(link.id).state(1) == links.OPEN


def test_one_person_may_be_a_contact_of_two_accounts(case: Invitation) -> None:
    grace = joining.accept_new(case.send(), "Grace", "kept", at=1).user
    elsewhere = office("Another house")
    there = contact(elsewhere.account, "Grace", state=NOT_CONNECTED)
    link = inviting.invite(elsewhere.admin, there.id, GRACE, at=1)
    assert joining.accept(link, grace, at=2).thread.account == elsewhere.account


def test_declining_uses_the_link_up_and_the_account_may_ask_again(case: Invitation) -> None:
    link = case.send()
    joining.decline(link, at=1)
    assert case.now.state == DECLINED
    with pytest.raises(Closed):
        joining.accept_new(link, "Grace", "kept", at=2)
    with pytest.raises(Conflict):
        case.send(at=HOUR)
    again = case.send(at=DAY)
    assert case.now.state == INVITED
    joining.accept_new(again, "Grace", "kept", at=DAY + 1)


def test_an_expired_invitation_opens_nothing_and_may_be_sent_again(case: Invitation) -> None:
    link = case.send()
    with pytest.raises(Closed) as refusal:
        joining.accept_new(link, "Grace", "kept", at=7 * DAY)
    assert refusal.value.why == links.EXPIRED
    assert not User.select().where(User.email == GRACE).exists()
    case.send(at=7 * DAY)


def test_a_revoked_invitation_opens_nothing(case: Invitation) -> None:
    link = case.send()
    inviting.revoke(case.daniel, case.grace.id, at=1)
    assert case.now.state == NOT_CONNECTED
    with pytest.raises(Closed) as refusal:
        joining.accept_new(link, "Grace", "kept", at=2)
    assert refusal.value.why == links.VOID
    with pytest.raises(Conflict):
        inviting.revoke(case.daniel, case.grace.id, at=3)


def test_taking_back_does_not_let_another_be_sent_at_once(case: Invitation) -> None:
    case.send()
    inviting.revoke(case.daniel, case.grace.id, at=1)
    with pytest.raises(Conflict):
        case.send(at=DAY - 1)
    case.send(at=DAY)


def test_a_connected_contact_is_not_invited_revoked_or_handed_a_link(case: Invitation) -> None:
    joining.accept_new(case.send(), "Grace", "kept", at=1)
    for act in (
        lambda: case.send(at=DAY),
        lambda: inviting.revoke(case.daniel, case.grace.id),
        lambda: inviting.copy_link(case.daniel, case.grace.id),
    ):
        with pytest.raises(Conflict):
            act()
    assert case.now.state == CONNECTED


class TestByHand:
    def test_a_copied_link_connects_nobody_by_itself(self, case: Invitation) -> None:
        handed = inviting.copy_link(case.daniel, case.grace.id, at=0)
        assert case.now.state == INVITED
        assert not Outbox.select().exists()
        with pytest.raises(Missing):
            joining.accept_new(handed, "Mallory", "kept", at=1)
        with pytest.raises(Missing):
            joining.accept(handed, person("Mallory"), at=1)
        with pytest.raises(Missing):
            joining.decline(handed, at=1)

    def test_it_is_the_same_link_while_it_is_open(self, case: Invitation) -> None:
        handed = inviting.copy_link(case.daniel, case.grace.id, at=0)
        assert inviting.copy_link(case.daniel, case.grace.id, at=1) == handed
        assert inviting.copy_link(case.daniel, case.grace.id, at=7 * DAY) != handed

    def test_the_mailed_link_it_leads_to_connects_and_tells_the_team(
        self, case: Invitation
    ) -> None:
        Connection.update(email=GRACE).where(Connection.id == case.grace.id).execute()
        handed = inviting.copy_link(case.daniel, case.grace.id, at=0)
        sent = inviting.confirm_address(handed, "Grace", "grace@elsewhere.example", at=1)
        assert sent.email == "grace@elsewhere.example"
        joining.accept_new(sent, "Grace", "kept", at=2)
        row = Outbox.get(Outbox.kind == JOINED_ELSEWHERE)
        assert row.remembered["invited"] == GRACE
        assert row.remembered["joined"] == "grace@elsewhere.example"
        with pytest.raises(Closed):
            inviting.confirm_address(handed, "Mallory", "mallory@example.com", at=3)

    def test_a_typing_mistake_leaves_it_open(self, case: Invitation) -> None:
        handed = inviting.copy_link(case.daniel, case.grace.id, at=0)
        inviting.confirm_address(handed, "Grace", "grcae@bellamy.example", at=1)
        right = inviting.confirm_address(handed, "Grace", GRACE, at=2)
        joining.accept_new(right, "Grace", "kept", at=3)

    def test_revoking_closes_it_and_what_it_led_to(self, case: Invitation) -> None:
        handed = inviting.copy_link(case.daniel, case.grace.id, at=0)
        sent = inviting.confirm_address(handed, "Grace", GRACE, at=1)
        inviting.revoke(case.daniel, case.grace.id, at=2)
        with pytest.raises(Closed):
            inviting.confirm_address(handed, "Grace", GRACE, at=3)
        with pytest.raises(Closed):
            joining.accept_new(sent, "Grace", "kept", at=3)

    def test_sending_a_proper_one_is_not_too_soon_after_copying(self, case: Invitation) -> None:
        handed = inviting.copy_link(case.daniel, case.grace.id, at=0)
        inviting.confirm_address(handed, "Grace", GRACE, at=1)
        case.send(at=2)


class TestRaces:
    def test_two_people_accept_at_once_and_one_of_them_joins(self, case: Invitation) -> None:
        link = case.send(at=0)
        people = [person(name) for name in ("Ann", "Ben", "Cem", "Dia")]
        said = at_once(lambda n: outcome(lambda: joining.accept(link, people[n], at=1)), 4)
        assert sorted(said) == ["Closed", "Closed", "Closed", "done"]
        assert Thread.select().count() == AccessWindow.select().count() == 1
        assert case.now.user == people[said.index("done")]

    def test_a_double_press_makes_one_user_and_one_window(self, case: Invitation) -> None:
        link = case.send(at=0)
        said = at_once(lambda _: outcome(lambda: joining.accept_new(link, "G", "kept", at=1)), 4)
        assert said.count("done") == 1
        assert User.select().where(User.email == GRACE).count() == 1
        assert AccessWindow.select().count() == 1

    def test_accepting_and_revoking_at_once_has_one_outcome(self, case: Invitation) -> None:
        link = case.send(at=0)
        acts = [
            lambda: joining.accept_new(link, "Grace", "kept", at=1),
            lambda: inviting.revoke(case.daniel, case.grace.id, at=1),
        ]
        said = at_once(lambda n: outcome(acts[n]), 2)
        assert said.count("done") == 1
        accepted = said[0] == "done"
        assert case.now.state == (CONNECTED if accepted else NOT_CONNECTED)
        assert AccessWindow.select().exists() == accepted

    def test_accepting_and_declining_at_once_has_one_outcome(self, case: Invitation) -> None:
        link = case.send(at=0)
        acts = [
            lambda: joining.accept_new(link, "Grace", "kept", at=1),
            lambda: joining.decline(link, at=1),
        ]
        said = at_once(lambda n: outcome(acts[n]), 2)
        assert said.count("done") == 1
        assert case.now.state == (CONNECTED if said[0] == "done" else DECLINED)

    def test_one_person_takes_two_roles_at_once_and_gets_one(self, case: Invitation) -> None:
        second = contact(case.office.account, "Grace B.", state=NOT_CONNECTED)
        given = [case.send(at=0), inviting.invite(case.daniel, second.id, "g@b.example", at=0)]
        grace = person("Grace Bellamy")
        said = at_once(lambda n: outcome(lambda: joining.accept(given[n], grace, at=1)), 2)
        assert sorted(said) == ["Conflict", "done"]
        assert Connection.select().where(Connection.user == grace).count() == 1


class TestDisconnecting:
    @pytest.fixture
    def grace(self, case: Invitation) -> User:
        return joining.accept_new(case.send(at=0), "Grace", "kept", at=1).user

    @pytest.mark.parametrize("side", ["team", "contact"])
    def test_either_side_ends_it_and_the_windows_close(
        self, case: Invitation, grace: User, side: str
    ) -> None:
        by = case.daniel if side == "team" else grace
        thread = dialogue_of(case.now)
        assert leaving.disconnect(by, case.grace.id, at=2) == [thread.id]
        assert (case.now.state, case.now.ended_at, case.now.ended_by) == (DISCONNECTED, 2, by)
        assert AccessWindow.get(AccessWindow.user == grace).to_seq < OPEN
        last = Message.select().order_by(Message.id.desc()).first()
        assert (last.event["event"], last.author) == ("disconnected", by)
        with pytest.raises(Conflict):
            leaving.disconnect(by, case.grace.id, at=3)

    @pytest.mark.usefixtures("grace")
    def test_nobody_else_can(self, case: Invitation) -> None:
        viewer = member(case.office.account, "Ruth", rights={"contacts": VIEW, "tenants": VIEW})
        with pytest.raises(Refused):
            leaving.disconnect(viewer, case.grace.id)
        for somebody in (person(), office("Another house").admin):
            with pytest.raises(Missing):
                leaving.disconnect(somebody, case.grace.id)
        assert case.now.state == CONNECTED

    def test_the_team_is_not_disconnected_like_a_contact(self, case: Invitation) -> None:
        ruth = member(case.office.account, "Ruth Lindqvist")
        tie = tie_of(ruth, case.office.account)
        for somebody in (ruth, case.daniel):
            with pytest.raises(Missing):
                leaving.disconnect(somebody, tie.id)

    def test_accepting_again_resumes_the_conversation_with_a_new_window(
        self, case: Invitation, grace: User
    ) -> None:
        thread = dialogue_of(case.now)
        leaving.disconnect(grace, case.grace.id, at=2)
        link = case.send(at=3)
        assert case.now.state == DISCONNECTED
        assert joining.accept(link, grace, at=4).thread == thread
        assert (case.now.state, case.now.ended_at, case.now.ended_by) == (CONNECTED, None, None)
        first, second = AccessWindow.select().order_by(AccessWindow.from_seq)
        assert first.to_seq < second.from_seq
        assert second.to_seq == OPEN

    def test_declining_or_revoking_leaves_it_disconnected(
        self, case: Invitation, grace: User
    ) -> None:
        leaving.disconnect(grace, case.grace.id, at=2)
        joining.decline(case.send(at=3), at=4)
        assert case.now.state == DISCONNECTED
        case.send(at=3 + DAY)
        inviting.revoke(case.daniel, case.grace.id, at=4 + DAY)
        assert case.now.state == DISCONNECTED

    def test_nobody_else_takes_over_a_conversation(self, case: Invitation, grace: User) -> None:
        leaving.disconnect(grace, case.grace.id, at=2)
        link = case.send(at=3, email="new@tenant.example")
        with pytest.raises(Refused):
            joining.accept(link, person("Next Tenant"), at=4)
        with pytest.raises(Refused):
            joining.accept_new(link, "Next Tenant", "kept", at=4)
        assert not User.select().where(User.email == "new@tenant.example").exists()
        assert joining.accept(link, grace, at=5).user == grace

    def test_disconnecting_twice_at_once_writes_one_event(
        self, case: Invitation, grace: User
    ) -> None:
        people = [case.daniel, grace] * 2
        said = at_once(lambda n: outcome(lambda: leaving.disconnect(people[n], case.grace.id)), 4)
        assert sorted(said) == ["Conflict", "Conflict", "Conflict", "done"]
