"""A maintenance request from submitting to archiving, through its write functions."""

from uuid import uuid4

import pytest

from models import clock, posting
from models.account import Account
from models.connection import SERVICE_PRO, Connection
from models.database import transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.leaving import disconnect
from models.maintenance import MaintenanceRequest, RequestChange
from models.property import Tenancy
from models.requests import sharing, statuses
from models.requests.homes import team_homes, tenant_homes
from models.requests.submitting import Wanted, submit
from models.requests.times import Typed
from models.requests.view import RequestView
from models.thread import Thread
from models.user import User
from models.view import View
from tests import factories


class House:
    """An office with a tenant at home, a co-tenant, a neighbour, and two service pros."""

    def __init__(self) -> None:
        self.office = factories.office()
        self.admin, self.account = self.office.admin, self.office.account
        self.tie = factories.contact(self.account, "Priya Raman", home=self.office.unit)
        self.tenant: User = self.tie.user
        self.co_tie = factories.contact(self.account, "Ravi Raman", home=self.office.unit)
        self.neighbour = factories.contact(
            self.account, "Nick Door", home=factories.unit(self.office.place)
        )
        self.pro_tie = factories.contact(self.account, "Tomasz Pro", role=SERVICE_PRO)
        self.pro: User = self.pro_tie.user
        self.other_pro_tie = factories.contact(self.account, "Nadia Pro", role=SERVICE_PRO)

    def wanted(self, **other: object) -> Wanted:
        home = f"unit:{self.office.unit.id}"
        return Wanted(
            **{"client_id": str(uuid4()), "title": "Kitchen faucet leaking", "home": home} | other
        )

    def submitted(self, **other: object) -> MaintenanceRequest:
        return submit(self.tenant, self.wanted(**other))[0]

    def shared(self, *ties: Connection, earlier: bool = False) -> MaintenanceRequest:
        request = self.submitted()
        sharing.share(self.admin, request.id, [tie.id for tie in ties], earlier)
        return request


@pytest.fixture
def house(bound) -> House:
    return House()


def sees(person: User, request: MaintenanceRequest) -> bool:
    try:
        RequestView.load(person, request.id)
    except Missing:
        return False
    return True


def thread_of(request: MaintenanceRequest) -> Thread | None:
    return Thread.get_or_none(Thread.request == request.id)


def texts(person: User, thread: Thread) -> list[str]:
    return [m.body for m in View.load(person, thread.id).newest() if not m.is_event]


def events(person: User, thread: Thread) -> list[str]:
    return [m.event["event"] for m in View.load(person, thread.id).newest() if m.is_event]


def test_submitting_makes_the_thread_on_both_sides(house):
    request = house.submitted()
    thread = thread_of(request)
    assert View.load(house.tenant, thread.id).refusal() is None
    assert View.load(house.admin, thread.id).refusal() is None
    assert events(house.tenant, thread) == ["submitted"]
    assert sees(house.tenant, request)
    assert not sees(house.co_tie.user, request)
    assert not sees(house.neighbour.user, request)
    assert not sees(house.pro, request)
    with pytest.raises(Missing):
        View.load(house.co_tie.user, thread.id)


def test_submitting_twice_makes_one_request(house):
    wanted = house.wanted()
    first, new = submit(house.tenant, wanted)
    again, newer = submit(house.tenant, wanted)
    assert (first.id, new, newer) == (again.id, True, False)
    with pytest.raises(Conflict):
        submit(house.tenant, house.wanted(client_id=wanted.client_id, title="Another"))


def test_numbers_are_dense_in_each_account(house):
    other = factories.office("Elm Partners")
    theirs = submit(other.admin, house.wanted(home=f"unit:{other.unit.id}", title="Stairs"))[0]
    numbers = [house.submitted().number for _ in range(3)]
    assert (numbers, theirs.number) == ([1, 2, 3], 1)


def test_only_homes_of_ones_own_can_be_written_for(house):
    past = factories.contact(house.account, "Olga Past")
    now = clock.now()
    factories.move_in(past, house.office.unit, 0, now - clock.DAY)
    for person in (past.user, house.pro, house.neighbour.user, factories.person()):
        with pytest.raises(Invalid) as refusal:
            submit(person, house.wanted())
        assert "home" in refusal.value.errors
    viewer = factories.member(house.account, "Vera View", rights=1)
    with pytest.raises(Invalid):
        submit(viewer, house.wanted())
    elsewhere = factories.property_of(house.account, "Elm Court")
    listed = factories.member(house.account, "Lisa List", properties=[elsewhere])
    with pytest.raises(Invalid):
        submit(listed, house.wanted())
    assert [home.key for home in tenant_homes(house.tenant)] == [f"unit:{house.office.unit.id}"]
    assert [home.key for home in team_homes(listed, house.account)] == [f"property:{elsewhere.id}"]


