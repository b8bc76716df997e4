"""Mails about requests: who is told of what, once, and nobody of what is not theirs."""

import pytest
from flask import Flask
from icalendar import Calendar

from blueprints import mailing
from blueprints.dispatcher import dispatch_due
from models import clock, permissions, preferences, reading, teammates
from models.account import Account
from models.connection import Connection
from models.database import OPEN
from models.errors import Invalid, Refused
from models.leaving import disconnect
from models.outbox import NEWS, Outbox
from models.requests import settings, sharing, statuses, visits
from models.requests.submitting import submit
from models.user import User
from tests import factories
from tests.mailbox import Read, mails
from tests.test_requests import House, thread_of

MINUTE = clock.MINUTE


@pytest.fixture
def house(app: Flask) -> House:
    return House()


class Post:
    """What was mailed since it was asked last, by who got it."""

    def __init__(self, app: Flask) -> None:
        self.app: Flask = app
        self.seen: set[str] = set()

    def __call__(self, after: int = 3 * MINUTE) -> dict[str, Read]:
        dispatch_due(self.app)
        found = mails(self.app, clock.now() + after)
        fresh = [one for one in found if one.message["Message-ID"] not in self.seen]
        self.seen.update(one.message["Message-ID"] for one in fresh)
        assert len({one.to for one in fresh}) == len(fresh), "somebody was told twice"
        return {one.to: one for one in fresh}


@pytest.fixture
def post(app: Flask) -> Post:
    return Post(app)


def subjects(found: dict[str, Read], *people: User) -> list[str]:
    assert set(found) == {person.email for person in people}
    return [found[person.email].subject for person in people]


def test_the_team_is_told_of_a_new_request_and_nobody_else(house, post):
    elsewhere = factories.property_of(house.account, "Elm Court")
    factories.member(house.account, "Ella Away", properties=[elsewhere])
    factories.member(house.account, "Paul Weak", rights={"tenants": 2})
    viewer = factories.member(house.account, "Vera View", rights=1)
    submit(house.tenant, house.wanted(priority="urgent", description="Water everywhere."))
    found = post()
    assert subjects(found, house.admin, viewer) == ["Urgent request: Kitchen faucet leaking"] * 2
    mail = found[house.admin.email]
    assert "Water everywhere." in mail.text
    assert "List-Unsubscribe" in mail.message
    assert post() == {}


def settings_say(house: House, first: User | None) -> None:
    settings.tell_first(house.admin, house.account.id, first.id if first else None)


def test_who_is_to_be_told_first_is_and_the_others_an_hour_later_if_it_is_still_new(house, post):
    daniel = factories.member(house.account, "Daniel First")
    settings_say(house, daniel)
    taken, _ = submit(house.tenant, house.wanted(title="Taken in hand"))
    assert subjects(post(), daniel) == ["New request: Taken in hand"]
    submit(house.tenant, house.wanted(title="Left lying"))
    assert subjects(post(), daniel) == ["New request: Left lying"]
    statuses.set_status(daniel, taken.id, "in_progress", "new")
    assert set(post(after=59 * MINUTE)) == {house.tenant.email}
    assert subjects(post(after=63 * MINUTE), house.admin) == ["New request: Left lying"]


def test_of_an_urgent_request_everybody_is_told_at_once(house, post):
    daniel = factories.member(house.account, "Daniel First")
    settings_say(house, daniel)
    submit(house.tenant, house.wanted(priority="urgent"))
    assert set(post()) == {house.admin.email, daniel.email}


@pytest.mark.parametrize("loss", ["leaves", "rights", "place"])
def test_nobody_waits_for_somebody_who_cannot_see_the_request(house, post, loss):
    daniel = factories.member(house.account, "Daniel First")
    settings_say(house, daniel)
    tie = Connection.get(Connection.user == daniel)
    if loss == "leaves":
        teammates.remove(house.admin, tie.id)
    elif loss == "rights":
        permissions.set_levels(house.admin, tie.id, {"maintenance-requests": 0})
    else:
        elsewhere = factories.property_of(house.account, "Elm Court")
        permissions.set_places(house.admin, tie.id, [str(elsewhere.id)])
    submit(house.tenant, house.wanted())
    assert set(post()) == {house.admin.email}


def test_only_who_may_see_requests_can_be_told_first(house):
    weak = factories.member(house.account, "Paul Weak", rights={"tenants": 2})
    for stranger in (weak, house.tenant, house.pro):
        with pytest.raises(Invalid):
            settings_say(house, stranger)
    with pytest.raises(Refused):
        settings.tell_first(weak, house.account.id, None)


def test_who_is_added_is_told_and_what_went_before_is_not_told_them(house, post):
    request = house.submitted()
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    post()
    sharing.share(house.admin, request.id, [house.pro_tie.id])
    assert subjects(post(), house.pro) == ["Harbor Homes has a job for you: Kitchen faucet leaking"]


def test_a_status_is_told_to_the_others_in_one_mail(house, post):
    request = house.shared(house.pro_tie)
    post()
    statuses.set_status(house.pro, request.id, "in_progress", "new")
    statuses.set_status(house.pro, request.id, "resolved", "in_progress")
    found = post()
    assert subjects(found, house.admin, house.tenant) == ["Kitchen faucet leaking: 2 changes"] * 2
    for mail in found.values():
        assert mail.text.index("In progress") < mail.text.index("Resolved")


