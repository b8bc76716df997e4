"""Every kind of person, on a desk and on a phone: what they find, and how it is taken from them.

Each opens a conversation, writes in it where they may, and looks at it while somebody else ends
that: a right, a list of properties, the mode, a connection, a place on the team.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock, team_chats
from models.connection import MANAGE, OWNER, SERVICE_PRO, VIEW
from models.database import transaction
from models.user import User
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conftest import PASSWORD, Console, Dialogue
from tests.browser.conversation import field, message, opened, row
from tests.servers import HallwayServer

GONE = "That conversation is not open to you any more."
TEAM_WORDS, OTHER_WORDS = "The tap is looked at on Monday.", "The pier is closed today."
ALL = ["Team", "Tenants", "Service Pros", "Owners", "Maintenance Requests"]
CONTACT = ["Landlords", "Maintenance Requests"]


class Street:
    """Birch & Vine, its neighbour Harbor Homes, and everybody there is to do with them."""

    def __init__(self, dialogue: Dialogue) -> None:
        birch, harbor = dialogue.office, factories.office("Harbor Homes")
        self.birch, self.harbor, self.admin = birch, harbor, birch.admin
        self.maya, self.priya, self.home = dialogue.maya, dialogue.priya, dialogue.tie
        User.update(name="Sam Ortiz").where(User.id == harbor.admin).execute()
        harbor.admin.name = "Sam Ortiz"
        self.elsewhere = factories.property_of(birch.account, "19 Larch Ct")
        self.vera = factories.member(birch.account, "Vera Lind", {"tenants": VIEW}, [birch.place])
        self.dora = factories.member(birch.account, "Dora Both", {"tenants": MANAGE})
        factories.member(harbor.account, user=self.dora)
        for team, people in ((birch, (self.maya, self.vera, self.dora)), (harbor, (self.dora,))):
            for user in people:
                with transaction():
                    tie = factories.tie_of(user, team.account)
                    team_chats.enter(tie, team.admin.id, clock.now())
        self.helen = factories.contact(birch.account, "Helen Archer", OWNER)
        self.tomasz = factories.contact(birch.account, "Tomasz Kowalczyk", SERVICE_PRO)
        factories.contact(harbor.account, role=SERVICE_PRO, user=self.tomasz.user)
        self.sam = factories.contact(birch.account, home=birch.unit, user=harbor.admin)
        self.omar = factories.contact(harbor.account, "Omar Haddad", home=harbor.unit)
        for tie in (self.home, self.helen, self.tomasz, self.sam):
            factories.say(self.maya, factories.dialogue_of(tie), TEAM_WORDS)
        factories.say(self.omar.user, factories.dialogue_of(self.omar), OTHER_WORDS)


class Office:
    """The admin of Birch & Vine at work, without a window of their own."""

    def __init__(self, browser: Browser, house: HallwayServer, street: Street) -> None:
        self.street = street
        self.context = browser.new_context(base_url=house.url)
        self.post("/sign-in", email=street.admin.email, password=PASSWORD)

    def post(self, path: str, **form: str) -> None:
        assert self.context.request.post(path, form=form).ok, path

    def set_team(self, user: User, act: str = "", **form: str) -> None:
        member = factories.tie_of(user, self.street.birch.account)
        self.post(f"/settings/team/{member.id}{act}", **form)


@dataclass(frozen=True)
class Kind:
    """Somebody: the channels they have, the rows of one, and the conversation they open there.

    `ends` is what the office does to them; `then` what they read in its place, and `keeps` whether
    the words that were there stay.
    """

    who: Callable[[Street], User]
    channels: list[str]
    channel: str
    rows: list[str]
    opens: str
    ends: Callable[[Office], None]
    then: str
    keeps: bool = True
    writes: bool = True
    left: tuple[str, ...] = ()


def disconnects(tie: str) -> Callable[[Office], None]:
    def ends(office: Office) -> None:
        office.post(f"/contacts/{getattr(office.street, tie).id}/disconnect")

    return ends


CLOSED = "Birch & Vine disconnected. You can't write here."
KINDS = {
    "an admin": Kind(
        lambda street: street.admin,
        ALL,
        "tenants",
        ["Sam Ortiz", "Priya Raman"],
        "Priya Raman",
        disconnects("home"),
        "You disconnected. You can't write here.",
    ),
    "a sub-admin who manages": Kind(
        lambda street: street.maya,
        ALL,
        "tenants",
        ["Sam Ortiz", "Priya Raman"],
        "Priya Raman",
        lambda office: office.set_team(office.street.maya, tenants="none"),
        GONE,
        keeps=False,
        left=("Team", "Service Pros", "Owners", "Maintenance Requests"),
    ),
    "a sub-admin who reads one house": Kind(
        lambda street: street.vera,
        ["Team", "Tenants"],
        "tenants",
        ["Sam Ortiz", "Priya Raman"],
        "Priya Raman",
        lambda office: office.set_team(
            office.street.vera,
            "/properties",
            reach="some",
            places=str(office.street.elsewhere.id),
        ),
        GONE,
        keeps=False,
        writes=False,
        left=("Team", "Tenants"),
    ),
    "somebody on two teams": Kind(
        lambda street: street.dora,
        ["Team", "Tenants"],
        "tenants",
        ["Sam Ortiz", "Priya Raman"],
        "Priya Raman",
        lambda office: office.set_team(office.street.dora, "/remove"),
        GONE,
        keeps=False,
        left=("Team", "Tenants", "Service Pros", "Owners", "Maintenance Requests"),
    ),
    "a tenant": Kind(
        lambda street: street.priya,
        CONTACT,
        "landlords",
        ["Birch & Vine"],
        "Birch & Vine",
        disconnects("home"),
        CLOSED,
    ),
    "a service pro of two accounts": Kind(
        lambda street: street.tomasz.user,
        CONTACT,
        "landlords",
        ["Birch & Vine", "Harbor Homes"],
        "Birch & Vine",
        disconnects("tomasz"),
        CLOSED,
    ),
    "an owner": Kind(
        lambda street: street.helen.user,
        CONTACT,
        "landlords",
        ["Birch & Vine"],
        "Birch & Vine",
        lambda office: office.post("/settings/account/mode", mode="landlord"),
        "takes no messages from owners now",
    ),
    "a landlord who is somebody's tenant": Kind(
        lambda street: street.harbor.admin,
        ["Team", "Tenants", "Service Pros", "Owners", "Landlords", "Maintenance Requests"],
        "landlords",
        ["Birch & Vine"],
        "Birch & Vine",
        disconnects("sam"),
        CLOSED,
    ),
}


@pytest.fixture
def street(dialogue: Dialogue, password_hash: str) -> Street:
    made = Street(dialogue)
    for kind in KINDS.values():
        user = kind.who(made)
        user.email, user.password_hash = f"{user.id}@people.example", password_hash
        user.save()
    return made


@pytest.fixture
def office(browser: Browser, house: HallwayServer, street: Street) -> Iterator[Office]:
    working = Office(browser, house, street)
    yield working
    working.context.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", KINDS)
def test_what_they_find_and_how_they_lose_it(
    name: str,
    phone: bool,
    street: Street,
    office: Office,
    visit: Callable[..., Page],
    console: Console,
) -> None:
    console.network_is_cut = True  # Chromium says of each 404 that there was one
    kind = KINDS[name]
    page = visit(kind.who(street), f"/messages?channel={kind.channel}", phone=phone)
    assert_channels(page, kind.channels)
    rows = page.locator("a.thread-row .row-name")
    expect(rows).to_have_count(len(kind.rows))
    for one in kind.rows:
        expect(row(page, one)).to_be_visible()
    assert_accessible(page)

    row(page, kind.opens).first.click()
    opened(page)
    expect(message(page, TEAM_WORDS)).to_be_visible()
    expect(page.get_by_text(OTHER_WORDS)).to_have_count(0)
    if kind.writes:
        field(page).fill("I have read it.")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(message(page, "I have read it.")).to_be_visible()
    else:
        expect(page.get_by_text("You can read this but not write.")).to_be_visible()
    expect(field(page)).to_have_count(int(kind.writes))

    page.evaluate("() => { window.never = 'reloaded'; }")
    kind.ends(office)
    expect(page.get_by_text(kind.then)).to_be_visible()
    expect(field(page)).to_have_count(0)
    expect(message(page, TEAM_WORDS)).to_have_count(int(kind.keeps))
    assert page.evaluate("() => window.never") == "reloaded"
    if not kind.keeps:
        expect(page.get_by_text("Priya")).to_have_count(0)
    assert_channels(page, list(kind.left) or kind.channels)
    assert_accessible(page)


def assert_channels(page: Page, names: list[str]) -> None:
    """A conversation on a phone has no channels beside it."""
    links = page.get_by_role("navigation", name="Channels").get_by_role("link")
    if links.first.is_visible():
        expect(links).to_have_text([re.compile(f"^\\s*{name}") for name in names])