def test_it_names_every_field_that_cannot_be_taken(house):
    with pytest.raises(Invalid) as refusal:
        submit(
            house.tenant,
            house.wanted(
                title=" ",
                category="magic",
                priority="x",
                times=(Typed("2030-01-02", "11:00", "09:00"),),
            ),
        )
    assert set(refusal.value.errors) == {"title", "category", "priority", "times"}
    assert not MaintenanceRequest.select().exists()


def test_with_the_setting_off_there_is_no_thread_until_the_team_starts_it(house):
    Account.update(starts_conversation=False).where(Account.id == house.account.id).execute()
    request = house.submitted()
    assert thread_of(request) is None
    assert sees(house.tenant, request)
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    thread = thread_of(request)
    with pytest.raises(Missing):
        View.load(house.tenant, thread.id)
    assert RequestView.load(house.tenant, request.id).thread is None
    factories.say(house.pro, thread, "Tomorrow is fine.")
    sharing.start_conversation(house.admin, request.id)
    factories.say(house.admin, thread, "Priya, meet Tomasz.")
    assert texts(house.tenant, thread) == ["Priya, meet Tomasz."]
    with pytest.raises(Conflict):
        sharing.start_conversation(house.admin, request.id)


def test_who_is_added_sees_from_then_on_or_everything_for_everyone(house):
    request = house.submitted()
    thread = thread_of(request)
    factories.say(house.tenant, thread, "It drips.")
    factories.say(house.admin, thread, "Ask for a discount.", "team")
    factories.say(house.admin, thread, "We will send somebody.", "tenants")
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    sharing.share(house.admin, request.id, [house.other_pro_tie.id], earlier=True)
    factories.say(house.admin, thread, "For pros.", "pros")
    assert texts(house.pro, thread) == ["For pros."]
    assert texts(house.other_pro_tie.user, thread) == ["It drips.", "For pros."]
    assert texts(house.tenant, thread) == ["It drips.", "We will send somebody."]
    told = [one.event for one in RequestView.load(house.pro, request.id).changes]
    assert told == ["joined", "joined", "submitted"]
    assert [s.name for s in RequestView.load(house.tenant, request.id).sharers] == [
        "Priya Raman",
        "Tomasz Pro",
        "Nadia Pro",
    ]


def test_only_connected_people_of_the_unit_and_pros_can_be_chosen(house):
    request = house.submitted()
    gone = factories.contact(house.account, "Gone Pro", role=SERVICE_PRO, state="disconnected")
    invited = factories.contact(house.account, "New Pro", role=SERVICE_PRO, state="invited")
    foreign = factories.contact(factories.office("Elm").account, role=SERVICE_PRO)
    offered = set(sharing.candidates(RequestView.load(house.admin, request.id)))
    assert offered == {house.co_tie, house.pro_tie, house.other_pro_tie}
    for tie in (gone, invited, foreign, house.neighbour):
        with pytest.raises(Invalid):
            sharing.share(house.admin, request.id, [tie.id])
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    assert sharing.share(house.admin, request.id, [house.pro_tie.id]) == []


def test_who_views_or_sees_no_pros_shares_with_none(house):
    request = house.submitted()
    viewer = factories.member(house.account, "Vera View", rights=1)
    with pytest.raises(Refused):
        sharing.share(viewer, request.id, [house.pro_tie.id])
    blind = factories.member(
        house.account, "Ben Blind", rights={"maintenance-requests": 2, "tenants": 1}
    )
    with pytest.raises(Invalid):
        sharing.share(blind, request.id, [house.pro_tie.id])
    with pytest.raises(Refused):
        sharing.share(house.tenant, request.id, [house.pro_tie.id])


ROLES = {
    "admin": ("in_progress", "in_review", "resolved", "deferred", "canceled"),
    "viewer": (),
    "tenant": ("canceled",),
    "co-tenant": (),
    "pro": ("in_progress", "in_review", "resolved"),
    "stranger": None,
}


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("status", [s for s in statuses.STATUSES if s != "new"])
def test_who_may_set_which_status(house, who, status):
    request = house.shared(house.pro_tie, house.co_tie)
    people = {
        "admin": house.admin,
        "viewer": factories.member(house.account, "Vera View", rights=1),
        "tenant": house.tenant,
        "co-tenant": house.co_tie.user,
        "pro": house.pro,
        "stranger": house.neighbour.user,
    }
    allowed = ROLES[who]
    if allowed is None:
        with pytest.raises(Missing):
            statuses.set_status(people[who], request.id, status, "new")
    elif status in allowed:
        statuses.set_status(people[who], request.id, status, "new")
        assert MaintenanceRequest.get_by_id(request.id).status == status
        last = RequestChange.select().order_by(RequestChange.version.desc()).first()
        assert (last.author_id, last.told["now"]) == (people[who].id, status)
        assert events(house.admin, thread_of(request))[-1] == "changed"
    else:
        with pytest.raises(Refused):
            statuses.set_status(people[who], request.id, status, "new")
        assert MaintenanceRequest.get_by_id(request.id).status == "new"


