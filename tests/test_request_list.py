"""The list of maintenance requests: whose they are, tabs, filters, words, order, queries."""

from typing import Any

import pytest

from models import clock, inbox
from models.account import Account
from models.connection import Connection
from models.maintenance import MaintenanceRequest
from models.requests import listing as lists
from models.requests import sharing, statuses, visits
from models.requests.listing import Listing, Wish
from models.requests.sight import open_count
from models.requests.submitting import submit
from models.thread import Thread
from models.user import User
from tests import factories
from tests.test_page_queries import counted
from tests.test_requests import House


@pytest.fixture
def house(bound) -> House:
    return House()


def listed(person: User, account: Any = None, **wish: Any) -> Listing:
    number = account.id if account else 0
    return lists.listing(person, number, inbox.positions(person), Wish(**wish))


def titles(person: User, account: Any = None, **wish: Any) -> list[str]:
    return [row.known.title for row in listed(person, account, **wish).rows]


def thread_of(request: MaintenanceRequest) -> Thread:
    return Thread.get(Thread.request == request.id)


def test_everybody_lists_what_they_see(house):
    faucet = house.submitted()
    house.submitted(title="Door sticks")
    sharing.share(house.admin, faucet.id, [house.pro_tie.id])
    elsewhere = factories.property_of(house.account, "Elm Court")
    away = factories.member(house.account, "Ella Away", properties=[elsewhere])
    assert titles(house.admin, house.account) == ["Door sticks", "Kitchen faucet leaking"]
    # For the team it waits; of the other one there is news.
    assert titles(house.tenant) == ["Kitchen faucet leaking", "Door sticks"]
    assert titles(house.pro) == ["Kitchen faucet leaking"]
    assert titles(house.co_tie.user) == []
    assert titles(away, house.account) == []
    # The team's side of another account is not listed.
    assert titles(house.admin) == []
    assert [open_count(one, house.account.id) for one in (house.admin, house.pro, away)] == [
        2,
        1,
        0,
    ]


def test_what_waits_for_an_answer_stands_first_then_the_urgent_then_the_newest(house):
    first = house.submitted(title="First")
    second = house.submitted(title="Second")
    third = house.submitted(title="Third", priority="urgent")
    for request in (third, first, second):
        factories.say(house.admin, thread_of(request), "We look into it.")
    assert titles(house.admin, house.account) == ["Third", "Second", "First"]
    factories.say(house.tenant, thread_of(first), "It is worse now.")
    assert titles(house.admin, house.account) == ["First", "Third", "Second"]
    assert titles(house.admin, house.account, unanswered=True) == ["First"]
    # A note among the team is no answer, a changed status is one.
    factories.say(house.admin, thread_of(first), "Who goes?", "team")
    assert titles(house.admin, house.account, unanswered=True) == ["First"]
    statuses.set_status(house.admin, first.id, "in_progress", "new")
    assert titles(house.admin, house.account, unanswered=True) == []


def test_what_is_written_to_others_answers_nobody(house):
    request = house.submitted()
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    thread = thread_of(request)

    def waits() -> bool:
        return bool(titles(house.admin, house.account, unanswered=True))

    assert not waits()
    factories.say(house.tenant, thread, "Is it safe?")
    for audience in ("team", "pros"):
        factories.say(house.admin, thread, "Can somebody tell her?", audience)
        assert waits()
    factories.say(house.admin, thread, "It is.", "tenants")
    assert not waits()
    factories.say(house.pro, thread, "Shall I order one?")
    factories.say(house.admin, thread, "He orders one.", "tenants")
    assert waits()
    factories.say(house.admin, thread, "Do.", "pros")
    assert not waits()


def test_nothing_is_open_in_a_closed_account(house):
    house.submitted()
    Account.update(closed_at=clock.now()).where(Account.id == house.account.id).execute()
    for person, account in ((house.admin, house.account), (house.tenant, None)):
        found = listed(person, account)
        assert (found.rows, found.open) == ([], 0)
        assert open_count(person, account.id if account else 0) == 0
        (row,) = listed(person, account, tab="all").rows
        assert not row.known.unanswered


def test_tabs_hold_what_is_open_what_is_resolved_and_everything(house):
    done, dropped, away, open_one = (
        house.submitted(title=title) for title in ("Done", "Dropped", "Away", "Open")
    )
    statuses.set_status(house.admin, done.id, "resolved", "new")
    statuses.set_status(house.admin, away.id, "resolved", "new")
    statuses.set_archived(house.admin, away.id, True)
    statuses.set_status(house.admin, dropped.id, "canceled", "new")
    assert titles(house.admin, house.account) == ["Open"]
    assert titles(house.admin, house.account, tab="resolved") == ["Done"]
    assert set(titles(house.admin, house.account, tab="all")) == {"Done", "Dropped", "Away", "Open"}
    assert listed(house.admin, house.account, tab="all").open == 1
    # Archiving is the team's own business.
    assert titles(house.tenant, tab="resolved") == ["Away", "Done"]
    assert not any(row.known.archived for row in listed(house.tenant, tab="all").rows)
    assert open_one.status == "new"


