"""The locks under which a request is changed: account, connections, request, then threads."""

from collections.abc import Collection

from models.account import Account
from models.connection import Connection
from models.database import locked
from models.errors import Refused
from models.maintenance import MaintenanceRequest
from models.requests.view import RequestView


def relocked(view: RequestView, others: Collection[int] = ()) -> RequestView:
    """The view as it is now that all it stands on is locked, inside a transaction (MODEL 4).

    :param others: the ids of further connections, of who comes by the change.
    :raises Missing: when it is not theirs to see any more.
    """
    request = view.request
    own = (Connection.account == request.account_id) & (Connection.user == view.person)
    ties = Connection.select().where(own | Connection.id.in_(list(others)))
    list(locked(Account.select().where(Account.id == request.account_id), "FOR SHARE"))
    list(locked(ties.order_by(Connection.id), "FOR SHARE"))
    list(locked(MaintenanceRequest.select().where(MaintenanceRequest.id == request.id)))
    return RequestView.load(view.person, request.id, view.at)


def managed(view: RequestView) -> RequestView:
    """The view of who may act for the team.

    :raises Refused: for everybody else, with the reason.
    """
    if not view.may_manage:
        raise Refused(view.refusal() or "Only the team can do this.")
    return view
