"""A small world around one contact, and how everybody else stands to them.

`sight` says who sees the dialogue and may write there, `keeping` who sees the contact in the
contacts and may change them, `asking` who sees a maintenance request of the contact's and may act
in it. All are written down here by hand, from the words of SPEC 1 and 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from models import clock
from models.account import LANDLORD
from models.connection import (
    CONNECTED,
    DECLINED,
    DISCONNECTED,
    INVITED,
    MANAGE,
    NOT_CONNECTED,
    OWNER,
    SERVICE_PRO,
    TENANT,
    VIEW,
    Connection,
)
from models.maintenance import MaintenanceRequest
from models.message import Attachment
from models.property import Tenancy
from models.requests import sharing
from models.requests.submitting import Wanted, submit
from models.storage import Storage
from models.team import RIGHTS
from models.user import User
from tests import factories

WRITES, READS, NOTHING = "writes", "reads", ""
TEAM: Final = ("admin", "manages", "views", "powerless", "no tenants", "listed", "elsewhere")
OTHERS: Final = ("other admin", "stranger", "neighbour", "themself")
PEOPLE: Final = ("nobody", *TEAM, *OTHERS)

SECRET: Final = "The spare key lies under the third stone"
"""What was said in the dialogue; `NAME` is the contact's: neither may reach who sees nothing."""
ASKED: Final = "The cellar tap hisses at night"
"""The title of the request: it reaches those alone who see that."""
NAME: Final = "Zebedee Quillfeather"


@dataclass(frozen=True)
class Scenario:
    """One relation between an account and its contact; who is not named sees nothing.

    `asked` is what the contact may do in the request: a tenant submitted it, with a pro it is
    shared, with others it has nothing to do. The team sees it by rights of its own.
    """

    role: str
    state: str
    sight: Mapping[str, str]
    keeping: Mapping[str, str]
    mode: str = "property_manager"
    ended: bool = False
    asked: str = NOTHING


def _all(level: str, *people: str) -> dict[str, str]:
    return dict.fromkeys(people, level)


_FAR = ("admin", "manages", "listed")
_KEPT = _all(WRITES, *_FAR) | _all(READS, "views")
_PRO_KEPT = _KEPT | _all(WRITES, "elsewhere", "no tenants")
_OWNER_KEPT = _KEPT | _all(WRITES, "no tenants")
_TENANT = _all(WRITES, *_FAR, "themself") | _all(READS, "views")
_ENDED = _all(READS, *_FAR, "views", "themself")

_REQUEST = _all(WRITES, *_FAR, "no tenants") | _all(READS, "views")

SCENARIOS: Final = {
    "tenant": Scenario(TENANT, CONNECTED, _TENANT, _KEPT, asked=WRITES),
    "pro": Scenario(
        SERVICE_PRO,
        CONNECTED,
        _TENANT | _all(WRITES, "elsewhere", "no tenants"),
        _PRO_KEPT,
        asked=WRITES,
    ),
    "owner": Scenario(OWNER, CONNECTED, _TENANT | _all(WRITES, "no tenants"), _OWNER_KEPT),
    "owner of a landlord": Scenario(OWNER, CONNECTED, _all(READS, "themself"), {}, LANDLORD),
    "tenant disconnected": Scenario(TENANT, DISCONNECTED, _ENDED, _KEPT, asked=READS),
    "pro disconnected": Scenario(
        SERVICE_PRO,
        DISCONNECTED,
        _ENDED | _all(READS, "elsewhere", "no tenants"),
        _PRO_KEPT,
        asked=READS,
    ),
    "owner disconnected": Scenario(
        OWNER, DISCONNECTED, _ENDED | _all(READS, "no tenants"), _OWNER_KEPT
    ),
    "tenancy ended": Scenario(TENANT, DISCONNECTED, _ENDED, _KEPT, ended=True, asked=READS),
    "tenant not connected": Scenario(TENANT, NOT_CONNECTED, {}, _KEPT),
    "tenant invited": Scenario(TENANT, INVITED, {}, _KEPT),
    "tenant declined": Scenario(TENANT, DECLINED, {}, _KEPT),
    "pro declined": Scenario(SERVICE_PRO, DECLINED, {}, _PRO_KEPT),
    "owner invited": Scenario(OWNER, INVITED, {}, _OWNER_KEPT),
    "owner invited by a landlord": Scenario(OWNER, INVITED, {}, {}, LANDLORD),
}


