"""Visits: who proposes, accepts and calls off; the calendar file; reminders that come in time."""

from datetime import date

import pytest
from icalendar import Calendar

from models import clock
from models.connection import SERVICE_PRO
from models.errors import Conflict, Invalid, Missing, Refused
from models.leaving import disconnect
from models.maintenance import Visit
from models.outbox import REMIND, REMINDER, Outbox
from models.property import Property
from models.requests import reminders, sharing, statuses, visits
from models.requests.calendar import of_visit
from models.requests.submitting import submit
from models.requests.view import RequestView
from tests import factories
from tests.test_requests import House

NOW = clock.start_of(date(2026, 3, 6), "America/Los_Angeles") + 10 * clock.HOUR
TOMORROW = (NOW + clock.DAY, NOW + clock.DAY + clock.HOUR)
LATER = (NOW + 3 * clock.DAY, NOW + 3 * clock.DAY + clock.HOUR)


class Job(House):
    """A request with a tenant and a pro."""

    def __init__(self) -> None:
        super().__init__()
        self.request = submit(self.tenant, self.wanted(), NOW)[0]
        sharing.share(self.admin, self.request.id, [self.pro_tie.id], at=NOW)

    def propose(self, who, times=TOMORROW, seen=None, **other):
        return visits.propose(who, self.request.id, times, seen=seen, at=NOW, **other)

    def accept(self, who, visit):
        return visits.accept(who, self.request.id, visit.id, NOW)


@pytest.fixture
def job(bound) -> Job:
    return Job()


def test_a_pro_proposes_and_the_tenant_accepts(job):
    visit = job.propose(job.pro, note="Lockbox at the side door")
    assert visit.state == "proposed"
    for other in (job.pro, job.admin):
        with pytest.raises(Refused):
            job.accept(other, visit)
    assert job.accept(job.tenant, visit).state == "accepted"
    for person in (job.tenant, job.pro, job.admin):
        view = RequestView.load(person, job.request.id)
        assert (view.visit.state, view.visit.note) == ("accepted", "Lockbox at the side door")
        assert [one.told["state"] for one in view.changes if one.event == "visit"] == [
            "accepted",
            "proposed",
        ]


def test_a_tenant_answers_with_another_time(job):
    first = job.propose(job.pro)
    second = job.propose(job.tenant, LATER, seen=first.id)
    assert Visit.get_by_id(first.id).state == "replaced"
    with pytest.raises(Refused):
        job.accept(job.tenant, second)
    with pytest.raises(Conflict):
        job.accept(job.tenant, first)
    job.accept(job.pro, second)
    assert visits.pending(job.request.id).starts_at == LATER[0]


def test_two_who_propose_at_once_learn_of_each_other(job):
    job.propose(job.pro)
    with pytest.raises(Conflict, match="Tomasz just proposed another time"):
        job.propose(job.admin, LATER)
    visit = visits.pending(job.request.id)
    visits.call_off(job.tenant, job.request.id, visit.id, NOW)
    with pytest.raises(Conflict, match="called off"):
        job.propose(job.admin, LATER, seen=visit.id)


def test_without_a_tenant_there_is_nobody_to_ask(job):
    request = submit(job.admin, job.wanted(home=f"property:{job.office.place.id}"), NOW)[0]
    sharing.share(job.admin, request.id, [job.pro_tie.id], at=NOW)
    assert visits.propose(job.pro, request.id, TOMORROW, at=NOW).state == "accepted"


def test_who_may_plan_nothing(job):
    viewer = factories.member(job.account, "Vera View", rights=1)
    with pytest.raises(Refused):
        job.propose(viewer)
    for stranger in (job.neighbour.user, job.other_pro_tie.user):
        with pytest.raises(Missing):
            job.propose(stranger)
    statuses.set_status(job.pro, job.request.id, "resolved", "new", NOW)
    with pytest.raises(Refused, match="done"):
        job.propose(job.pro)