def test_who_left_lists_it_as_it_was_then(house):
    request = house.shared(house.pro_tie)
    sharing.decline(house.pro, request.id)
    statuses.set_status(house.admin, request.id, "resolved", "new")
    statuses.set_priority(house.admin, request.id, "urgent", "normal")
    assert titles(house.pro) == []
    assert open_count(house.pro, 0) == 0
    (row,) = listed(house.pro, tab="all").rows
    assert (row.known.status, row.known.priority) == ("new", "normal")
    assert row.at < now_of(request)
    assert not listed(house.pro, tab="resolved").rows


def test_who_left_and_was_hired_learns_nothing_of_who_came_since(house):
    request = house.submitted()
    factories.disconnect(house.tie)
    factories.set_role(house.tie, "sub_admin")
    factories.set_right(house.tie, "maintenance-requests", 2)
    Connection.update(state="connected").where(Connection.id == house.tie.id).execute()
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    found = listed(house.tenant, house.account, tab="all")
    assert [row.pros for row in found.rows] == [[]]
    assert found.pros == []
    assert titles(house.tenant, house.account, tab="all", words="Tomasz") == []
    assert titles(house.tenant, house.account, tab="all", pro=house.pro_tie.id) == []
    (row,) = listed(house.admin, house.account, tab="all").rows
    assert [name for _, name in row.pros] == ["Tomasz Pro"]


def now_of(request: MaintenanceRequest) -> int:
    return int(MaintenanceRequest.get_by_id(request.id).changed_at) + 1


def test_what_only_the_team_learns_moves_nothing_for_a_tenant(house):
    first, second = house.submitted(title="First"), house.submitted(title="Second")
    for one in (first, second):
        statuses.set_status(house.admin, one.id, "resolved", "new")
    before = [row.at for row in listed(house.tenant, tab="resolved").rows]
    statuses.set_archived(house.admin, first.id, True, clock.now() + clock.HOUR)
    assert titles(house.tenant, tab="resolved") == ["Second", "First"]
    assert [row.at for row in listed(house.tenant, tab="resolved").rows] == before


def test_filters_narrow_and_words_find(house):
    faucet = house.submitted(priority="high")
    house.submitted(title="Door sticks")
    other = factories.property_of(house.account, "Elm Court")
    common = f"property:{other.id}"
    by_team = submit(house.admin, house.wanted(home=common, title="Stairwell light"))[0]
    sharing.share(house.admin, faucet.id, [house.pro_tie.id])
    statuses.set_status(house.pro, faucet.id, "in_progress", "new")

    def found(**wish: Any) -> set[str]:
        return set(titles(house.admin, house.account, **wish))

    assert found(property=other.id) == {"Stairwell light"}
    assert found(status="in_progress") == {"Kitchen faucet leaking"}
    assert found(priority="high") == {"Kitchen faucet leaking"}
    assert found(pro=house.pro_tie.id) == {"Kitchen faucet leaking"}
    assert found(pro=lists.NOBODY) == {"Door sticks", "Stairwell light"}
    assert found(mine=True) == {"Kitchen faucet leaking", "Stairwell light"}
    for words in ("elm", "stairwel", f"#{by_team.number}", "common"):
        assert found(words=words) == {"Stairwell light"}, words
    assert found(words="tomasz") == {"Kitchen faucet leaking"}
    assert found(words="zebra") == set()
    choices = listed(house.admin, house.account)
    assert [name for _, name in choices.properties] == [house.office.place.name, other.name]
    assert choices.pros == [(house.pro_tie.id, "Tomasz Pro")]


def test_a_row_says_who_is_assigned_what_is_unread_and_when_somebody_comes(house):
    request = house.shared(house.pro_tie)
    factories.say(house.tenant, thread_of(request), "It drips.")
    begins = clock.now() + clock.HOUR
    visits.propose(house.pro, request.id, (begins, begins + clock.HOUR))
    (row,) = listed(house.admin, house.account).rows
    assert row.pros == [(house.pro_tie.id, "Tomasz Pro")]
    assert (row.unread, row.thread) == (1, thread_of(request).id)
    assert row.visit.starts_at == begins


def test_a_request_without_a_conversation_for_them_leads_to_none(house):
    type(house.account).update(starts_conversation=False).execute()
    request = house.submitted()
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    (row,) = listed(house.tenant).rows
    assert row.thread is None
    (row,) = listed(house.pro).rows
    assert row.thread == thread_of(request).id


def test_the_list_asks_as_often_with_many_requests_as_with_few(house):
    def ask(person: User) -> int:
        positions = inbox.positions(person)
        with counted() as asked:
            lists.listing(person, house.account.id, positions, Wish(tab="all", mine=True))
        return len(asked)

    for number in range(2):
        sharing.share(house.admin, house.submitted(title=f"{number}").id, [house.pro_tie.id])
    few = [ask(house.admin), ask(house.pro)]
    for number in range(20):
        sharing.share(house.admin, house.submitted(title=f"{number}").id, [house.pro_tie.id])
    assert [ask(house.admin), ask(house.pro)] == few
    assert max(few) <= 9


def test_pages_hold_fifty(house, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 2)
    for number in range(3):
        house.submitted(title=f"{number}")
    first = listed(house.tenant)
    assert [row.known.title for row in first.rows] == ["2", "1"]
    assert first.has_more
    assert titles(house.tenant, page=2) == ["0"]
