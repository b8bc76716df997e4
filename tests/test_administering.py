"""Running an account: its mode, who is its admin, and closing it."""

from contextlib import suppress
from functools import partial

import pytest

from models import administering, closing, following, inbox, inviting, joining, link, outbox
from models.account import LANDLORD, PROPERTY_MANAGER, Account
from models.connection import (
    ADMIN,
    CONNECTED,
    DISCONNECTED,
    INVITED,
    MANAGE,
    NOT_CONNECTED,
    OWNER,
    SUB_ADMIN,
    VIEW,
    Connection,
    TeamRight,
)
from models.database import transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.outbox import UNREAD, Outbox
from models.policy import Rights
from models.property import StaffProperty
from models.reading import set_read_position
from models.session import Outdated
from models.team import RIGHTS
from models.thread import CONTACTS, OWNERS, TENANTS, Thread
from models.view import View
from tests import factories
from tests.factories import Office, contact, dialogue_of, member, office, say, tie_of
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

PROOF = ""  # the kept form of every password the factories give


@pytest.fixture
def house() -> Office:
    return office("Birch & Vine")


@pytest.fixture
def ruth(house: Office):
    return member(house.account, "Ruth Lindqvist", {TENANTS: VIEW, OWNERS: VIEW})


@pytest.fixture
def helen(house: Office) -> Connection:
    return contact(house.account, "Helen Archer", OWNER)


def waiting(thread) -> list[tuple[int, bool]]:
    """Who waits for a mail about a thread, and whether it was dropped."""
    rows = Outbox.select().where((Outbox.thread == thread.id) & (Outbox.kind == UNREAD))
    return [(row.user_id, row.done_at is not None) for row in rows.order_by(Outbox.user)]


ACTS = {
    "rename": lambda who, account: administering.rename(who, account, "New name", "UTC"),
    "mode": lambda who, account: administering.switch_mode(who, account, LANDLORD),
    "hand over": lambda who, account: administering.hand_over(who, account, 0, PROOF),
    "close": lambda who, account: closing.close(who, account, "Birch & Vine", PROOF),
}


class TestWhoMay:
    @pytest.mark.parametrize("act", ACTS)
    def test_the_admin_alone(self, house: Office, ruth, act: str) -> None:
        do = ACTS[act]
        with pytest.raises(Refused, match=r"Only Daniel Foster can change this account\."):
            do(ruth, house.account.id)
        for stranger in (office("Harbor Homes").admin, contact(house.account).user):
            with pytest.raises(Missing):
                do(stranger, house.account.id)
        assert Account.get_by_id(house.account.id) == house.account

    @pytest.mark.parametrize("act", ACTS)
    def test_nobody_once_it_is_closed(self, house: Office, act: str) -> None:
        closing.close(house.admin, house.account.id, "Birch & Vine", PROOF)
        with pytest.raises(Refused, match="Birch & Vine is closed"):
            ACTS[act](house.admin, house.account.id)