@pytest.mark.parametrize(
    "times",
    [
        (NOW + 9, NOW + 5),
        (NOW - 5, NOW + clock.HOUR),
        (NOW + 5, NOW + 2 * clock.DAY),
        (NOW + 500 * clock.DAY, NOW + 500 * clock.DAY + 5),
    ],
)
def test_times_that_cannot_be(job, times):
    with pytest.raises(Invalid):
        job.propose(job.pro, times)
    assert not Visit.select().exists()


def test_the_calendar_file_is_right_across_a_change_of_clocks(job):
    # On March 8, 2026, clocks in Los Angeles go from 2:00 to 3:00.
    Property.update(zone="America/Los_Angeles").execute()
    begins = clock.at_time(date(2026, 3, 8), 10 * 60 + 30, "America/Los_Angeles")
    visit = job.propose(job.pro, (begins, begins + clock.HOUR), note="Lockbox, side door")
    job.accept(job.tenant, visit)
    view = RequestView.load(job.tenant, job.request.id, NOW)
    file = of_visit(view, view.visit, "hallway.example", "https://hallway.example/maintenance/1")
    event = Calendar.from_ical(file).events[0]
    assert event.start.isoformat() == "2026-03-08T17:30:00+00:00"
    assert event.end.isoformat() == "2026-03-08T18:30:00+00:00"
    assert (event["status"], str(event["uid"])) == (
        "CONFIRMED",
        f"visit-{visit.id}@hallway.example",
    )
    assert "412 Alder St" in event["location"]
    visits.call_off(job.tenant, job.request.id, visit.id, NOW)
    view = RequestView.load(job.tenant, job.request.id, NOW)
    later = Calendar.from_ical(of_visit(view, view.visit, "hallway.example", "x")).events[0]
    assert (later["status"], later["uid"]) == ("CANCELLED", event["uid"])
    assert later["sequence"] > event["sequence"]


def uid_of(job):
    view = RequestView.load(job.tenant, job.request.id, NOW)
    file = Calendar.from_ical(of_visit(view, view.visit, "hallway.example", "x"))
    return str(file.events[0]["uid"]), file.events[0]["sequence"]


def test_a_changed_time_takes_the_place_of_the_one_before_in_a_calendar(job):
    first = job.propose(job.pro)
    uid, sequence = uid_of(job)
    second = job.propose(job.tenant, LATER, seen=first.id)
    assert uid_of(job)[0] == uid
    assert uid_of(job)[1] > sequence
    # Once it is over, the next is another one; so is what comes after one that was called off.
    over = LATER[1] + clock.HOUR
    times = (over + clock.DAY, over + clock.DAY + clock.HOUR)
    third = visits.propose(job.pro, job.request.id, times, seen=second.id, at=over)
    assert uid_of(job)[0] != uid
    visits.call_off(job.pro, job.request.id, third.id, over)
    fourth = visits.propose(job.pro, job.request.id, times, at=over)
    assert uid_of(job)[0] == f"visit-{fourth.id}@hallway.example"


def test_canceling_calls_off_the_visit_to_come(job):
    job.accept(job.tenant, job.propose(job.pro))
    statuses.set_status(job.tenant, job.request.id, "canceled", "new", NOW)
    for person in (job.tenant, job.pro, job.admin):
        view = RequestView.load(person, job.request.id)
        assert view.visit.state == "called_off"
        assert [one.event for one in view.changes][:2] == ["changed", "visit"]
    statuses.set_status(job.admin, job.request.id, "new", "canceled", NOW)
    assert visits.pending(job.request.id) is None


def test_what_has_begun_is_not_called_off_by_canceling(job):
    visit = job.propose(job.pro)
    statuses.set_status(job.admin, job.request.id, "canceled", "new", visit.starts_at)
    assert RequestView.load(job.pro, job.request.id).visit.state == "proposed"


def test_a_visit_still_to_come_is_no_plan_once_all_is_done(job):
    visit = job.propose(job.pro)
    job.accept(job.tenant, visit)
    statuses.set_status(job.pro, job.request.id, "resolved", "new", NOW)

    def planned(at):
        return RequestView.load(job.tenant, job.request.id, at).planned

    assert planned(NOW) is None
    assert planned(visit.starts_at) == visit, "it was there, after all"
    statuses.set_status(job.admin, job.request.id, "in_progress", "resolved", NOW)
    assert planned(NOW) == visit


