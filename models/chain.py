"""The hash chain: one per thread and audience, so that the record is provable (SPEC 3).

Each link is `hash = H(previous | version | message | action | commitment)` with
`commitment = H(salt + canonical JSON of what was said)`; a chain starts from
`H(thread:audience)`. H is SHA-256 in hex. Whoever holds an earlier head can tell whether
anything before it was changed; the salt keeps short texts from being guessed. An operator
can rebuild a whole chain unless an earlier head is held outside.
"""

import hashlib
import json
import secrets
from typing import Any, Final

from models.message import ChainLink, Message, MessageEdition

POST: Final = "post"
EDIT: Final = "edit"
DELETE: Final = "delete"


def add_link(message: Message, action: str, version: int, at: int) -> None:
    """Append what just happened to `message` to its chain.

    :param action: POST, EDIT or DELETE.
    :param version: the number of the rising counter this change was given.
    :param at: the instant of the change in milliseconds.
    The thread must be locked: the head is read here.
    """
    salt = secrets.token_bytes(16)
    commitment = _commitment(salt, message.body, message.author_id, at)
    previous = head(message.thread_id, message.audience)
    ChainLink.insert(
        version=version,
        thread=message.thread_id,
        audience=message.audience,
        message=message.id,
        action=action,
        at=at,
        salt=salt,
        commitment=commitment,
        hash=_hash(f"{previous}|{version}|{message.id}|{action}|{commitment}".encode()),
    ).execute()


def head(thread: int, audience: int) -> str:
    """The last hash of a chain; of an empty one, its start."""
    last = (
        ChainLink.select(ChainLink.hash)
        .where((ChainLink.thread == thread) & (ChainLink.audience == audience))
        .order_by(ChainLink.version.desc())
        .limit(1)
        .scalar()
    )
    return last or _start(thread, audience)


def faults(thread: int) -> list[str]:
    """What is wrong with the chains of a thread, a sentence each; empty when all holds.

    Checked are the order of the links and every commitment whose salt and text are still
    there (an erasure removes both).
    """
    found = []
    heads: dict[int, str] = {}
    bodies = _bodies(thread)
    links = ChainLink.select().where(ChainLink.thread == thread).order_by(ChainLink.version)
    said: set[int] = {
        message.id for message in Message.select(Message.id).where(Message.thread == thread)
    }
    for link in links:
        previous = heads.get(link.audience) or _start(thread, link.audience)
        expected = _hash(
            f"{previous}|{link.version}|{link.message_id}|{link.action}|{link.commitment}".encode()
        )
        if link.hash != expected:
            found.append(f"Link {link.version} does not follow from the one before it.")
        heads[link.audience] = link.hash
        said.discard(link.message_id)
        body, author = bodies.get((link.message_id, link.version), (None, None))
        if link.salt is None:
            continue
        if body is None or _commitment(bytes(link.salt), body, author, link.at) != link.commitment:
            found.append(f"What link {link.version} stands for was changed.")
    return found + [f"Message {seq} stands in no chain." for seq in sorted(said)]


def _bodies(thread: int) -> dict[tuple[int, int], tuple[str, int | None]]:
    """Every edition of a thread, by message and version, with its author."""
    messages = list(Message.select().where(Message.thread == thread))
    bodies = {(m.id, m.body_version): (m.body, m.author_id) for m in messages}
    older = MessageEdition.select(MessageEdition, Message).join(Message)
    for edition in older.where(Message.thread == thread):
        key = (edition.message_id, edition.version)
        bodies[key] = (edition.body, edition.message.author_id)
    return bodies


def _commitment(salt: bytes, body: str, author: int | None, at: int) -> str:
    said: dict[str, Any] = {"author": author, "body": body, "files": [], "time": at}
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _hash(salt + canonical.encode())


def _start(thread: int, audience: int) -> str:
    return _hash(f"{thread}:{audience}".encode())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
