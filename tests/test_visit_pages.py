"""Planning a visit through its pages: the dialog, the answer, the file for calendars."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from models import clock
from models.maintenance import MaintenanceRequest, Visit
from models.property import Property
from models.requests import visits
from tests.signed_in import browser_of
from tests.test_requests import House

ZONE = "America/Los_Angeles"


@pytest.fixture
def house(app) -> House:
    return House()


@pytest.fixture
def request_(house) -> MaintenanceRequest:
    Property.update(zone=ZONE).execute()
    return house.shared(house.pro_tie)


@pytest.fixture
def at(request_):
    return f"/maintenance/{request_.id}"


def tomorrow() -> str:
    return f"{clock.to_datetime(clock.now(), ZONE) + timedelta(days=1):%Y-%m-%d}"


def typed(**other):
    return {"day": tomorrow(), "begins": "10:30", "ends": "11:30", "note": "Side door"} | other


def test_a_time_is_proposed_accepted_and_taken_into_a_calendar(app, house, at):
    pro, tenant = browser_of(app, house.pro), browser_of(app, house.tenant)
    assert "Plan a visit" in pro.get(f"{at}/visit").text
    assert pro.get(f"{at}/visit.ics").status_code == 404
    assert pro.post(f"{at}/visits", data=typed()).status_code == 303
    visit = Visit.get()
    local = clock.to_datetime(visit.starts_at, ZONE)
    assert (f"{local:%Y-%m-%d %H:%M}", visit.note) == (f"{tomorrow()} 10:30", "Side door")
    page = tenant.get(f"{at}/visit").text
    assert "Change the visit" in page
    assert 'value="10:30"' in page
    assert pro.post(f"{at}/visits/{visit.id}/accept").status_code == 403
    assert tenant.post(f"{at}/visits/{visit.id}/accept").status_code == 303
    answer = tenant.get(f"{at}/visit.ics")
    assert answer.mimetype == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    event = Calendar.from_ical(answer.data).events[0]
    assert (event["status"], int(event.start.timestamp())) == (
        "CONFIRMED",
        visit.starts_at // 1000,
    )
    assert tenant.post(f"{at}/visits/{visit.id}/call-off").status_code == 303
    event = Calendar.from_ical(tenant.get(f"{at}/visit.ics").data).events[0]
    assert event["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"day": ""}, "Choose a day"),
        ({"day": "2026-02-30"}, "Choose a day"),
        ({"day": "2020-01-01"}, "passed"),
        ({"begins": "x"}, "from when to when"),
        ({"begins": "12:00"}, "before it begins"),
        ({"note": "x" * 300}, "at most 200"),
    ],
)
def test_what_cannot_be_keeps_what_was_typed(app, house, at, wrong, sentence):
    answer = browser_of(app, house.pro).post(f"{at}/visits", data=typed(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.text
    for value in typed(**wrong).values():
        assert f'value="{value}"' in answer.text
    told = browser_of(app, house.pro).post(
        f"{at}/visits", data=typed(**wrong), headers={"Accept": "application/json"}
    )
    assert told.status_code == 422
    assert sentence in told.text
    assert not Visit.select().exists()


def test_nobody_overwrites_a_time_unseen(app, house, request_, at):
    pro, admin = browser_of(app, house.pro), browser_of(app, house.admin)
    pro.post(f"{at}/visits", data=typed())
    answer = admin.post(f"{at}/visits", data=typed(begins="11:00"))
    assert answer.status_code == 409
    assert "Tomasz just proposed another time." in answer.text
    seen = visits.pending(request_.id).id
    assert admin.post(f"{at}/visits", data=typed(begins="11:00", seen=seen)).status_code == 303
    assert Visit.get_by_id(seen).state == "replaced"


def test_the_times_of_the_tenant_are_offered(app, house):
    begins = clock.start_of(clock.to_datetime(clock.now(), "UTC").date(), "UTC") + 2 * clock.DAY
    request = house.submitted()
    MaintenanceRequest.update(windows=f"[[{begins}, {begins + clock.HOUR}]]").where(
        MaintenanceRequest.id == request.id
    ).execute()
    page = browser_of(app, house.admin).get(f"/maintenance/{request.id}/visit").text
    day = clock.to_datetime(begins, "UTC")
    assert "Suits the tenant" in page
    assert f'data-day="{day:%Y-%m-%d}"' in page