@pytest.mark.parametrize("go", ["decline", "unshare", "disconnect"])
def test_a_pro_who_goes_calls_off_the_visit_they_would_have_made(job, go):
    other = job.other_pro_tie
    sharing.share(job.admin, job.request.id, [other.id], at=NOW)
    asked = job.propose(job.tenant)
    job.accept(job.pro, asked)
    sharing.decline(other.user, job.request.id, NOW)
    assert visits.pending(job.request.id), "of another pro"
    if go == "decline":
        sharing.decline(job.pro, job.request.id, NOW)
    elif go == "unshare":
        sharing.unshare(job.admin, job.request.id, job.pro_tie.id, NOW)
    else:
        disconnect(job.pro, job.pro_tie.id, NOW)
    assert visits.pending(job.request.id) is None
    for person in (job.tenant, job.pro):
        assert RequestView.load(person, job.request.id).visit.state == "called_off"


@pytest.mark.parametrize("earlier", [False, True])
def test_who_comes_later_sees_the_visit_there_is_and_none_that_was_called_off(job, earlier):
    visit = job.propose(job.admin, note="Lockbox")
    sharing.share(job.admin, job.request.id, [job.other_pro_tie.id], earlier, NOW)
    new = job.other_pro_tie.user
    assert RequestView.load(new, job.request.id).visit == visit
    visits.call_off(job.admin, job.request.id, visit.id, NOW)
    assert RequestView.load(new, job.request.id).visit == visit
    sharing.share(job.admin, job.request.id, [job.co_tie.id], earlier, NOW)
    seen = RequestView.load(job.co_tie.user, job.request.id).visit
    assert seen == (visit if earlier else None)


def test_a_visit_of_the_team_stays_when_a_pro_goes(job):
    job.accept(job.tenant, job.propose(job.admin))
    sharing.decline(job.pro, job.request.id, NOW)
    assert visits.pending(job.request.id)


def rows(kind):
    return list(Outbox.select().where(Outbox.kind == kind).order_by(Outbox.due_at, Outbox.id))


def test_reminders_come_a_day_and_an_hour_before(job):
    soon = job.propose(job.pro, (NOW + 2 * clock.HOUR, NOW + 3 * clock.HOUR))
    job.accept(job.tenant, soon)
    assert [row.due_at for row in rows(REMINDER)] == [NOW + clock.HOUR]
    later = job.propose(job.admin, LATER, seen=soon.id)
    job.accept(job.tenant, later)
    assert [row.due_at for row in rows(REMINDER)][1:] == [
        LATER[0] - clock.DAY,
        LATER[0] - clock.HOUR,
    ]
    replaced, day_before, _ = rows(REMINDER)
    reminders.fan_out(claimed(replaced), replaced.due_at)
    assert rows(REMIND) == []
    reminders.fan_out(claimed(day_before), day_before.due_at)
    reminded = rows(REMIND)
    assert {row.user_id for row in reminded} == {job.tenant.id, job.pro.id, job.admin.id}
    assert all(reminders.reminded(row, day_before.due_at) for row in reminded)
    sharing.unshare(job.admin, job.request.id, job.pro_tie.id, day_before.due_at)
    told = {row.user_id for row in reminded if reminders.reminded(row, day_before.due_at)}
    assert told == {job.tenant.id, job.admin.id}


def claimed(row):
    Outbox.update(lease="mine").where(Outbox.id == row.id).execute()
    return Outbox.get_by_id(row.id)


def test_who_left_sees_the_visit_as_it_was_then(job):
    visit = job.propose(job.admin)
    sharing.decline(job.pro, job.request.id, NOW)
    visits.call_off(job.admin, job.request.id, visit.id, NOW)
    other = factories.contact(job.account, "New Pro", role=SERVICE_PRO)
    sharing.share(job.admin, job.request.id, [other.id], at=NOW)
    visits.propose(other.user, job.request.id, LATER, at=NOW)
    seen = RequestView.load(job.pro, job.request.id).visit
    assert (seen.starts_at, seen.state) == (TOMORROW[0], "proposed")
