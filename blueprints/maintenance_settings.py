"""Settings → Maintenance: what holds for the requests of everybody, set by the admin."""

from flask import Blueprint, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome
from blueprints.access import seq_or_404, viewer
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial, wants_partial
from models import administering, team
from models.errors import Refused
from models.requests import settings

bp = Blueprint("maintenance_settings", __name__, url_prefix="/settings/maintenance")
bp.context_processor(chrome.mail_trouble)

SAVED = "Saved."


def _page() -> Response:
    account = chrome.account_or_404()
    try:
        refusal = None
        account = administering.administered(viewer(), account.id)
    except Refused as refused:
        refusal = refused.sentence
    members = settings.to_be_told(account.id)
    return page_or_partial(
        "settings_maintenance", account=account, refusal=refusal, members=members
    )


@bp.get("")
@login_required
def show() -> Response:
    """The settings; who is no admin reads them."""
    return _page()


@bp.post("")
@login_required
def change() -> Response:
    """Turn the `setting` on (`on=yes`) or off, for everybody at once."""
    form, account = request.form, chrome.account_or_404()
    settings.change(viewer(), account.id, form.get("setting", ""), form.get("on") == "yes")
    broadcasts.access_changed(team.connected(account.id))
    return _saved()


@bp.post("/first-told")
@login_required
def tell_first() -> Response:
    """Let the member `first_told` hear of new requests before the others; all at once if none."""
    account, chosen = chrome.account_or_404(), request.form.get("first_told")
    settings.tell_first(viewer(), account.id, seq_or_404(chosen) if chosen else None)
    broadcasts.account_changed(account.id)
    return _saved()


def _saved() -> Response:
    if not wants_partial():
        return go_to("/settings/maintenance", SAVED)
    response = _page()
    response.headers["HX-Trigger"] = f'{{"toast": "{SAVED}"}}'
    return response