class TestMode:
    def test_it_hides_owners_and_brings_them_back_as_they_were(
        self, house: Office, ruth, helen: Connection
    ) -> None:
        thread = dialogue_of(helen)
        first = say(helen.user, thread, "The roof?")
        set_read_position(house.admin, thread.id, first.id)
        say(helen.user, thread, "And the gutter?")
        before = inbox.positions(house.admin)
        assert administering.switch_mode(house.admin, house.account.id, LANDLORD)
        for person in (house.admin, ruth):
            assert inbox.positions(person) == []
            with pytest.raises(Missing):
                View.load(person, thread.id)
        assert Rights(house.admin).channels(house.account.id) == [TENANTS, "service-pros"]
        with pytest.raises(Refused, match="takes no messages from owners now"):
            say(helen.user, thread, "Hello?")
        assert [m.body for m in View.load(helen.user, thread.id).newest()[1:]] == [
            "The roof?",
            "And the gutter?",
        ]
        assert administering.switch_mode(house.admin, house.account.id, PROPERTY_MANAGER)
        assert inbox.positions(house.admin) == before
        assert before[0].unread == 1

    def test_clients_of_the_team_begin_anew(self, house: Office, ruth) -> None:
        contact(house.account)
        versions = [tie_of(who, house.account).rights_version for who in (house.admin, ruth)]
        administering.switch_mode(house.admin, house.account.id, LANDLORD)
        risen = [tie_of(who, house.account).rights_version for who in (house.admin, ruth)]
        assert all(new > old for new, old in zip(risen, versions, strict=True))

    def test_the_same_mode_again_changes_nothing(self, house: Office) -> None:
        version = tie_of(house.admin, house.account).rights_version
        assert not administering.switch_mode(house.admin, house.account.id, PROPERTY_MANAGER)
        assert tie_of(house.admin, house.account).rights_version == version

    def test_no_other_mode_can_be_chosen(self, house: Office) -> None:
        with pytest.raises(Invalid):
            administering.switch_mode(house.admin, house.account.id, "owner")

    def test_mail_that_waits_about_owners_is_dropped_for_the_team_alone(
        self, house: Office, helen: Connection
    ) -> None:
        thread, other = dialogue_of(helen), dialogue_of(contact(house.account))
        with transaction():
            for topic, user in ((thread, house.admin), (thread, helen.user), (other, house.admin)):
                outbox.put_unread([(user.id, topic.id, 2**40)])
        administering.switch_mode(house.admin, house.account.id, LANDLORD)
        assert sorted(waiting(thread)) == sorted([(house.admin.id, True), (helen.user.id, False)])
        assert waiting(other) == [(house.admin.id, False)]
        administering.switch_mode(house.admin, house.account.id, PROPERTY_MANAGER)
        assert (house.admin.id, True) in waiting(thread)

    def test_other_accounts_keep_theirs(self, house: Office) -> None:
        other = office("Harbor Homes")
        administering.switch_mode(house.admin, house.account.id, LANDLORD)
        assert Account.get_by_id(other.account.id).mode == PROPERTY_MANAGER


def test_an_account_is_renamed(house: Office) -> None:
    administering.rename(house.admin, house.account.id, "  Birch  ", "Europe/Berlin")
    now = Account.get_by_id(house.account.id)
    assert (now.name, now.zone) == ("Birch", "Europe/Berlin")
    with pytest.raises(Invalid) as refusal:
        administering.rename(house.admin, house.account.id, " ", "Mars")
    assert set(refusal.value.errors) == {"name", "zone"}


class TestHandingOver:
    def test_admin_and_sub_admin_change_places(self, house: Office) -> None:
        ruth = member(house.account, "Ruth Lindqvist", {TENANTS: VIEW}, [house.place])
        tie = tie_of(ruth, house.account)
        since = TeamRight.get(TeamRight.connection == tie).since_seq
        say(house.admin, dialogue_of(contact(house.account, home=house.unit)))
        administering.hand_over(house.admin, house.account.id, tie.id, PROOF)
        roles = [tie_of(who, house.account).role for who in (house.admin, ruth)]
        assert roles == [SUB_ADMIN, ADMIN]
        for who in (house.admin, ruth):
            mine = TeamRight.select().where(TeamRight.connection == tie_of(who, house.account))
            assert {right.channel: right.level for right in mine} == dict.fromkeys(RIGHTS, MANAGE)
            assert tie_of(who, house.account).all_properties
        right = TeamRight.get((TeamRight.connection == tie) & (TeamRight.channel == TENANTS))
        assert right.since_seq == since
        assert not StaffProperty.select().exists()
        administering.switch_mode(ruth, house.account.id, LANDLORD)
        with pytest.raises(Refused, match="Only Ruth Lindqvist"):
            administering.switch_mode(house.admin, house.account.id, PROPERTY_MANAGER)

    def test_only_to_a_sub_admin_who_is_there(self, house: Office, ruth) -> None:
        tenant, stranger = contact(house.account), office("Harbor Homes").admin
        gone = tie_of(ruth, house.account)
        Connection.update(state=DISCONNECTED).where(Connection.id == gone.id).execute()
        own = tie_of(house.admin, house.account).id
        other = Connection.get(Connection.user == stranger).id
        for one in (tenant.id, gone.id, own, other, 2**40):
            with pytest.raises(Conflict):
                administering.hand_over(house.admin, house.account.id, one, PROOF)
        assert administering.successors(house.account.id) == []
        assert tie_of(house.admin, house.account).role == ADMIN

    def test_not_with_a_password_of_before(self, house: Office, ruth) -> None:
        with pytest.raises(Outdated):
            administering.hand_over(
                house.admin, house.account.id, tie_of(ruth, house.account).id, "an older one"
            )

    def test_twice_at_once_leaves_one_admin(self, house: Office) -> None:
        ties = [tie_of(member(house.account, name), house.account) for name in ("Ruth", "Otto")]

        def hand_over(tie: Connection) -> bool:
            try:
                administering.hand_over(house.admin, house.account.id, tie.id, PROOF)
            except Refused:
                return False
            return True

        done = at_once(*[partial(hand_over, tie) for tie in ties])
        assert sorted(done) == [False, True]
        mine = (Connection.account == house.account) & (Connection.role == ADMIN)
        assert Connection.select().where(mine).count() == 1


