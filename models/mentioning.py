"""Mentioning: who can be, whom a text means, and who is noted to have been (SPEC 3)."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from models.connection import ADMIN, TEAM_ROLES, Connection
from models.headings import ROLE_WORDS
from models.mention import EVERYONE, Mention, mentioned_in, token
from models.message import Message
from models.thread import ANNOUNCEMENT, AUDIENCES, COMMON, ROLE_OF_SIDE, Side
from models.user import User
from models.view import View, viewers

_BEGINS: Final = r"(?<![\w@./=&%+])@"
"""Where a mention may begin: not inside an e-mail address or a link."""


@dataclass(frozen=True)
class Mentionable:
    """Somebody who will see what is written, as they are offered for mentioning."""

    id: int
    name: str
    role: str
    photo: str


def mentionable(view: View, audience: str) -> list[Mentionable]:
    """Whom the person of `view` can mention in what they write to an audience, by name.

    Nobody, for who cannot write there: it would tell them who reads.

    :param audience: its name; one they may not write to has nobody either.
    """
    if view.refusal() or audience not in view.audiences():
        return []
    seeing = _seeing(view, AUDIENCES[audience])
    admins = _admins(view.thread.account_id)
    offered = [
        Mentionable(one.person.id, one.person.name, _role(view, one, admins), one.person.portrait)
        for one in seeing
    ]
    return sorted(offered, key=lambda one: (one.name.casefold(), one.id))


def is_everyone_offered(view: View) -> bool:
    """Whether "@everyone" means something: in the common chat of the team."""
    return view.thread.kind == COMMON


def resolved(view: View, text: str, audience: int, meant: Iterable[int] = ()) -> str:
    """A text as it is stored: a token in place of each "@Name" of who will see it.

    The longest name counts, in any case of letters. Everybody else's stays plain text. The
    thread must be locked, so that nobody comes or goes between this and the message.

    :param meant: ids of whom the author chose, in order, to tell people of one name apart;
        a name that several have and nobody of was chosen stays plain text, and so does that of
        somebody chosen who will not see it.
    """
    if not re.search(_BEGINS, text):
        return text
    people = [(one.person.id, one.person.name) for one in _seeing(view, audience)]
    if is_everyone_offered(view):
        people.append((EVERYONE, "everyone"))
    names = sorted({name for _, name in people}, key=len, reverse=True)
    if not names:
        return text
    able = {user for user, _ in people}
    chosen = list(meant)
    people += _absent(view, set(chosen) - able)

    def put(found: re.Match[str]) -> str:
        user = _one_of(_called(people, found[1]), chosen)
        return found[0] if user is None or user not in able else token(user)

    anybody = "|".join(map(re.escape, names))
    return re.sub(rf"{_BEGINS}({anybody})(?!-?\w)", put, text, flags=re.IGNORECASE)


def note(view: View, message: Message) -> None:
    """Keep a row for everybody a message mentions, in place of those it had; under the lock."""
    before = Mention.delete().where(Mention.message == message.id)
    if message.version != message.id:
        before.execute()
    users = set(mentioned_in(message.body))
    if EVERYONE in users:
        users = {one.person.id for one in _seeing(view, message.audience)}
    if users:
        rows = [(user, message.thread_id, message.id) for user in sorted(users)]
        columns = [Mention.user, Mention.thread, Mention.message]
        Mention.insert_many(rows, columns).execute()


def _seeing(view: View, audience: int) -> Sequence[View]:
    """Who else will see what the person of `view` writes now and may be named in it.

    Readers of an announcement must not learn of each other (SPEC 2).
    """
    return [
        one
        for one in viewers(view.thread.id, view.at)
        if one.person.id != view.person.id
        and one.takes_part
        and audience & one.spans[-1].side
        and (one.is_team or one.thread.kind != ANNOUNCEMENT)
    ]


def _absent(view: View, users: Collection[int]) -> list[tuple[int, str]]:
    """The names of those among `users` who will not see it: of the thread, or of the team.

    Of nobody else: a text that stays plain would tell whose number it is.
    """
    if not users:
        return []
    thread = view.thread
    in_it = {one.person.id for one in viewers(thread.id, view.at)}
    of_team = Connection.select(Connection.user).where(
        (Connection.account == thread.account_id) & Connection.role.in_(TEAM_ROLES)
    )
    known = User.id.in_(list(in_it & set(users))) | User.id.in_(of_team)
    asked = User.select(User.id, User.name).where(known)
    return [(user, name) for user, name in asked.tuples() if user in users]


def _called(people: Iterable[tuple[int, str]], name: str) -> list[int]:
    same = re.compile(re.escape(name), re.IGNORECASE)
    return [user for user, known in people if same.fullmatch(known)]


def _one_of(users: list[int], chosen: list[int]) -> int | None:
    """Who of several with one name is meant; each choice stands for one mention, if it can."""
    meant = [user for user in chosen if user in users]
    if len(meant) > 1:
        chosen.remove(meant[0])
    if meant:
        return meant[0]
    return users[0] if len(users) == 1 else None


def _role(view: View, one: View, admins: Collection[int]) -> str:
    side = ROLE_OF_SIDE[Side(one.spans[-1].side)]
    if side != "team":
        return ROLE_WORDS[side]
    if view.side != "team":
        return view.thread.account.name
    return "Admin" if one.person.id in admins else "Teammate"


def _admins(account: int) -> set[int]:
    query = Connection.select(Connection.user).where(
        (Connection.account == account) & (Connection.role == ADMIN)
    )
    return {user for (user,) in query.tuples()}
