"""Messages as somebody sees them: which edition, or a tombstone (MODEL 3)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from peewee import JOIN, ModelSelect, Select

from models.mention import EVERYONE, Marked, in_words, names_in
from models.message import EVENT, Attachment, Message, MessageEdition
from models.prepared import Prepared
from models.thread import AUDIENCE_NAMES, ROLE_OF_SIDE, Side
from models.user import User


@dataclass(frozen=True)
class Span:
    """An interval of the counter, ends included, seen from a side."""

    side: int
    from_seq: int
    to_seq: int

    def holds(self, number: int, audience: int) -> bool:
        """Whether a seq or version lies inside and its audience includes this side."""
        return self.from_seq <= number <= self.to_seq and bool(audience & self.side)


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class SeenMessage:
    """A message as somebody sees it: the newest edition that is theirs, or a tombstone.

    `files` are those it carries, in the order shown; a tombstone has none. `author_photo` names
    the author's photo, see `User.portrait`: who may read what they wrote may see them.
    `id` is the seq; `version` that of what is seen, never of what is hidden; `created_at` in
    milliseconds; `event` is empty for a text, `body` for an event and a tombstone. In `body`
    people are mentioned by the names they have now; `mentions` says where.
    """

    id: int
    version: int
    author_id: int | None
    author_name: str
    author_photo: str
    subject_name: str
    side: str
    is_event: bool
    event: dict[str, Any]
    body: str
    edited: bool
    deleted: bool
    audience: str
    reply_to: int | None
    created_at: int
    files: tuple[Attachment, ...] = ()
    mentions: tuple[Marked, ...] = ()

    def mentions_person(self, user: int) -> bool:
        """Whether somebody is mentioned by name, or with everybody else."""
        return any(marked.user_id in (user, EVERYONE) for marked in self.mentions)


def with_people() -> ModelSelect:
    """A query of messages together with who wrote them and whom an event is about."""
    subject = User.alias("subject")
    return (
        Message.select(Message, User.id, User.name, User.photo, subject.id, subject.name)
        .join(User, JOIN.LEFT_OUTER, on=(Message.author == User.id))
        .switch(Message)
        .join(subject, JOIN.LEFT_OUTER, on=(Message.subject == subject.id), attr="subject_user")
    )


def as_seen(messages: Iterable[Message], spans_of: Callable[[Message], Spans]) -> list[SeenMessage]:
    """Each message as it is seen through its spans; they must hold its seq.

    One more query when an edition must be looked up, however many, and one when somebody is
    mentioned.
    """
    messages = list(messages)
    behind = [m.id for m in messages if not _sees_present(m, spans_of(m))]
    editions = _editions(behind)
    files = _files([m.id for m in messages if m.deleted_version is None])
    found = [_as_seen(m, spans_of(m), editions.get(m.id, ())) for m in messages]
    names = names_in([seen.body for seen in found])
    return [_complete(seen, names, files.get(seen.id, ())) for seen in found]


def seen_by(spans: Mapping[int, Spans]) -> dict[int, SeenMessage]:
    """The messages with these seqs, each as it is seen through its spans."""
    if not spans:
        return {}
    query = with_people().where(Message.id.in_(list(spans)))
    return {seen.id: seen for seen in as_seen(query, lambda message: spans[message.id])}


def _complete(
    seen: SeenMessage, names: Mapping[int, str], files: tuple[Attachment, ...]
) -> SeenMessage:
    body, mentions = in_words(seen.body, names)
    return replace(seen, body=body, mentions=mentions, files=files)


def _sees_present(message: Message, spans: Spans) -> bool:
    """Whether what the message is now is theirs: a deletion always is."""
    return message.deleted_version is not None or _hold(spans, message, message.body_version)


def _hold(spans: Spans, message: Message, number: int) -> bool:
    return any(span.holds(number, message.audience) for span in spans)


def _as_seen(message: Message, spans: Spans, editions: Iterable[MessageEdition]) -> SeenMessage:
    deleted = message.deleted_version is not None
    body, version = message.body, message.deleted_version if deleted else message.body_version
    if not _sees_present(message, spans):
        theirs = next(e for e in editions if _hold(spans, message, e.version))
        body, version = theirs.body, theirs.version
    elif _hold(spans, message, message.version):
        version = message.version
    is_event = message.kind == EVENT
    return SeenMessage(
        id=message.id,
        version=version,
        author_id=message.author_id,
        author_name=message.author.name if message.author_id else "",
        author_photo=message.author.portrait if message.author_id else "",
        subject_name=message.subject_user.name if message.subject_id else "",
        side=ROLE_OF_SIDE[Side(message.side)],
        is_event=is_event,
        event=message.event,
        body="" if deleted or is_event else body,
        edited=not deleted and version > message.id,
        deleted=deleted,
        audience=AUDIENCE_NAMES[message.audience],
        reply_to=message.reply_to_id,
        created_at=message.created_at,
    )


def _editions(messages: list[int]) -> dict[int, list[MessageEdition]]:
    """The superseded bodies of these messages, the newest first."""
    by_message: dict[int, list[MessageEdition]] = {}
    if messages:
        query = MessageEdition.select().where(MessageEdition.message.in_(messages))
        for edition in query.order_by(MessageEdition.version.desc()):
            by_message.setdefault(edition.message_id, []).append(edition)
    return by_message


def _files(messages: list[int]) -> dict[int, tuple[Attachment, ...]]:
    """The files of these messages, in the order shown."""
    by_message: dict[int, tuple[Attachment, ...]] = {}
    if messages:
        for file in _prepared_files.instances(messages=messages):
            by_message[file.message_id] = (*by_message.get(file.message_id, ()), file)
    return by_message


def _build_files(messages: list[int]) -> Select:
    query = Attachment.select().where(Attachment.message.in_(messages))
    return query.order_by(Attachment.position)


_prepared_files = Prepared(_build_files, "messages")