class TestClosing:
    @pytest.fixture
    def priya(self, house: Office) -> Connection:
        return contact(house.account)

    @pytest.fixture
    def closed(self, house: Office, ruth, priya: Connection) -> Office:
        say(priya.user, dialogue_of(priya), "Hello.")
        group = factories.group(house.account, TENANTS, "conversation", [priya])
        Thread.update(follows=True).where(Thread.id == group.id).execute()
        say(priya.user, group, "To all.")
        factories.common_chat(house.account)
        factories.personal_chat(house.account, house.admin, ruth)
        closing.close(house.admin, house.account.id, " birch &  VINE ", PROOF)
        following.settle_all()
        return house

    def test_contacts_and_the_admin_read_on_and_nobody_writes(
        self, closed: Office, ruth, priya: Connection
    ) -> None:
        for who, seen in ((closed.admin, 4), (priya.user, 2), (ruth, 1)):
            positions = inbox.positions(who)
            assert len(positions) == seen
            for position in positions:
                view = View.load(who, position.thread)
                assert view.refusal() == (
                    "Birch & Vine is closed. You can still read this conversation."
                )
                assert not view.is_live
                assert position.counted == 0
        assert tie_of(priya.user, closed.account).state == DISCONNECTED
        texts = View.load(closed.admin, dialogue_of(priya).id).newest()
        assert texts[-1].body == "Hello."

    def test_nobody_is_invited_any_more(self, closed: Office, ruth) -> None:
        assert Rights(closed.admin).level(CONTACTS) == VIEW
        omar = contact(closed.account, "Omar Haddad", state=NOT_CONNECTED)
        with pytest.raises(Refused):
            inviting.invite(closed.admin, omar.id, "omar@example.com")
        with pytest.raises(Missing):
            inviting.invite(ruth, omar.id, "omar@example.com")

    def test_an_open_invitation_opens_nothing(self, house: Office) -> None:
        omar = contact(house.account, "Omar Haddad", state=INVITED)
        sent = inviting.copy_link(house.admin, omar.id)
        mailed = inviting.confirm_address(sent, "Omar", "omar@example.com")
        closing.close(house.admin, house.account.id, "Birch & Vine", PROOF)
        with pytest.raises(link.Closed):
            joining.accept_new(mailed, "Omar Haddad", "")
        assert Connection.get_by_id(omar.id).state == NOT_CONNECTED

    def test_who_accepts_at_that_moment_is_disconnected_or_refused(self, house: Office) -> None:
        omar = contact(house.account, "Omar Haddad", state=NOT_CONNECTED)
        sent = inviting.invite(house.admin, omar.id, "omar@example.com")

        def accept() -> None:
            with suppress(link.Closed):
                joining.accept_new(sent, "Omar Haddad", "")

        at_once(
            accept,
            partial(closing.close, house.admin, house.account.id, "Birch & Vine", PROOF),
        )
        assert Connection.get_by_id(omar.id).state in (DISCONNECTED, NOT_CONNECTED)

    def test_the_name_and_the_password_must_be_right(self, house: Office) -> None:
        with pytest.raises(Invalid):
            closing.close(house.admin, house.account.id, "Birch", PROOF)
        with pytest.raises(Outdated):
            closing.close(house.admin, house.account.id, "Birch & Vine", "another")
        assert not Account.get_by_id(house.account.id).is_closed

    def test_other_accounts_stay_open(self, house: Office) -> None:
        other = office("Harbor Homes")
        sam = contact(other.account, user=house.admin)
        closing.close(house.admin, house.account.id, "Birch & Vine", PROOF)
        assert tie_of(other.admin, other.account).state == CONNECTED
        say(house.admin, dialogue_of(sam))
        assert Rights(other.admin).level(TENANTS) == MANAGE