def test_canceling_is_told_to_those_whose_sharing_it_ended(house, post):
    request = house.shared(house.pro_tie)
    post()
    statuses.set_status(house.admin, request.id, "canceled", "new")
    statuses.set_priority(house.admin, request.id, "urgent", "normal")
    found = post()
    assert (
        subjects(found, house.tenant, house.pro)
        == ["Kitchen faucet leaking: Daniel changed the status to Canceled"] * 2
    )


def test_an_account_may_tell_tenants_no_status(house, post):
    request = house.shared(house.pro_tie)
    post()
    Account.update(tells_status=False).execute()
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    subjects(post(), house.pro)


def test_nothing_is_told_that_was_read_taken_away_or_not_wanted(house, post):
    request = house.shared(house.pro_tie, house.other_pro_tie)
    post()
    preferences.stop(house.other_pro_tie.user_id, preferences.MAINTENANCE)
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    reading.set_read_position(house.tenant, thread_of(request).id, OPEN)
    dispatch_due(post.app)
    assert Outbox.select().where(Outbox.kind == NEWS, Outbox.done_at.is_null()).count() == 1
    sharing.unshare(house.admin, request.id, house.pro_tie.id)
    # Who was taken off since keeps what was theirs until then.
    assert set(post()) == {house.pro.email}
    statuses.set_status(house.admin, request.id, "resolved", "in_progress")
    assert set(post()) == {house.tenant.email}


def test_disconnecting_stops_what_was_on_its_way(house, post):
    request = house.shared(house.pro_tie, house.other_pro_tie)
    post()
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    disconnect(house.admin, house.pro_tie.id)
    dispatch_due(post.app)
    disconnect(house.other_pro_tie.user, house.other_pro_tie.id)
    subjects(post(), house.tenant)
    # Also for whom canceling had ended the sharing before.
    statuses.set_status(house.admin, request.id, "canceled", "in_progress")
    disconnect(house.admin, house.tie.id)
    assert not post()


def test_what_comes_while_a_mail_is_on_its_way_gets_one_of_its_own(house, post, monkeypatch):
    request = house.shared(house.pro_tie)
    post()
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    hand_over = mailing.hand_over
    done = []

    def slow(letter, name):
        if letter.recipients == [house.pro.email] and not done:
            done.append(statuses.set_status(house.admin, request.id, "resolved", "in_progress"))
        return hand_over(letter, name)

    monkeypatch.setattr(mailing, "hand_over", slow)
    dispatch_due(post.app)
    mails(post.app, clock.now() + 3 * MINUTE)
    sent = mails(post.app, clock.now() + 6 * MINUTE)
    told = [mail.subject for mail in sent if mail.to == house.pro.email][1:]
    assert told == [
        "Kitchen faucet leaking: Daniel changed the status to In progress",
        "Kitchen faucet leaking: Daniel changed the status to Resolved",
    ]


def test_a_visit_comes_with_its_file_for_the_calendar(house, post):
    request = house.shared(house.pro_tie)
    post()
    begins = clock.now() + 3 * clock.DAY
    visit = visits.propose(house.pro, request.id, (begins, begins + clock.HOUR))
    found = post()
    assert "proposed a visit" in found[house.tenant.email].subject
    visits.accept(house.tenant, request.id, visit.id)
    found = post()
    assert set(found) == {house.pro.email, house.admin.email}
    (enclosed,) = found[house.pro.email].message.iter_attachments()
    event = Calendar.from_ical(enclosed.get_content().encode()).events[0]
    assert (enclosed.get_content_type(), event["status"]) == ("text/calendar", "CONFIRMED")


def test_reminders_are_mailed(house, post):
    request = house.shared(house.pro_tie)
    begins = clock.now() + 3 * clock.DAY
    visit = visits.propose(house.pro, request.id, (begins, begins + clock.HOUR))
    visits.accept(house.tenant, request.id, visit.id)
    post()
    found = post(2 * clock.DAY + MINUTE)
    assert set(found) == {house.pro.email, house.tenant.email}
    assert all(mail.subject.startswith("Reminder: Kitchen") for mail in found.values())
    assert post(2 * clock.DAY + 2 * MINUTE) == {}
    statuses.set_status(house.pro, request.id, "resolved", "new")
    assert not [m for m in post(3 * clock.DAY - MINUTE).values() if m.subject.startswith("Rem")]


def test_without_a_conversation_the_mail_leads_to_the_request(house, post):
    Account.update(starts_conversation=False).execute()
    request = house.submitted()
    assert post()[house.admin.email].path == f"/maintenance/{request.id}"
    statuses.set_status(house.admin, request.id, "in_progress", "new")
    assert post()[house.tenant.email].path == f"/maintenance/{request.id}"


def test_who_submitted_it_is_told_that_they_were_added_to_its_conversation(house, post):
    Account.update(starts_conversation=False).execute()
    request = house.submitted()
    post()
    sharing.start_conversation(house.admin, request.id)
    mail = post()[house.tenant.email]
    assert mail.subject == "Harbor Homes added you to the conversation: Kitchen faucet leaking"
    assert "added you to the conversation" in mail.text
    assert "shared" not in mail.text