class Standing:
    """The world of a scenario: an account, everybody around it, and the contact in the middle."""

    def __init__(self, scenario: Scenario, storage: Storage, folder: Path) -> None:
        self.scenario = scenario
        self.storage, self.folder = storage, folder
        self.office = office = factories.office()
        self.elsewhere = factories.property_of(office.account, "Elm Court")
        other = factories.office("Elm Partners")
        people: dict[str, User | None] = {"nobody": None, "admin": office.admin}
        people["manages"] = factories.member(office.account, "Maya Chen")
        people["views"] = factories.member(office.account, "Vera Lind", rights=VIEW)
        people["powerless"] = factories.member(office.account, "Paul Weak", rights={})
        no_tenants = dict.fromkeys(RIGHTS, MANAGE) | {"tenants": 0}
        people["no tenants"] = factories.member(office.account, "Nora Tent", rights=no_tenants)
        people["listed"] = factories.member(office.account, "Lisa Here", properties=[office.place])
        people["elsewhere"] = factories.member(
            office.account, "Ella Away", properties=[self.elsewhere]
        )
        people["other admin"] = other.admin
        people["stranger"] = factories.person("Sten Ranger")
        people["neighbour"] = factories.contact(
            office.account, "Nick Door", home=factories.unit(office.place)
        ).user
        people["themself"] = factories.person(NAME)
        User.update(photo="0f3a").where(User.id == people["themself"]).execute()
        self.people = people
        self.contact = self._contact(scenario, people["themself"])
        self.thread = factories.dialogue_of(self.contact) if scenario.sight else None
        self.message = self.file = None
        self.request = self._asked(scenario)
        if self.thread:
            self._said(scenario)
        if scenario.mode == LANDLORD:
            factories.set_mode(office.account, LANDLORD)

    def _contact(self, scenario: Scenario, user: User | None) -> Connection:
        office, met = self.office, scenario.state in (CONNECTED, DISCONNECTED)
        tie = factories.contact(
            office.account,
            NAME,
            scenario.role,
            home=office.unit if scenario.role == TENANT else None,
            state=CONNECTED if met else scenario.state,
            user=user if met else None,
        )
        if scenario.role == OWNER:
            factories.own(tie, office.place)
        return tie

    @property
    def tenancy(self) -> int | None:
        """The id of where the contact lives."""
        home = Tenancy.get_or_none(Tenancy.connection == self.contact)
        return home.id if home else None

    def _said(self, scenario: Scenario) -> None:
        self.message = factories.say(self.contact.user, self.thread, SECRET)
        self.file = self._file()
        if scenario.state == DISCONNECTED:
            by = self.office.admin if scenario.ended else None
            factories.disconnect(self.contact, by)

    def _asked(self, scenario: Scenario) -> MaintenanceRequest:
        office, by_contact = self.office, scenario.asked and scenario.role == TENANT
        wanted = Wanted(str(uuid4()), ASKED, f"unit:{office.unit.id}")
        request, _ = submit(self.contact.user if by_contact else office.admin, wanted)
        if scenario.asked and not by_contact:
            sharing.share(office.admin, request.id, [self.contact.id])
        return request

    def asking(self, who: str) -> str:
        return self.scenario.asked if who == "themself" else _REQUEST.get(who, NOTHING)

    def sight(self, who: str) -> str:
        return self.scenario.sight.get(who, NOTHING)

    def keeping(self, who: str) -> str:
        return self.scenario.keeping.get(who, NOTHING)

    def _file(self) -> Attachment:
        keys = []
        for name in ("photo", "thumbnail"):
            content = self.folder / name
            content.write_bytes(name.encode())
            keys.append(self.storage.put(content))
        return Attachment.create(
            message=self.message.id,
            thread=self.thread.id,
            uploader=self.contact.user,
            client_id=str(uuid4()),
            name="photo.jpg",
            kind="image",
            content_type="image/jpeg",
            size=5,
            sha256="0" * 64,
            received="0" * 64,
            width=4,
            height=3,
            storage_key=keys[0],
            thumbnail_key=keys[1],
            created_at=clock.now(),
        )
