"""The conversation of a request: what it is called, what it says of itself, and to whom."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from playhouse.test_utils import count_queries

from models import clock, inbox, reading
from models.account import Account
from models.connection import SERVICE_PRO
from models.inbox import ThreadRow
from models.message import Attachment
from models.requests import sharing, statuses, visits
from models.search import search
from models.user import User
from models.view import View
from tests import factories
from tests.signed_in import browser_of
from tests.test_requests import House, thread_of


@pytest.fixture
def house(bound: str) -> House:
    made = House()
    Account.update(next_request=1042).where(Account.id == made.account.id).execute()
    return made


def row_of(person: User) -> ThreadRow:
    (row,) = (
        row for row in inbox.rows(person, inbox.positions(person)) if row.kind == "maintenance"
    )
    return row


def test_it_is_called_as_the_request_and_says_how_that_stands(house):
    request = house.shared(house.pro_tie)
    unit = house.office.unit.name.removeprefix("Unit ")
    row = row_of(house.admin)
    assert (row.name, row.category, row.status) == ("Kitchen faucet leaking", "other", "new")
    assert row.detail == f"New · 412 Alder St, {unit}"
    assert row_of(house.pro).detail == f"New · Harbor Homes · 412 Alder St, {unit}"
    statuses.set_status(house.pro, request.id, "in_progress", "new")
    assert row_of(house.tenant).detail == f"In progress · Harbor Homes · 412 Alder St, {unit}"


def test_who_left_reads_title_and_status_as_they_were_then(house):
    request = house.shared(house.pro_tie, house.other_pro_tie)
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    sharing.decline(house.pro, request.id)
    statuses.set_status(house.admin, request.id, "deferred", "in_progress")
    statuses.set_status(house.admin, request.id, "canceled", "deferred")
    statuses.set_status(house.admin, request.id, "resolved", "canceled")
    people = (house.admin, house.other_pro_tie.user, house.tenant, house.pro)
    assert [row_of(one).status for one in people] == ["resolved"] * 3 + ["in_progress"]
    assert row_of(house.pro).detail.startswith("In progress · ")


def test_canceled_is_the_last_that_is_read(house):
    request = house.shared(house.pro_tie)
    statuses.set_status(house.tenant, request.id, "canceled", "new")
    statuses.set_priority(house.admin, request.id, "urgent", "normal")
    assert [row_of(one).status for one in (house.pro, house.tenant)] == ["canceled"] * 2


def test_the_list_asks_as_often_for_many_requests_as_for_one(house):
    def asked(person: User) -> int:
        with count_queries() as queries:
            inbox.rows(person, inbox.positions(person))
        return int(queries.count)

    first = house.shared(house.pro_tie)
    sharing.decline(house.pro, first.id)
    before = [asked(one) for one in (house.admin, house.tenant, house.pro)]
    for _ in range(5):
        another = house.shared(house.pro_tie)
        statuses.set_status(house.admin, another.id, "in_progress", "new")
        sharing.decline(house.pro, another.id)
        statuses.set_status(house.admin, another.id, "resolved", "in_progress")
    assert [asked(one) for one in (house.admin, house.tenant, house.pro)] == before


@pytest.mark.parametrize("query", ["faucet", "#1042", "1042", "alder kitchen"])
def test_it_is_found_by_title_number_and_place(house, query):
    house.shared(house.pro_tie)
    thread = thread_of(house.submitted(title="Loose shelf"))
    for person, account in ((house.admin, house.account.id), (house.pro, None)):
        found = [one for one in search(person, account, query).shown if one.category]
        assert [one.name for one in found] == ["Kitchen faucet leaking"]
    assert [
        one.thread_id
        for one in search(house.admin, house.account.id, "#1043").shown
        if one.category
    ] == [thread.id]


def test_the_number_is_shown_where_it_was_found_by(house):
    house.submitted()
    (found,) = (one for one in search(house.admin, house.account.id, "#1042").shown if one.category)
    assert found.aside.parts == [("#", False), ("1042", True)]
    (by_name,) = (
        one for one in search(house.admin, house.account.id, "faucet").shown if one.category
    )
    assert by_name.aside is None


def test_nobody_finds_what_was_never_theirs(house):
    house.shared(house.pro_tie)
    outsiders = (house.co_tie.user, house.neighbour.user, house.other_pro_tie.user)
    for person in outsiders:
        assert not [one for one in search(person, None, "faucet").shown if one.category]
        assert not [p for p in inbox.positions(person) if p.kind == "maintenance"]


WORDS = {
    "submitted": 'Priya submitted <b dir="auto">Kitchen faucet leaking</b>',
    "joined": '<b dir="auto">Tomasz Pro</b> joined, added by Daniel Foster',
    "status": "Status changed to <b>In progress</b> by Tomasz",
    "priority": "Priority changed to <b>High</b> by Daniel",
    "declined": '<b dir="auto">Tomasz Pro</b> declined this job',
    "proposed": "Tomasz proposed a visit <b><time",
    "agreed": "Visit set for <b><time",
    "called off": "Priya called off the visit <b><time",
    "archived": '<b dir="auto">Daniel</b> archived this request',
    "back": '<b dir="auto">Daniel</b> took this request back out of the archive',
}


def test_events_are_told_in_words(app: Flask):
    house = House()
    request = house.shared(house.pro_tie)
    statuses.set_status(house.pro, request.id, "in_progress", "new")
    statuses.set_priority(house.admin, request.id, "high", "normal")
    tomorrow = clock.now() + clock.DAY
    visit = visits.propose(house.pro, request.id, (tomorrow, tomorrow + clock.HOUR))
    visits.accept(house.tenant, request.id, visit.id)
    visits.call_off(house.tenant, request.id, visit.id)
    sharing.decline(house.pro, request.id)
    statuses.set_status(house.admin, request.id, "resolved", "in_progress")
    statuses.set_archived(house.admin, request.id, archived=True)
    statuses.set_archived(house.admin, request.id, archived=False)
    log = browser_of(app, house.admin).get(f"/threads/{thread_of(request).id}/messages").text
    assert [name for name, words in WORDS.items() if words not in log] == []
    theirs = browser_of(app, house.tenant).get(f"/threads/{thread_of(request).id}/messages").text
    assert [name for name, words in WORDS.items() if words not in theirs] == ["archived", "back"]


def test_how_far_each_has_read_is_told_to_the_others(house):
    request = house.shared(house.pro_tie)
    thread = thread_of(request)
    at = clock.now()
    first = factories.say(house.admin, thread, "He comes at ten.")
    reading.set_read_position(house.tenant, thread.id, first.id, at)
    second = factories.say(house.admin, thread, "Bring the small one.", "pros")
    reading.set_read_position(house.pro, thread.id, second.id, at + 1)

    def told(person: User) -> dict[str, tuple[int, int | None]]:
        readers = reading.readers(View.load(person, thread.id))
        return {one.person.first_name: (one.seq, one.at) for one in readers}

    assert told(house.admin) == {"Priya": (first.id, at), "Tomasz": (second.id, at + 1)}
    assert told(house.tenant) == {"Tomasz": (first.id, None)}
    assert told(house.pro) == {"Priya": (first.id, at)}


class Screen:
    """What the conversation of a request shows each of its people."""

    def __init__(self, app: Flask) -> None:
        self.app, self.house = app, House()
        self.request = self.house.shared(self.house.pro_tie)
        self.thread = thread_of(self.request)

    def of(self, person: User, address: str = "") -> str:
        answer = browser_of(self.app, person).get(address or f"/threads/{self.thread.id}")
        assert answer.status_code == 200, answer.status_code
        return str(answer.text)


@pytest.fixture
def screen(app: Flask) -> Screen:
    return Screen(app)


def test_the_pane_tells_what_the_request_is_and_who_is_in_it(screen):
    house = screen.house
    factories.member(house.account, "Maya Chen")
    pane = screen.of(house.admin, f"/threads/{screen.thread.id}/details")
    for words in ("Plan a visit", "Tomasz Pro", "You and Maya", "Shared with"):
        assert words in pane
    theirs = screen.of(house.tenant, f"/threads/{screen.thread.id}/details")
    assert "Tomasz Pro" in theirs
    assert "Maya" not in theirs, "who of the team reads along is the team's to know"
    assert "The team that looks after this" in theirs
    assert "priority-button" not in theirs
    assert f"Unit {house.office.unit.name[5:]} · Priya, Tomasz and your team" in screen.of(
        house.admin
    )
    assert "Priya, Tomasz" not in screen.of(house.pro)
    assert "status-button" in screen.of(house.pro, f"/threads/{screen.thread.id}/details")


def test_who_is_not_in_the_conversation_is_told_to_those_who_are_and_nobody_else(screen):
    house = screen.house
    Account.update(starts_conversation=False).where(Account.id == house.account.id).execute()
    silent = house.submitted(title="Loose shelf")
    sharing.share(house.admin, silent.id, [house.pro_tie.id])
    for person in (house.admin, house.pro):
        pane = screen.of(person, f"/threads/{thread_of(silent).id}/details")
        assert pane.count("not in the conversation") == 1
    page = screen.of(house.tenant, f"/maintenance/{silent.id}")
    assert "conversation" not in page.split("<main")[1].split("</main>")[0]


def test_pictures_of_the_request_stand_with_those_of_its_conversation(screen):
    for number, (message, request) in enumerate([(None, screen.request), (None, None)]):
        Attachment.create(
            thread=None, request=request, message=message, uploader=screen.house.tenant,
            client_id=str(number), kind="image", content_type="image/jpeg", name=f"{number}.jpg",
            size=1, sha256="", received="", storage_key=str(number), created_at=1,
        )  # fmt: skip
    pane = screen.of(screen.house.pro, f"/threads/{screen.thread.id}/details")
    assert "All 1" in pane
    gallery = screen.of(screen.house.pro, f"/threads/{screen.thread.id}/files")
    assert gallery.count("0.jpg") >= 1
    assert "1.jpg" not in gallery


def test_the_page_asks_as_often_for_many_people_and_messages_as_for_few(screen):
    house = screen.house

    def asked(person: User) -> int:
        browser = browser_of(screen.app, person)
        browser.get(f"/threads/{screen.thread.id}")  # what is asked once
        with count_queries() as queries:
            browser.get(f"/threads/{screen.thread.id}")
        return int(queries.count)

    people = (house.admin, house.tenant, house.pro)
    before = [asked(one) for one in people]
    for number in range(6):
        factories.member(house.account, f"Mate {number}")
        tie = factories.contact(house.account, f"Pro {number}", role=SERVICE_PRO)
        sharing.share(house.admin, screen.request.id, [tie.id])
        for _ in range(3):
            factories.say(tie.user, screen.thread, "Hello.")
            reading.set_read_position(tie.user, screen.thread.id, 2**62)
    assert [asked(one) for one in people] == before
    assert max(before) <= 45


def test_without_script_the_choice_goes_with_the_form_and_stays_when_that_is_refused(screen):
    desk = browser_of(screen.app, screen.house.admin)
    page = desk.get(f"/threads/{screen.thread.id}").text
    assert '<select name="audience" id="audience" form="composer"' in page
    assert '<form class="composer" id="composer" method="post"' in page
    form = {"body": " ", "client_id": str(uuid4()), "audience": "team"}
    address, navigating = f"/threads/{screen.thread.id}/messages", {"Sec-Fetch-Mode": "navigate"}
    answer = desk.post(address, data=form, headers=navigating)
    assert answer.status_code == 422
    assert '<option value="team" selected>' in answer.text
    sent = desk.post(address, data=form | {"body": "Between us."}, headers=navigating)
    assert sent.status_code == 303
    assert "Between us." not in screen.of(screen.house.tenant)
    assert "Between us." in screen.of(screen.house.admin)


def test_who_cannot_write_is_offered_no_choice(screen):
    viewer = factories.member(screen.house.account, "Vera View", rights=1)
    sharing.decline(screen.house.pro, screen.request.id)
    for person in (viewer, screen.house.pro):
        page = screen.of(person)
        assert 'name="audience"' not in page
        assert '<div id="readers" hidden></div>' in page


def test_a_note_of_the_team_is_marked_in_its_row_as_one(screen):
    factories.say(screen.house.admin, screen.thread, "Ask for a discount.", "team")
    address = "/messages?channel=maintenance-requests"
    assert "Team only: " in screen.of(screen.house.admin, address)
    theirs = screen.of(screen.house.tenant, address)
    assert "Team only: " not in theirs
    assert "joined, added by" in theirs
    factories.say(screen.house.admin, screen.thread, "He comes at ten.")
    assert "Team only: " not in screen.of(screen.house.admin, address)


def acts(screen: Screen, person: User) -> list[str]:
    """The words of the two buttons on the card, as somebody sees it on a phone."""
    page = screen.of(person).split('id="request-card"')[1].split("</section>")[0]
    row = page.partition('class="request-card-acts"')[2]
    return re.findall(r"</svg>([A-Z][a-z ]+)<|>(Another time)<", row)


def test_the_card_offers_each_what_they_do_most(screen):
    house, request = screen.house, screen.request
    tomorrow = clock.now() + clock.DAY

    def offered() -> dict[str, list[str]]:
        people = {"team": house.admin, "tenant": house.tenant, "pro": house.pro}
        found = {name: acts(screen, one) for name, one in people.items()}
        return {name: [a or b for a, b in words] for name, words in found.items()}

    assert offered() == {
        "team": ["Plan a visit", "Mark resolved"],
        "tenant": ["Propose a time", "Add photo"],
        "pro": ["Directions", "Mark resolved"],
    }
    asked = visits.propose(house.pro, request.id, (tomorrow, tomorrow + clock.HOUR), "Side door")
    assert offered()["tenant"] == ["Accept", "Another time"]
    assert offered()["team"] == ["Change visit", "Mark resolved"]
    visits.accept(house.tenant, request.id, asked.id)
    assert offered()["tenant"] == ["Change time", "Add photo"]
    assert "Side door" in screen.of(house.pro).split('id="request-card"')[1].split("</section>")[0]
    statuses.set_status(house.admin, request.id, "resolved", "new")
    assert offered() == {"team": [], "tenant": ["Add photo"], "pro": ["Directions"]}
    statuses.set_status(house.admin, request.id, "canceled", "resolved")
    assert offered() == {"team": [], "tenant": [], "pro": []}
