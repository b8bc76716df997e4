"""Two who act on one request at once: one clear outcome, both told, and nothing half done."""

from functools import partial

import pytest

from models import chain, leaving
from models.connection import Connection
from models.database import OPEN
from models.errors import Conflict, HallwayError, Refused
from models.maintenance import MaintenanceRequest, RequestChange, RequestShare, Visit
from models.posting import post_message
from models.requests import sharing, statuses, visits
from models.requests.submitting import submit
from models.requests.view import RequestView
from models.thread import AccessWindow, Thread
from models.view import View
from tests import factories
from tests.test_requests import House, thread_of
from tests.test_visits import LATER, NOW, TOMORROW
from tests.together import at_once

ROUNDS = 4


@pytest.fixture
def house(bound) -> House:
    return House()


def tried(act):
    """What came of an act: its result, or its refusal."""

    def run():
        try:
            return act()
        except HallwayError as refusal:
            return refusal

    return run


def is_whole(request: MaintenanceRequest) -> None:
    """Shares and windows agree, and the thread tells the same story as the timeline."""
    request = MaintenanceRequest.get_by_id(request.id)
    thread = thread_of(request)
    inside = {
        window.user_id
        for window in AccessWindow.select().where(
            (AccessWindow.thread == thread) & (AccessWindow.to_seq == OPEN)
        )
    }
    shares = RequestShare.select(RequestShare, Connection).join(Connection)
    open_shares = list(
        shares.where((RequestShare.request == request) & (RequestShare.ended_version == OPEN))
    )
    assert len(open_shares) == len({one.connection_id for one in open_shares})
    assert inside == {one.connection.user_id for one in open_shares}
    assert all(one.connection.state == "connected" for one in open_shares)
    if request.status == "canceled":
        assert not open_shares
    last = request.version
    changes = RequestChange.select().where(RequestChange.request == request)
    assert last == max(one.version for one in changes)
    assert chain.faults(thread.id) == []


def test_one_assigns_while_another_cancels(house):
    other = factories.member(house.account)
    for _ in range(ROUNDS):
        request = house.submitted()
        shared, canceled = at_once(
            tried(partial(sharing.share, other, request.id, [house.pro_tie.id])),
            tried(partial(statuses.set_status, house.admin, request.id, "canceled", "new")),
        )
        assert isinstance(canceled, RequestView)
        assert shared == [house.pro_tie] or isinstance(shared, Refused)
        assert MaintenanceRequest.get_by_id(request.id).status == "canceled"
        is_whole(request)
        if isinstance(shared, Refused):
            assert "canceled" in str(shared)
        else:
            assert RequestView.load(house.pro, request.id).request.status == "canceled"


def test_a_tenant_cancels_while_a_pro_resolves(house):
    for _ in range(ROUNDS):
        request = house.shared(house.pro_tie)
        outcomes = at_once(
            tried(partial(statuses.set_status, house.tenant, request.id, "canceled", "new")),
            tried(partial(statuses.set_status, house.pro, request.id, "resolved", "new")),
        )
        lost = [one for one in outcomes if isinstance(one, HallwayError)]
        assert len(lost) == 1
        assert isinstance(lost[0], Conflict)
        present = MaintenanceRequest.get_by_id(request.id).status
        assert statuses.WORDS[present] in lost[0].sentence
        is_whole(request)


def test_eight_taps_make_one_request(house):
    for _ in range(ROUNDS):
        wanted = house.wanted()
        made = at_once(*[partial(submit, house.tenant, wanted)] * 8)
        assert len({request.id for request, _ in made}) == 1
        assert [new for _, new in made].count(True) == 1
    numbers = [one.number for one in MaintenanceRequest.select().order_by(MaintenanceRequest.id)]
    assert numbers == list(range(1, ROUNDS + 1))
    assert Thread.select().where(Thread.request.is_null(False)).count() == ROUNDS