def test_only_the_team_reopens(house):
    request = house.shared(house.pro_tie)
    statuses.set_status(house.pro, request.id, "resolved", "new")
    with pytest.raises(Refused, match="Only Harbor Homes can reopen"):
        statuses.set_status(house.pro, request.id, "in_progress", "resolved")
    with pytest.raises(Refused):
        statuses.set_status(house.tenant, request.id, "canceled", "resolved")
    statuses.set_status(house.admin, request.id, "new", "resolved")


def test_a_second_one_learns_what_the_first_one_did(house):
    request = house.shared(house.pro_tie)
    statuses.set_status(house.pro, request.id, "resolved", "new")
    with pytest.raises(Conflict, match="Tomasz just changed this to Resolved"):
        statuses.set_status(house.admin, request.id, "deferred", "new")
    with pytest.raises(Conflict, match="Tomasz just changed this to Resolved"):
        statuses.set_status(house.tenant, request.id, "canceled", "new")


def test_who_left_learns_not_who_changed_it_since(house):
    request = house.shared(house.pro_tie, house.other_pro_tie)
    sharing.decline(house.pro, request.id)
    statuses.set_status(house.other_pro_tie.user, request.id, "resolved", "new")
    with pytest.raises(Conflict, match="Somebody just changed this to New"):
        statuses.set_status(house.pro, request.id, "resolved", "deferred")
    with pytest.raises(Refused):
        statuses.set_status(house.pro, request.id, "resolved", "new")


def test_canceled_ends_the_sharing_and_reopening_resumes_it(house):
    request = house.shared(house.pro_tie, house.co_tie)
    thread = thread_of(request)
    statuses.set_status(house.tenant, request.id, "canceled", "new")
    for person in (house.tenant, house.pro, house.co_tie.user):
        view = View.load(person, thread.id)
        assert view.refusal() == "This request was canceled. You can still read it."
        assert RequestView.load(person, request.id).request.status == "canceled"
        with pytest.raises(Refused):
            factories.say(person, thread, "Too late")
    factories.say(house.admin, thread, "What was it?")
    with pytest.raises(Refused, match="canceled"):
        sharing.share(house.admin, request.id, [house.other_pro_tie.id])
    disconnect(house.co_tie.user, house.co_tie.id)
    statuses.set_priority(house.admin, request.id, "urgent", "normal")
    assert RequestView.load(house.pro, request.id).request.priority == "normal"
    statuses.set_status(house.admin, request.id, "in_progress", "canceled")
    assert RequestView.load(house.pro, request.id).request.priority == "urgent"
    factories.say(house.admin, thread, "Open again.")
    assert texts(house.pro, thread) == texts(house.tenant, thread) == ["Open again."]
    assert not View.load(house.co_tie.user, thread.id).takes_part
    assert RequestView.load(house.co_tie.user, request.id).request.status == "canceled"


def test_reopening_brings_back_no_tenant_who_has_moved_unless_they_submitted_it(house):
    request = house.shared(house.pro_tie, house.co_tie)
    statuses.set_status(house.admin, request.id, "canceled", "new")
    Tenancy.update(ends_at=clock.now() - 1).where(
        Tenancy.connection.in_([house.tie, house.co_tie])
    ).execute()
    statuses.set_status(house.admin, request.id, "in_progress", "canceled")
    for person, is_back in ((house.tenant, True), (house.pro, True), (house.co_tie.user, False)):
        assert RequestView.load(person, request.id).takes_part == is_back
        assert View.load(person, thread_of(request).id).takes_part == is_back
    assert RequestView.load(house.co_tie.user, request.id).request.status == "canceled"


def test_who_declined_knows_nothing_of_what_comes_after(house):
    request = house.shared(house.pro_tie)
    thread = thread_of(request)
    sharing.decline(house.pro, request.id)
    factories.say(house.tenant, thread, "What a pity.")
    statuses.set_status(house.admin, request.id, "canceled", "new")
    view = RequestView.load(house.pro, request.id)
    assert (view.request.status, view.takes_part) == ("new", False)
    assert "no longer part" in view.refusal()
    assert "no longer part" in View.load(house.pro, thread.id).refusal()
    assert texts(house.pro, thread) == []
    assert [one.event for one in view.changes] == ["declined", "joined", "submitted"]
    for act in (
        lambda: sharing.decline(house.pro, request.id),
        lambda: statuses.set_status(house.pro, request.id, "resolved", "new"),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Refused):
        sharing.decline(house.tenant, request.id)


