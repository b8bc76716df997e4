"""The team's contacts: the list, and adding to it."""

from flask import Blueprint, current_app, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome, limits
from blueprints.access import viewer
from blueprints.chrome import rights
from blueprints.connecting import back_to, handed, sent_words
from blueprints.rendering import page_or_partial
from models import contact_list, inviting, policy, search
from models import contacts as contacts_of
from models.account import Account
from models.connection import CONNECTED, DECLINED, DISCONNECTED, INVITED, MANAGE, NOT_CONNECTED
from models.contact_list import Wish
from models.contacts import Wanted
from models.errors import Invalid, Missing
from models.keeping import require_manage, visible_roles
from models.matching import LONGEST
from models.places import visible_units
from models.property import Property
from models.thread import CHANNEL_OF_ROLE, CONTACTS

bp = Blueprint("contacts", __name__, url_prefix="/contacts")

TABS = {channel: role for role, channel in CHANNEL_OF_ROLE.items()}
STATES = (CONNECTED, INVITED, NOT_CONNECTED, DECLINED, DISCONNECTED)
TEXTS = ("role", "name", "email", "phone", "company", "trades", "unit", "from_day", "to_day")


def account_or_404() -> Account:
    """The account whose contacts the person sees.

    :raises Missing: when they are on no team, or may not see any contact.
    """
    account = chrome.account_or_404()
    if not visible_roles(viewer(), account):
        raise Missing
    return account


@bp.get("")
@login_required
def index() -> Response:
    """The contacts of one role, `?role=` as channels are named, `?page=` from 1.

    `?state=` and `?property=` show those of one state, of one property, `?q=` who fits words.
    """
    account = account_or_404()
    tally = contact_list.tally(viewer(), account)
    role = TABS.get(request.args.get("role", ""), next(iter(tally)))
    if role not in tally:
        raise Missing
    number = max(1, min(request.args.get("page", 1, type=int), 10_000))
    properties = list(policy.visible_properties(viewer(), account.id))
    chosen = _chosen(properties)
    state = request.args.get("state", "")
    query = request.args.get("q", "")[:LONGEST]
    wish = Wish(
        state if state in STATES else "", chosen.id if chosen else 0, _fitting(account, query)
    )
    rows, has_more = contact_list.page(viewer(), account, role, number, wish=wish)
    return page_or_partial(
        "contacts",
        account=account,
        role=role,
        channel=CHANNEL_OF_ROLE[role],
        tabs=[(CHANNEL_OF_ROLE[each], each, sum(of.values())) for each, of in tally.items()],
        states=[(each, tally[role].get(each, 0)) for each in STATES],
        properties=properties,
        chosen_property=chosen,
        wish=wish,
        query=query,
        rows=rows,
        number=number,
        has_more=has_more,
        may_manage=rights().level(CONTACTS, account.id) >= MANAGE,
    )


def _fitting(account: Account, query: str) -> tuple[int, ...] | None:
    run = current_app.config["OFF_HUB"]
    found = search.contacts_that_fit(viewer(), account.id, query, run=run)
    return None if found is None else tuple(found)


def _chosen(properties: list[Property]) -> Property | None:
    asked = request.args.get("property")
    return next((one for one in properties if str(one.id) == asked), None)


def _new_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    account = account_or_404()
    roles = visible_roles(viewer(), account)
    typed = request.form if request.method == "POST" else request.args
    role = typed.get("role", "")
    return page_or_partial(
        "contact_new",
        status,
        roles=roles,
        role=role if role in roles else roles[0],
        units=[
            (unit.id, f"{unit.property.name}, {unit.name}")
            for unit in visible_units(viewer(), account.id)
        ],
        properties=list(policy.visible_properties(viewer(), account.id)),
        typed=typed,
        errors=errors or {},
    )


@bp.get("/new")
@login_required
def new() -> Response:
    """The dialog that adds a contact and invites them, for who may."""
    require_manage(viewer(), account_or_404().id)
    return _new_form()


@bp.post("/new")
@login_required
@limits.of_mails(lambda errors: _new_form(errors, 429), lambda: _act() == "invite", by="team")
def add() -> Response:
    """Add a contact; `act` says what follows: `invite`, `link` or, by itself, nothing."""
    account, act = account_or_404(), _act()
    wanted = Wanted(
        **{name: request.form.get(name, "") for name in TEXTS},
        properties=request.form.getlist("properties"),
    )
    note = request.form.get("note", "")
    try:
        if act == "invite":
            inviting.check_sendable(wanted.email, note)
        contact = contacts_of.add_contact(viewer(), account.id, wanted)
    except Invalid as refusal:
        return _new_form(refusal.errors, 422)
    broadcasts.account_changed(account.id)
    if act == "link":
        return handed(contact)
    if act == "invite":
        inviting.invite(viewer(), contact.id, contact.email, note)
        return back_to(contact, sent_words(contact))
    return back_to(contact, f"{contact.name} was added.")


def _act() -> str | None:
    return request.form.get("act")