def test_two_share_with_the_same_pro(house):
    other = factories.member(house.account)
    for _ in range(ROUNDS):
        request = house.submitted()
        came = at_once(
            partial(sharing.share, other, request.id, [house.pro_tie.id]),
            partial(sharing.share, house.admin, request.id, [house.pro_tie.id]),
        )
        assert sorted(map(len, came)) == [0, 1]
        is_whole(request)


def test_a_pro_disconnects_while_they_are_added_and_while_it_is_reopened(house):
    for number in range(ROUNDS):
        tie = factories.contact(house.account, f"Pro {number}", role="service_pro")
        request = house.submitted()
        at_once(
            tried(partial(sharing.share, house.admin, request.id, [tie.id])),
            tried(partial(leaving.disconnect, tie.user, tie.id)),
        )
        is_whole(request)
        assert not RequestShare.select().where(
            (RequestShare.connection == tie) & (RequestShare.ended_version == OPEN)
        )
        again = factories.contact(house.account, f"Again {number}", role="service_pro")
        sharing.share(house.admin, request.id, [again.id])
        statuses.set_status(house.admin, request.id, "canceled", "new")
        at_once(
            tried(partial(statuses.set_status, house.admin, request.id, "new", "canceled")),
            tried(partial(leaving.disconnect, again.user, again.id)),
        )
        is_whole(request)


def test_nothing_is_said_after_a_cancel(house):
    for _ in range(ROUNDS):
        request = house.shared(house.pro_tie)
        thread = thread_of(request)
        outcomes = at_once(
            tried(partial(post_message, house.tenant, thread.id, factories.draft("One."))),
            tried(partial(post_message, house.pro, thread.id, factories.draft("Two."))),
            tried(partial(statuses.set_status, house.admin, request.id, "canceled", "new")),
        )
        ended = View.load(house.pro, thread.id).spans[-1].to_seq
        for said in outcomes[:2]:
            assert isinstance(said, Refused) or said[0].id < ended
        is_whole(request)


def test_two_times_proposed_at_once(house):
    request = submit(house.tenant, house.wanted(), NOW)[0]
    sharing.share(house.admin, request.id, [house.pro_tie.id], at=NOW)
    seen = None
    for _ in range(ROUNDS):
        outcomes = at_once(
            tried(partial(visits.propose, house.pro, request.id, TOMORROW, "", seen, NOW)),
            tried(partial(visits.propose, house.admin, request.id, LATER, "", seen, NOW)),
        )
        assert sorted(isinstance(one, Conflict) for one in outcomes) == [False, True]
        pending = Visit.select().where(Visit.state == "proposed")
        seen = pending.get().id
        assert pending.count() == 1
        accepted, replaced = at_once(
            tried(partial(visits.accept, house.tenant, request.id, seen, NOW)),
            tried(partial(visits.propose, house.pro, request.id, TOMORROW, "", seen, NOW)),
        )
        assert isinstance(replaced, Visit)
        assert isinstance(accepted, Visit | Conflict)
        seen = visits.pending(request.id).id
    is_whole(request)


@pytest.mark.parametrize("ends", ["decline", "cancel"])
def test_a_visit_is_accepted_while_it_ends(house, ends):
    for _ in range(ROUNDS):
        request = submit(house.tenant, house.wanted(), NOW)[0]
        sharing.share(house.admin, request.id, [house.pro_tie.id], at=NOW)
        visit = visits.propose(house.pro, request.id, TOMORROW, at=NOW)
        ending = {
            "decline": partial(sharing.decline, house.pro, request.id, NOW),
            "cancel": partial(statuses.set_status, house.admin, request.id, "canceled", "new", NOW),
        }[ends]
        accepted, ended = at_once(
            tried(partial(visits.accept, house.tenant, request.id, visit.id, NOW)), tried(ending)
        )
        assert not isinstance(ended, HallwayError)
        assert isinstance(accepted, Visit | Conflict | Refused)
        assert Visit.get_by_id(visit.id).state == "called_off"
        is_whole(request)