def test_disconnecting_leaves_every_request(house):
    request = house.shared(house.pro_tie)
    Account.update(starts_conversation=False).where(Account.id == house.account.id).execute()
    silent = house.submitted()
    disconnect(house.admin, house.tie.id)
    statuses.set_status(house.admin, silent.id, "resolved", "new")
    statuses.set_status(house.admin, request.id, "resolved", "new")
    for one in (request, silent):
        view = RequestView.load(house.tenant, one.id)
        assert (view.request.status, view.takes_part) == ("new", False)
    assert events(house.pro, thread_of(request))[-2:] == ["left", "changed"]
    assert events(house.tenant, thread_of(request))[-1] == "left"


def test_taking_a_request_back(house):
    request = house.shared(house.pro_tie)
    sharing.unshare(house.admin, request.id, house.pro_tie.id)
    assert not RequestView.load(house.pro, request.id).takes_part
    with pytest.raises(Missing):
        sharing.unshare(house.admin, request.id, house.pro_tie.id)
    with pytest.raises(Refused):
        sharing.unshare(house.tenant, request.id, house.tie.id)
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    assert RequestView.load(house.pro, request.id).takes_part


def test_archiving_is_the_teams_alone(house):
    request = house.shared(house.pro_tie)
    with pytest.raises(Refused, match="before you archive"):
        statuses.set_archived(house.admin, request.id, archived=True)
    statuses.set_status(house.admin, request.id, "resolved", "new")
    statuses.set_archived(house.admin, request.id, archived=True)
    assert MaintenanceRequest.get_by_id(request.id).archived
    told = [one.told.get("field") for one in RequestView.load(house.pro, request.id).changes]
    assert "archived" not in told
    with pytest.raises(Refused):
        statuses.set_archived(house.tenant, request.id, archived=False)


def test_what_is_open_again_is_not_archived(house):
    request = house.submitted()
    statuses.set_status(house.admin, request.id, "resolved", "new")
    statuses.set_archived(house.admin, request.id, True)
    statuses.set_status(house.admin, request.id, "canceled", "resolved")
    assert RequestView.load(house.admin, request.id).request.archived
    statuses.set_status(house.admin, request.id, "in_progress", "canceled")
    view = RequestView.load(house.admin, request.id)
    assert not view.request.archived
    assert view.changes[1].told == {"field": "archived", "was": True, "now": False}
    assert RequestView.load(house.tenant, request.id).changes[0].told["field"] == "status"


def test_the_team_shares_while_it_writes(house):
    wanted = house.wanted(people=(house.tie.id, house.pro_tie.id))
    request, _ = submit(house.admin, wanted)
    assert sees(house.tenant, request)
    assert sees(house.pro, request)
    assert View.load(house.tenant, thread_of(request).id).refusal() is None
    alone, _ = submit(house.admin, house.wanted())
    assert thread_of(alone) is None
    with pytest.raises(Invalid):
        submit(house.admin, house.wanted(people=(house.neighbour.id,)))
    with pytest.raises(Missing):
        submit(house.tenant, house.wanted(people=(house.pro_tie.id,)))


def test_who_was_a_contact_of_a_request_has_no_rights_of_the_team_in_it(house):
    Account.update(starts_conversation=False).where(Account.id == house.account.id).execute()
    request = house.submitted()
    disconnect(house.tenant, house.tie.id)
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    with transaction():
        factories.set_role(house.tie, "admin")
        Connection.update(state="connected").where(Connection.id == house.tie.id).execute()
    factories.set_right(house.tie, "maintenance-requests", 2)
    view = RequestView.load(house.tenant, request.id)
    assert not view.is_team
    assert view.refusal()
    with pytest.raises(Missing):
        View.load(house.tenant, thread_of(request).id)


def test_a_list_of_properties_narrows_requests(house):
    request = house.submitted()
    elsewhere = factories.property_of(house.account, "Elm Court")
    away = factories.member(house.account, "Ella Away", properties=[elsewhere])
    here = factories.member(house.account, "Lisa Here", properties=[house.office.place])
    none = factories.member(house.account, "Paul Weak", rights={"tenants": 2})
    assert [sees(one, request) for one in (away, here, none)] == [False, True, False]


def test_audiences_of_each_side(house):
    request = house.shared(house.pro_tie)
    thread = thread_of(request)
    offered = [
        View.load(person, thread.id).audiences()
        for person in (house.admin, house.tenant, house.pro)
    ]
    assert offered == [
        ["everyone", "team", "tenants", "pros"],
        ["everyone", "tenants"],
        ["everyone", "pros"],
    ]
    with pytest.raises(Refused):
        posting.post_message(house.tenant, thread.id, factories.draft("x", "pros"))
