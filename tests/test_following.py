"""Groups that follow: their members are whom the rule names, whatever happens and when."""

from functools import partial

import pytest

from models import chain, following, groups, leaving, posting
from models.clock import DAY, FOREVER, now
from models.connection import OWNER
from models.errors import Conflict, Refused
from models.groups import EVERYBODY, Wanted
from models.message import EVENT, Message
from models.property import OwnerProperty, Tenancy
from models.thread import OWNERS, TENANTS, AccessWindow, Thread
from models.view import View
from tests import factories
from tests.factories import contact, disconnect, draft, move_in, unit
from tests.together import at_once


@pytest.fixture
def office(bound):
    return factories.office()


@pytest.fixture
def beth(office):
    return contact(office.account, "Beth Whitaker", home=office.unit)


@pytest.fixture
def alder(office, beth):
    """The group of everybody at 412 Alder St: Beth so far."""
    return gather(office, who=str(office.place.id))


def gather(office, channel=TENANTS, who=EVERYBODY, members=()):
    return groups.create(office.admin, office.account.id, Wanted(channel, who=who, members=members))


def names(group):
    query = AccessWindow.select().where(
        (AccessWindow.thread == group) & (AccessWindow.to_seq == 2**63 - 1)
    )
    return sorted(window.user.first_name for window in query)


def settle(office, at=None):
    return following.settle(office.account.id, at)


def test_who_moves_in_joins_and_who_moves_out_leaves(office, alder):
    ade = contact(office.account, "Ade Nwosu")
    home = move_in(ade, unit(office.place))
    assert settle(office) == {alder.id: {ade.user_id}}
    assert names(alder) == ["Ade", "Beth"]
    assert settle(office) == {}
    Tenancy.update(ends_at=now() - 1).where(Tenancy.id == home.id).execute()
    assert settle(office) == {alder.id: {ade.user_id}}
    assert names(alder) == ["Beth"]
    assert not View.load(ade.user, alder.id).takes_part


def test_time_alone_lets_people_in_and_out(office, alder):
    ade = contact(office.account, "Ade Nwosu")
    move_in(ade, unit(office.place), now() + DAY, now() + 3 * DAY)
    assert settle(office) == {}
    assert following.settle_all(now() + 2 * DAY) == {alder.id: {ade.user_id}}
    assert following.settle_all(now() + 4 * DAY) == {alder.id: {ade.user_id}}
    assert names(alder) == ["Beth"]


def test_two_homes_in_one_house_are_one_place_in_its_group(office, beth, alder):
    other = move_in(beth, unit(office.place))
    assert settle(office) == {}
    other.delete_instance()
    assert settle(office) == {}
    assert names(alder) == ["Beth"]


def test_everybody_of_a_role_is_who_is_connected(office, beth):
    group = gather(office)
    ade = contact(office.account, "Ade Nwosu")
    assert settle(office) == {group.id: {ade.user_id}}
    disconnect(beth)
    assert names(group) == ["Ade"]
    assert settle(office) == {}
    factories.connect(beth)
    assert settle(office) == {group.id: {beth.user_id}}


def test_owners_follow_what_they_own(office):
    helen = contact(office.account, "Helen Archer", OWNER)
    contact(office.account, "Otto Other", OWNER)
    factories.own(helen, office.place)
    group = gather(office, OWNERS, str(office.place.id))
    assert names(group) == ["Helen"]
    OwnerProperty.delete().execute()
    assert settle(office) == {group.id: {helen.user_id}}
    assert names(group) == []


def test_only_groups_that_follow_are_settled_and_only_of_their_account(office, beth):
    ade = contact(office.account, "Ade Nwosu")
    picked = gather(office, who=groups.PICKED, members=[str(beth.id), str(ade.id)])
    other = factories.office("Elm Partners")
    contact(other.account, "Omar Haddad")
    theirs = gather(other)
    contact(other.account, "Noor Haddad")
    move_in(ade, office.unit)
    assert settle(office) == {}
    assert (names(picked), names(theirs)) == (["Ade", "Beth"], ["Omar"])
    assert set(following.settle_all()) == {theirs.id}


def test_settling_at_once_lets_everybody_in_once(office, alder):
    for round_number in range(3):
        for number in range(4):
            move_in(contact(office.account, f"New{round_number}{number}"), unit(office.place))
        at_once(*[partial(settle, office)] * 4)
        assert len(names(alder)) == 1 + 4 * (round_number + 1)
    joined = Message.select().where((Message.thread == alder) & (Message.kind == EVENT)).count()
    assert joined == 1 + 12
    assert chain.faults(alder.id) == []


def test_nothing_slips_past_somebody_leaving_while_others_write_and_settle(office, beth, alder):
    jonah = contact(office.account, "Jonah Whitaker", home=unit(office.place))
    settle(office)

    def write():
        for number in range(6):
            try:
                posting.post_message(jonah.user, alder.id, draft(f"Number {number}."))
            except Refused:
                return
            posting.post_message(office.admin, alder.id, draft())

    def leave():
        try:
            leaving.disconnect(jonah.user, jonah.id)
        except Conflict:
            return

    at_once(write, write, leave, partial(settle, office), partial(settle, office))
    settle(office)
    assert names(alder) == ["Beth"]
    (span,) = View.load(jonah.user, alder.id).spans
    own = Message.select().where((Message.thread == alder) & (Message.author == jonah.user))
    assert all(span.from_seq <= message.id <= span.to_seq for message in own)
    assert chain.faults(alder.id) == []


def test_a_group_made_while_somebody_leaves_does_not_hold_them(office, beth):
    for _ in range(4):
        jonah = contact(office.account, "Jonah Whitaker")
        made, _ = at_once(
            partial(gather, office), partial(leaving.disconnect, office.admin, jonah.id)
        )
        assert isinstance(made, Thread)
        assert names(made) == ["Beth"]


def test_a_tenancy_of_for_ever_is_current(office):
    ade = contact(office.account, "Ade Nwosu")
    move_in(ade, office.unit, 0, FOREVER)
    assert names(gather(office, who=str(office.place.id))) == ["Ade"]
