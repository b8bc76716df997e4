"""Every route for everybody, in every relation to one contact: shown, refused, or not there.

The table below is held against the address map: a route without an entry fails. What is theirs
to see but not to do is refused with 403, what is not theirs does not exist (404), and whoever is
not signed in is asked to. Where nothing is theirs, no page says the contact's name or words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from models.connection import SERVICE_PRO
from models.database import db
from tests.factories import tie_of
from tests.signed_in import browser_of
from tests.standing import (
    ASKED,
    NAME,
    NOTHING,
    PEOPLE,
    READS,
    SCENARIOS,
    SECRET,
    TEAM,
    WRITES,
    Standing,
)
from tests.standing import (
    TEAM as STAFF,
)

# How everybody stands to what a route is about: the thread, the contact, and so on.
Levels = Mapping[str, str]
EVERYBODY: Levels = dict.fromkeys(PEOPLE, WRITES)
SIGNED_IN: Levels = dict.fromkeys(PEOPLE[1:], WRITES)
# A link that nobody was sent; something that is over, as an upload that was sent.
NOBODY: Levels = {}
CONTACTS: Levels = dict.fromkeys(
    ("admin", "manages", "no tenants", "listed", "elsewhere", "other admin"), WRITES
) | {"views": READS}
PLACES: Levels = CONTACTS | dict.fromkeys(("listed", "elsewhere"), READS)
GATHERING: Levels = dict.fromkeys(
    ("admin", "manages", "listed", "elsewhere", "other admin"), WRITES
) | {"views": READS}
PROPERTY: Levels = dict.fromkeys(("admin", "manages", "no tenants", "listed"), WRITES) | {
    "views": READS
}
REQUESTING: Levels = dict.fromkeys(
    (
        "admin",
        "manages",
        "no tenants",
        "listed",
        "elsewhere",
        "other admin",
        "neighbour",
        "themself",
    ),
    WRITES,
)
MEMBER: Levels = dict.fromkeys(TEAM, READS) | {"admin": WRITES}
OWN_TEAM: Levels = MEMBER | {"other admin": WRITES}
# Who sees no requests as one of a team has no list of them; a contact always has one.
MAINTENANCE: Levels = {one: WRITES for one in SIGNED_IN if one != "powerless"}
ON_A_TEAM: Levels = dict.fromkeys(OWN_TEAM, WRITES)


def thread(world: Standing) -> Levels:
    return world.scenario.sight


def contact(world: Standing) -> Levels:
    return world.scenario.keeping


def face(world: Standing) -> Levels:
    """Who sees the photo of the contact: themself, and who sees a conversation they are in."""
    asked = request(world) if world.scenario.asked else {}
    return {**asked, **world.scenario.sight, "themself": WRITES}


def connection(world: Standing) -> Levels:
    """Who may end the connection from the conversation: the contact, and who keeps contacts."""
    return {
        one: WRITES if one == "themself" else world.keeping(one) for one in world.scenario.sight
    }


def request(world: Standing) -> Levels:
    return {one: world.asking(one) for one in PEOPLE}


def managing(world: Standing) -> Levels:
    """What only the team does to a request; its contacts see it and are refused."""
    return request(world) | ({"themself": READS} if world.asking("themself") else {})


def declining(world: Standing) -> Levels:
    """Only a pro leaves a job by declining it, while they have it."""
    declines = world.scenario.role == SERVICE_PRO and world.asking("themself") == WRITES
    seeing = {one: READS for one, level in request(world).items() if level}
    return seeing | ({"themself": WRITES} if declines else {})


def canceling(world: Standing) -> Levels:
    """The team, and the tenant whose request it is."""
    is_pro = world.scenario.role == SERVICE_PRO
    return managing(world) if is_pro else request(world)


def a_status(world: Standing) -> Mapping[str, Any]:
    """One that the contact may set."""
    own = "in_progress" if world.scenario.role == SERVICE_PRO else "canceled"
    return {"status": own, "was": "new"}


def nothing_typed(_: Standing) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Route:
    """What a route is about, what it needs, and how who may is answered."""

    about: Levels | Callable[[Standing], Levels]
    status: int | tuple[int, ...] = 200
    form: Callable[[Standing], Mapping[str, Any]] = nothing_typed
    query: str = ""
    needs: str = WRITES


def reads(about: Any, status: int | tuple[int, ...] = 200, **more: Any) -> Route:
    """A route for which it is enough to see what it is about."""
    return Route(about, status, needs=READS, **more)


DONE = (200, 303)  # the next dialog, or back to the list with a notice
OF_SOME = (200, 303, 404)  # only contacts of one role have it

TEAM: Levels = dict.fromkeys(STAFF, WRITES) | {"other admin": WRITES}
ADMINS: Levels = dict.fromkeys(STAFF, READS) | dict.fromkeys(("admin", "other admin"), WRITES)

ROUTES = {
    "GET static": Route(EVERYBODY),
    "GET health.healthz": Route(EVERYBODY),
    "GET help.answers": Route(EVERYBODY),
    "GET pwa.manifest": Route(EVERYBODY),
    "GET pwa.worker": Route(EVERYBODY),
    "GET pwa.offline": Route(EVERYBODY),
    "POST pwa.share": Route(EVERYBODY, 303),
    "GET auth.sign_in": Route(EVERYBODY, (200, 302)),
    "POST auth.sign_in_by_password": Route(EVERYBODY, 422),
    "POST auth.sign_out": Route(EVERYBODY, 302),
    "GET auth.forgot": Route(EVERYBODY),
    "POST auth.mail_reset_link": Route(EVERYBODY, 422),
    "POST auth.mail_sign_in_link": Route(EVERYBODY, 422),
    "GET auth.sign_up": Route(EVERYBODY),
    "POST auth.mail_sign_up_link": Route(EVERYBODY, 422),
    "GET links.show": Route(NOBODY),
    "POST links.use": Route(NOBODY),
    "GET invitations.show": Route(NOBODY),
    "POST invitations.answer": Route(NOBODY),
    "POST invitations.decline": Route(NOBODY),
    "GET notifications.offer": Route(NOBODY),
    "POST notifications.unsubscribe": Route(NOBODY),
    "GET dev_mail.all_mails": Route(EVERYBODY),
    "GET dev_mail.one_mail": Route(NOBODY),
    "GET dev_mail.html_of_mail": Route(NOBODY),
    "GET dashboard.home": Route(SIGNED_IN, (200, 302)),
    "GET threads.messages": Route(SIGNED_IN),
    "GET threads.rows": Route(SIGNED_IN),
    "GET threads.badge": Route(SIGNED_IN),
    "GET saved.changes": Route(SIGNED_IN),
    "GET search.index": Route(SIGNED_IN, query="?q=quillfeather"),
    "GET settings.index": Route(SIGNED_IN, 302),
    "GET settings.show_profile": Route(SIGNED_IN),
    "POST settings.update_profile": Route(SIGNED_IN, 422),
    "GET settings.password_form": Route(SIGNED_IN, 302),
    "POST settings.change_password": Route(SIGNED_IN, 422),
    "GET settings.devices": Route(SIGNED_IN),
    "POST settings.sign_out_device": Route(NOBODY),
    "POST settings.sign_out_all": Route(SIGNED_IN, 303),
    "POST accounts.show": Route(TEAM, 303),
    "GET accounts.new": Route(SIGNED_IN),
    "POST accounts.open_another": Route(SIGNED_IN, 422),
    "GET accounts.settings": Route(TEAM),
    "POST accounts.rename": Route(ADMINS, 422),
    "GET accounts.hours": Route(SIGNED_IN, 302),
    "POST accounts.set_hours": Route(ADMINS, 303),
    "GET accounts.mode": Route(ADMINS, query="?mode=landlord"),
    "POST accounts.switch_mode": Route(ADMINS, 303, lambda _: {"mode": "landlord"}),
    "GET accounts.successors": Route(ADMINS),
    "POST accounts.hand_over": Route(ADMINS, 422),
    "GET accounts.closing_form": Route(ADMINS),
    "POST accounts.close": Route(ADMINS, 422),
    "GET maintenance_settings.show": Route(TEAM),
    "POST maintenance_settings.change": Route(
        ADMINS, 303, lambda _: {"setting": "starts_conversation", "on": "no"}
    ),
    "POST maintenance_settings.tell_first": Route(ADMINS, 303),
    "GET notifications.show": Route(SIGNED_IN),
    "POST notifications.save": Route(SIGNED_IN, 422),
    "GET threads.show": reads(thread),
    "GET threads.details": reads(thread),
    "GET messages.page": reads(thread),
    "GET messages.people": reads(thread),
    "PUT messages.read": reads(thread, 204, form=lambda w: {"seq": w.message.id}),
    "GET groups.new": Route(GATHERING, query="?channel=tenants"),
    "POST groups.create": Route(GATHERING, 422, lambda _: {"channel": "tenants"}),
    # A dialogue is no group: tests/test_group_pages.py has those.
    "GET groups.edit": Route(NOBODY),
    "POST groups.save": Route(NOBODY),
    "GET marks.menu": reads(thread),
    "GET marks.mute_dialog": reads(thread),
    "POST marks.mute": reads(thread, 303, form=lambda _: {"how": "1h"}),
    "POST marks.unmute": reads(thread, 303),
    "POST marks.pin": reads(thread, 303),
    "POST marks.unpin": reads(thread, 303),
    "POST marks.mark_unread": reads(thread, 303),
    "POST marks.mark_read": reads(thread, 303),
    "GET marks.clear_dialog": reads(thread),
    "POST marks.clear": reads(thread, 303),
    "GET files.listing": reads(thread),
    "GET files.content": reads(thread),
    "GET files.thumbnail": reads(thread),
    "DELETE files.remove": Route(NOBODY),
    "GET files.known": Route(thread, 204),
    "PUT files.upload": Route(thread, 422, query="?name=a.txt"),
    "GET submitting.new": Route(REQUESTING),
    "GET submitting.people": Route(REQUESTING, 422),
    "GET submitting.known": Route(REQUESTING, 204),
    "PUT submitting.upload": Route(REQUESTING, 422, query="?name=a.txt"),
    "POST submitting.submit": Route(REQUESTING, 422, lambda _: {"client_id": uuid4()}),
    "POST messages.send": Route(thread, 201, lambda _: {"body": "Hello.", "client_id": uuid4()}),
    "GET maintenance.index": Route(MAINTENANCE, query="?tab=all&q=tap"),
    "GET maintenance.open_ones": Route(SIGNED_IN),
    "GET maintenance.show": reads(request),
    "POST request_acts.set_status": Route(request, 303, a_status),
    "POST request_acts.set_priority": Route(
        managing, 303, lambda _: {"priority": "high", "was": "normal"}
    ),
    "POST request_acts.set_archived": Route(managing, 303),
    "GET request_acts.cancel_dialog": Route(canceling),
    "GET request_acts.decline_dialog": Route(declining),
    "POST request_acts.decline": Route(declining, 303),
    "GET sharing.choose": Route(managing),
    "POST sharing.share": Route(managing, 422),
    # Only from whom it is shared with it can be taken back.
    "GET sharing.confirm_removal": Route(managing, (200, 404)),
    "POST sharing.remove": Route(managing, (303, 404)),
    # It has begun where somebody else is in it.
    "POST request_acts.start": Route(managing, (303, 409)),
    "GET visits.plan": Route(request),
    "POST visits.propose": Route(request, 422),
    # A visit that nobody proposed: tests/test_visit_pages.py has those.
    "POST visits.accept": Route(request, 404),
    "POST visits.call_off": Route(request, 404),
    "GET visits.file": Route(NOBODY),
    "GET connecting.invitation": Route(contact),
    "POST connecting.invite": Route(contact, DONE, lambda _: {"email": "somebody@example.com"}),
    "POST connecting.revoke": Route(contact, DONE),
    "POST connecting.copy_link": Route(contact, DONE),
    "GET contact.show": reads(contact),
    "GET contact.edit": Route(contact),
    "POST contact.save": Route(contact, DONE),
    "GET contact.owned": Route(contact, OF_SOME),
    "POST contact.save_owned": Route(contact, OF_SOME, lambda w: {"properties": w.office.place.id}),
    "POST contact.stay": Route(contact, OF_SOME),
    "GET homes.new": Route(contact, OF_SOME),
    "POST homes.add": Route(contact, (422, 404)),
    "GET homes.edit": Route(contact, OF_SOME),
    "POST homes.save": Route(contact, (422, 404)),
    "POST homes.remove": Route(contact, OF_SOME),
    "GET disconnecting.ask_for_contact": Route(contact, (200, 409)),
    "POST disconnecting.end_contact": Route(contact, (303, 409)),
    "GET disconnecting.ask_in_thread": Route(connection, (200, 409)),
    "POST disconnecting.end_in_thread": Route(connection, (303, 409)),
    "GET photos.large": reads(face, 302),
    "GET photos.small": reads(face, 302),
    "GET photos.form": Route(SIGNED_IN, 302),
    "POST photos.choose": Route(SIGNED_IN, 422),
    "POST photos.remove": Route(SIGNED_IN, 303),
    "GET contacts.index": reads(CONTACTS),
    "GET properties.index": reads(CONTACTS),
    "GET contacts.new": Route(CONTACTS),
    "POST contacts.add": Route(CONTACTS, 422),
    "GET importing.form": Route(CONTACTS),
    "GET importing.template": Route(CONTACTS),
    "POST importing.bring": Route(CONTACTS, 422),
    # A file that nobody brought.
    "GET importing.preview": Route(CONTACTS, 404),
    "GET importing.faults": Route(CONTACTS, 404),
    "POST importing.bring_in": Route(CONTACTS, 404),
    "GET importing.report": Route(CONTACTS, 404),
    "GET properties.new": Route(PLACES),
    "POST properties.add": Route(PLACES, 422),
    "POST properties.add_unit": Route(PROPERTY, 422),
    "GET properties.edit": Route(PROPERTY),
    "POST properties.save": Route(PROPERTY, 422),
    "POST properties.remove": Route(PROPERTY, (403, 409)),
    "GET properties.edit_unit": Route(PROPERTY),
    "POST properties.rename_unit": Route(PROPERTY, 422),
    "POST properties.remove_unit": Route(PROPERTY, 409),
    "GET team.index": reads(ON_A_TEAM),
    "GET team.confirm_leaving": Route(ON_A_TEAM),
    "POST team.leave": Route(ON_A_TEAM, 303),
    "GET team.new": Route(OWN_TEAM),
    "POST team.add": Route(OWN_TEAM, 422),
    "POST team.change": Route(MEMBER, 303),
    "GET team.properties": Route(MEMBER),
    "POST team.limit": Route(MEMBER, 303),
    "GET team.confirm_removal": Route(MEMBER),
    "POST team.remove": Route(MEMBER, 303),
}
"""What each route is about, by method and endpoint."""

PUBLIC = {name for name, route in ROUTES.items() if route.about is EVERYBODY}
WITH_A_LINK = ("links.", "invitations.", "notifications.offer", "notifications.unsub", "dev_mail.")

# These give their connection back in between, and could not be rolled back.
LETS_GO = {
    "PUT files.upload",
    "PUT submitting.upload",
    "POST photos.choose",
    "GET health.healthz",
}
OF_THE_CONTACT = {name for name, route in ROUTES.items() if callable(route.about)}


def test_every_route_of_the_address_map_has_an_entry(app: Flask) -> None:
    assert {name for name, _ in routes_of(app)} == set(ROUTES)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_routes_of_a_contact_and_their_conversation(scenario: str, app: Flask, tmp_path) -> None:
    world = standing(scenario, app, tmp_path)
    wrong = tried(app, world, OF_THE_CONTACT)
    assert not wrong, "\n".join(wrong)


def test_every_other_route(app: Flask, tmp_path) -> None:
    world = standing("tenant", app, tmp_path)
    wrong = tried(app, world, set(ROUTES) - OF_THE_CONTACT)
    assert not wrong, "\n".join(wrong)


def standing(scenario: str, app: Flask, folder) -> Standing:
    return Standing(SCENARIOS[scenario], app.extensions["hallway.storage"], folder)


def routes_of(app: Flask) -> list[tuple[str, Any]]:
    """Every method of every address, as `GET threads.show`."""
    return [
        (f"{method} {rule.endpoint}", rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def tried(app: Flask, world: Standing, asked: set[str]) -> list[str]:
    """What is answered otherwise than it should be; each try is rolled back."""
    known = dict(routes_of(app))
    wrong = []
    for name in sorted(asked):
        for who in PEOPLE:
            answer = attempt(app, world, name, known[name], who)
            should = expected(world, name, who)
            if answer.status_code not in should:
                wrong.append(f"{name} by {who}: {answer.status_code}, not {should}")
            if told(world, who, answer):
                wrong.append(f"{name} tells {who} of the contact")
    return wrong


def attempt(app: Flask, world: Standing, name: str, rule: Any, who: str) -> TestResponse:
    if name in LETS_GO:
        answer = ask(app, world, name, rule, who)
        db.connect(reuse_if_open=True)
        return answer
    with db.atomic() as undone:
        answer = ask(app, world, name, rule, who)
        undone.rollback()
    return answer


def ask(app: Flask, world: Standing, name: str, rule: Any, who: str) -> TestResponse:
    method, endpoint = name.split()
    route, user = ROUTES[name], world.people[who]
    values = {argument: value_of(world, argument) for argument in rule.arguments}
    with app.test_request_context():
        address = url_for(endpoint, **values) + route.query
    client = browser_of(app, user) if user else app.test_client()
    form = route.form(world) if world.message or route.about is not thread else {}
    return client.open(address, method=method, data=dict(form), buffered=True)


def value_of(world: Standing, argument: str) -> Any:
    """What stands in an address: of the contact in the middle, else a number nobody has."""
    nothing = 2**40
    return {
        "thread": world.thread.id if world.thread else nothing,
        "number": world.file.id if world.file else nothing,
        "contact_id": world.contact.id,
        "request_id": world.request.id,
        "visit_id": nothing,
        "member": tie_of(world.people["views"], world.office.account).id,
        "property_id": world.office.place.id,
        "unit_id": world.office.unit.id,
        "tenancy_id": world.tenancy or nothing,
        "session_id": nothing,
        "person": world.people["themself"].id,
        "version": "of-before",
        "client_id": str(uuid4()),
        "name": "photo.jpg",
        "filename": "icons/icon.svg",
        "token": "1.wrong",
    }[argument]


def expected(world: Standing, name: str, who: str) -> tuple[int, ...]:
    """How somebody should be answered, from the standing alone: shown, refused, or not there."""
    route = ROUTES[name]
    open_to_all = name in PUBLIC or name.split()[1].startswith(WITH_A_LINK)
    if who == "nobody" and not open_to_all:
        return (302,)
    levels = route.about(world) if callable(route.about) else route.about
    level = levels.get(who, NOTHING)
    if level == NOTHING:
        return (404,)
    if level == READS and route.needs == WRITES:
        return (403,)
    return route.status if isinstance(route.status, tuple) else (route.status,)


def told(world: Standing, who: str, answer: TestResponse) -> bool:
    """Whether an answer says anything of the contact to somebody who may know nothing."""
    known = who == "themself" or world.sight(who) or world.keeping(who)
    hidden = [] if known else [SECRET]
    if not world.asking(who):
        # A request says whose it is, also to who sees no tenants.
        hidden += [ASKED] if known else [ASKED, NAME]
    text = answer.get_data(as_text=True)
    return any(word in text for word in hidden)
