"""One table of who sees and may do what: roles, their relation to a thread, actions.

`v` the thread opens · `m` a message in it is read · `w` they may write · `r` their reading is
kept · `c` they catch up · `l` it stands in their list · `k` its contact stands in their contacts.
"""

import pytest

from models import inbox, policy, reading, sync
from models.account import LANDLORD
from models.clock import DAY, now
from models.connection import DECLINED, INVITED, MANAGE, OWNER, SERVICE_PRO, TENANT, VIEW
from models.errors import Missing, Refused
from models.posting import post_message
from models.team import RIGHTS
from models.thread import (
    CONTACTS,
    CONVERSATION,
    MAINTENANCE,
    OWNERS,
    SERVICE_PROS,
    TENANTS,
)
from models.view import View, viewers
from tests import factories
from tests.factories import contact, dialogue_of, member, set_mode

ALL, READS, SEES, NOTHING = "vmwrclk", "vmrclk", "vmrcl", ""
NO_CONTACTS = "vmwrcl"


def without(channel, level=0):
    return dict.fromkeys(RIGHTS, MANAGE) | {channel: level}


# What somebody of the team may with the dialogue of a contact of this role.
TEAM = [
    ("admin", TENANT, {"role": "admin"}, ALL),
    ("manages", TENANT, {}, ALL),
    ("manages", SERVICE_PRO, {}, ALL),
    ("manages", OWNER, {}, ALL),
    ("views", TENANT, {"rights": VIEW}, READS),
    ("views owners", OWNER, {"rights": without(OWNERS, VIEW)}, READS),
    ("no tenants", TENANT, {"rights": without(TENANTS)}, NOTHING),
    ("no tenants", SERVICE_PRO, {"rights": without(TENANTS)}, ALL),
    ("no pros", SERVICE_PRO, {"rights": without(SERVICE_PROS)}, NOTHING),
    ("no owners", OWNER, {"rights": without(OWNERS)}, NOTHING),
    ("no contacts", TENANT, {"rights": without(CONTACTS)}, NO_CONTACTS),
    ("sees contacts", TENANT, {"rights": without(CONTACTS, VIEW)}, ALL),
    ("no rights at all", TENANT, {"rights": {}}, NOTHING),
    ("property in list", TENANT, {"properties": "here"}, ALL),
    ("property not in list", TENANT, {"properties": "there"}, NOTHING),
    ("empty list", TENANT, {"properties": "none"}, NOTHING),
    ("property in list", OWNER, {"properties": "here"}, ALL),
    ("property not in list", OWNER, {"properties": "there"}, NOTHING),
    ("any list", SERVICE_PRO, {"properties": "none"}, ALL),
]


@pytest.mark.parametrize(
    ("who", "role", "as_member", "may"), TEAM, ids=[f"{who}-{role}" for who, role, *_ in TEAM]
)
def test_team_reaches_what_its_rights_say(who, role, as_member, may, bound):
    office = factories.office()
    places = {"here": [office.place], "there": [factories.property_of(office.account)], "none": []}
    listed = {key: places[value] for key, value in as_member.items() if key == "properties"}
    somebody = member(office.account, **as_member | listed)
    assert what_they_may(somebody, at_home(office, role)) == may


def test_former_member_of_the_team_reaches_nothing(bound):
    office = factories.office()
    maya = member(office.account)
    tie = at_home(office)
    factories.disconnect(factories.tie_of(maya, office.account))
    assert what_they_may(maya, tie) == NOTHING
    assert policy.team_accounts(maya) == []


def test_stranger_other_account_and_other_contact_reach_nothing(bound):
    office, other = factories.office(), factories.office("Elm Partners")
    tie = at_home(office)
    neighbour = contact(office.account, "Noor Haddad", home=office.unit)
    foreign = contact(other.account, "Ana Ruiz")
    for outsider in (factories.person(), other.admin, neighbour.user, foreign.user):
        assert what_they_may(outsider, tie) == NOTHING


@pytest.mark.parametrize("role", [TENANT, SERVICE_PRO, OWNER])
def test_contact_reads_and_writes_while_connected_and_only_reads_after(role, bound):
    office = factories.office()
    tie = at_home(office, role)
    assert what_they_may(tie.user, tie) == NO_CONTACTS
    factories.disconnect(tie)
    assert what_they_may(tie.user, tie) == SEES
    assert what_they_may(office.admin, tie) == READS
    factories.connect(tie)
    assert what_they_may(tie.user, tie) == NO_CONTACTS


@pytest.mark.parametrize("state", ["not_connected", INVITED, DECLINED])
def test_contact_who_has_not_joined_stands_in_contacts_only(state, bound):
    office = factories.office()
    tie = contact(office.account, state=state)
    assert tie in policy.visible_contacts(office.admin)
    assert inbox.positions(office.admin) == []


def test_landlord_mode_hides_owners_from_the_team_and_lets_the_owner_read(bound):
    office = factories.office()
    tie = at_home(office, OWNER)
    set_mode(office.account, LANDLORD)
    assert what_they_may(office.admin, tie) == NOTHING
    assert what_they_may(tie.user, tie) == SEES
    set_mode(office.account, "property_manager")
    assert what_they_may(office.admin, tie) == ALL


