"""Who is told at once that something happened to a request (SPEC 5)."""

from models.maintenance import RequestChange
from models.requests.view import ways_of_everybody
from models.user import User


def concerned(request: int) -> list[User]:
    """Everybody who may see the last thing that happened to a request, and who went with it.

    Who left before is told of nothing more, and a contact not that the team archived it.

    :param request: its id.
    """
    changes = RequestChange.select().where(RequestChange.request == request)
    last = changes.order_by(RequestChange.version.desc()).first()
    seeing = {
        way.user_id
        for way in ways_of_everybody.rows(request=request)
        if way.ended_version >= last.version and last.audience & way.side
    }
    return list(User.select().where(User.id.in_(seeing)))
