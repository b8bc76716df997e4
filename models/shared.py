"""The files of a conversation, as one person may see them: a pane of a few, pages of all."""

from dataclasses import dataclass
from typing import Final

from peewee import JOIN, SQL, fn

from models.errors import Missing
from models.message import Attachment, Message
from models.user import User
from models.view import View

PAGE: Final = 60
"""Files in one page of the gallery."""


@dataclass(frozen=True)
class Shared:
    """Files, the newest first, each with its `message` and that one's `author`.

    `total` counts these and all older ones; `older` says whether there are any.
    """

    files: list[Attachment]
    total: int

    @property
    def older(self) -> bool:
        """Whether there are more than these."""
        return self.total > len(self.files)


def shared(view: View, before: int | None = None, limit: int = PAGE) -> Shared:
    """The files of the messages that `view` shows, deleted ones excepted; one query, or two.

    :param before: the id of the last file of the page before, None for the newest.
    :raises Missing: when that file is not theirs to see.
    """
    theirs = (
        (Attachment.thread == view.thread.id) & view.is_theirs() & Message.deleted_version.is_null()
    )
    query = (
        Attachment.select(Attachment, Message, User, fn.COUNT(SQL("1")).over().alias("total"))
        .join(Message)
        .join(User, JOIN.LEFT_OUTER, on=(Message.author == User.id))
        .where(theirs)
        .order_by(Attachment.message.desc(), Attachment.position)
    )
    if before is not None:
        last = query.where(Attachment.id == before).first()
        if last is None:
            raise Missing
        same = (Attachment.message == last.message_id) & (Attachment.position > last.position)
        query = query.where((Attachment.message < last.message_id) | same)
    files = list(query.limit(limit))
    return Shared(files, files[0].total if files else 0)