def test_list_follows_a_current_tenancy_else_the_latest(bound):
    office = factories.office()
    there = factories.unit(factories.property_of(office.account))
    lists_here = member(office.account, "Here Only", properties=[office.place])
    lists_there = member(office.account, "There Only", properties=[there.property])
    tie = contact(office.account)
    today = now()
    assert sees(office.admin, tie)
    assert not sees(lists_here, tie)
    factories.move_in(tie, office.unit, today - 90 * DAY, today - 60 * DAY)
    assert (sees(lists_here, tie), sees(lists_there, tie)) == (True, False)
    factories.move_in(tie, there, today - 30 * DAY, today + 30 * DAY)
    assert (sees(lists_here, tie), sees(lists_there, tie)) == (False, True)
    # Both have ended by then: the one that started later decides.
    later = today + 40 * DAY
    assert (sees(lists_here, tie, later), sees(lists_there, tie, later)) == (False, True)
    # A tenancy is current from its first instant and no longer at its end.
    factories.move_in(tie, office.unit, later, later + DAY)
    assert (sees(lists_here, tie, later), sees(lists_there, tie, later)) == (True, False)
    assert sees(lists_there, tie, today + 30 * DAY - 1)


def test_group_is_seen_only_with_every_present_member(bound):
    office = factories.office()
    lists_here = member(office.account, "Here Only", properties=[office.place])
    inside = contact(office.account, home=office.unit)
    outside = contact(office.account, "Noor Haddad")
    group = factories.group(office.account, TENANTS, CONVERSATION, [inside, outside])
    assert not opens(lists_here, group)
    factories.unshare(group, outside)
    assert opens(lists_here, group)
    factories.unshare(group, inside)
    assert not opens(lists_here, group)
    assert opens(office.admin, group)


def test_request_is_seen_by_its_property_and_by_whom_it_is_shared_with(bound):
    office = factories.office()
    tie, pro = contact(office.account), contact(office.account, "Alex Park", SERVICE_PRO)
    thread = factories.request_thread(office.place, office.admin)
    elsewhere = member(office.account, properties=[factories.property_of(office.account)])
    no_requests = member(office.account, rights=without(MAINTENANCE))
    factories.share(thread, pro)
    reach = {who.id: opens(who, thread) for who in (office.admin, tie.user, pro.user)}
    assert list(reach.values()) == [True, False, True]
    assert not opens(elsewhere, thread)
    assert not opens(no_requests, thread)


def test_personal_chat_belongs_to_its_two_people(bound):
    office = factories.office()
    maya, sam = member(office.account, "Maya Chen"), member(office.account, "Sam Okafor")
    chat = factories.personal_chat(office.account, maya, sam)
    assert not opens(office.admin, chat)
    assert View.load(maya, chat.id).refusal() is None
    factories.disconnect(factories.tie_of(sam, office.account))
    for one in (maya, sam):
        assert View.load(one, chat.id).refusal()


def test_contact_who_was_hired_sees_their_own_dialogue_through_old_windows_only(bound):
    office = factories.office()
    tie, neighbour = contact(office.account), contact(office.account, "Noor Haddad")
    factories.disconnect(tie)
    factories.set_role(tie, "sub_admin")
    for channel in RIGHTS:
        factories.set_right(tie, channel, MANAGE)
    secret = factories.request_thread(office.place, office.admin)
    type(tie).update(state="connected").where(type(tie).id == tie.id).execute()
    view = View.load(tie.user, dialogue_of(tie).id)
    assert not view.is_team
    assert not view.is_live
    assert View.load(office.admin, dialogue_of(tie).id).refusal() is not None
    assert View.load(tie.user, secret.id).is_team
    assert View.load(tie.user, dialogue_of(neighbour).id).is_team


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_a_number_that_is_no_thread_is_missing(number, bound):
    office = factories.office()
    with pytest.raises(Missing):
        View.load(office.admin, number)


def at_home(office, role=TENANT):
    """A contact tied to the property of the office, who has written once."""
    tie = contact(office.account, role=role, home=office.unit if role == TENANT else None)
    if role == OWNER:
        factories.own(tie, office.place)
    factories.say(tie.user, dialogue_of(tie), "Good morning.")
    return tie


def what_they_may(person, tie):
    thread = dialogue_of(tie)
    tried = {
        "v": lambda: View.load(person, thread.id),
        "m": lambda: [m for m in View.load(person, thread.id).newest() if not m.is_event],
        "w": lambda: writes(person, thread),
        "r": lambda: reading.set_read_position(person, thread.id, 2**40) or True,
        "c": lambda: sync.changes(View.load(person, thread.id), -1).messages,
        "l": lambda: thread.id in {position.thread for position in inbox.positions(person)},
        "k": lambda: policy.visible_contacts(person).where(type(tie).id == tie.id).exists(),
    }
    may = "".join(letter for letter, act in tried.items() if allowed(act))
    # What is pushed goes to the same people as what is fetched.
    assert (person.id in {view.person.id for view in viewers(thread.id)}) == ("v" in may)
    return may


def writes(person, thread):
    """Whether a message is stored; the view must have said so before."""
    refusal = View.load(person, thread.id).refusal()
    try:
        post_message(person, thread.id, factories.draft())
    except Refused as refused:
        answer = refused.sentence
    else:
        answer = None
    assert answer == refusal
    return answer is None


def allowed(act):
    try:
        return bool(act())
    except Missing:
        return False


def opens(person, thread):
    return allowed(lambda: View.load(person, thread.id))


def sees(person, tie, at=None):
    try:
        view = View.load(person, dialogue_of(tie).id, at)
    except Missing:
        view = None
    listed = policy.visible_contacts(person, at=at).where(type(tie).id == tie.id).exists()
    assert listed == (view is not None)
    return listed
