"""What can happen in the demo, each through the write function of the product."""

from datetime import date, timedelta
from uuid import uuid4

from models import (
    clock,
    contacts,
    groups,
    inviting,
    joining,
    leaving,
    mentioning,
    office_hours,
    places,
    policy,
    posting,
    reading,
    signing_up,
    teammates,
)
from models.account import Account
from models.connection import MANAGE, VIEW, Connection
from models.contacts import Wanted
from models.database import OPEN
from models.demo import script
from models.demo.cast import ZONE, Chat, Company, Contact, Group, Job, Member
from models.demo.packing import Luggage
from models.link import Link
from models.mention import mentioned_in
from models.places import visible_units
from models.posting import Draft
from models.record import append
from models.thread import AUDIENCES, COMMON, TENANTS, AccessWindow, Side, Thread
from models.user import User, by_address
from models.view import View

Topic = Contact | Group | Chat | Job
"""Whose conversation it is: a contact's, a group's, one of the team, or that of a request."""


class House:
    """The demo as far as it has happened: who and what is there, by the names of the data."""

    def __init__(self, password_hash: str, luggage: Luggage) -> None:
        self._password_hash = password_hash
        self.luggage = luggage
        self.people: dict[str, User] = {}
        self.accounts: dict[str, tuple[User, Account]] = {}
        self.threads: dict[Topic, int] = {}
        self._contacts: dict[Contact, Connection] = {}
        self._invitations: dict[Contact, Link] = {}
        self._said: dict[tuple[Topic, str], int] = {}

    def open_account(self, company: Company, at: int) -> None:
        """The admin signs up, adds the properties, and has a team."""
        asked = signing_up.ask(company.admin, company.email, company.name, company.mode, ZONE, at)
        admin, account = signing_up.open_account(asked, None, self._password_hash, at)
        self.accounts[company.name] = admin, account
        self._meet(admin)
        for house in company.houses:
            units = [f"Unit {number}" for number in house.units]
            places.add_property(admin, account.id, house.name, house.address, ZONE, units)
        for member in company.team:
            self._hire(admin, account, member, at)
        open_days: dict[str, str] = {}
        for day, (begins, ends) in company.hours.items():
            open_days |= {day: "on", f"{day}-from": begins, f"{day}-to": ends}
        office_hours.save(admin, account.id, open_days)
        starting = Account.update(next_request=company.numbered_from)
        starting.where(Account.id == account.id).execute()
        for chat in company.chats:
            self.threads[chat] = _chat(account, chat)

    def add_contact(self, company: Company, contact: Contact, now: int, at: int) -> None:
        """The admin notes what the account knows about somebody."""
        admin, account = self.accounts[company.name]
        today = clock.to_datetime(now, ZONE).date()
        homes = {
            f"{unit.property.name}, {unit.name}": unit.id
            for unit in visible_units(admin, account.id)
        }
        wanted = Wanted(
            role=contact.role,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            company=contact.trade,
            trades=contact.trades,
            note=contact.note,
            unit=str(homes.get(contact.home, "")),
            from_day=_day(today, contact.since) if contact.home else "",
            to_day=_day(today, contact.until),
            properties=_owned(admin, account, contact),
        )
        self._contacts[contact] = contacts.add_contact(admin, account.id, wanted, at)

    def invite(self, company: Company, contact: Contact, at: int) -> None:
        """The admin presses Send connection."""
        admin, known = self.accounts[company.name][0], self._contacts[contact]
        self._invitations[contact] = inviting.invite(
            admin, known.id, contact.email, contact.says, at
        )

    def decline(self, contact: Contact, at: int) -> None:
        """The invited does not want to join."""
        joining.decline(self._invitations[contact], at)

    def gather(self, company: Company, group: Group, at: int) -> None:
        """The admin opens a group."""
        admin, account = self.accounts[company.name]
        houses = {
            place.name: str(place.id) for place in policy.visible_properties(admin, account.id)
        }
        wanted = groups.Wanted(
            TENANTS,
            group.kind,
            group.title,
            houses.get(group.house, groups.PICKED),
            [str(tie.id) for one, tie in self._contacts.items() if one.name in group.members],
        )
        self.threads[group] = groups.create(admin, account.id, wanted, at).id

    def play(self, where: Topic, line: script.Line, at: int) -> None:
        """One line of the conversation with a contact, in a group, or of the team."""
        if line.act == script.JOINS:
            if isinstance(where, Contact):
                self._join(where, at)
            return
        person, thread = self.people[line.who], self.threads[where]
        last = self._said.get((where, line.who), 0)
        if line.act == script.SAYS:
            self._said[where, line.who] = self._say(thread, person, line, at)
        elif line.act == script.EDITS:
            posting.edit_message(person, thread, last, line.words, at)
        elif line.act == script.DELETES:
            posting.delete_message(person, thread, last, at)
        elif line.act == script.READS:
            reading.set_read_position(person, thread, OPEN, at)
        elif line.act == script.DISCONNECTS and isinstance(where, Contact):
            leaving.disconnect(person, self._contacts[where].id, at)

    def _say(self, thread: int, person: User, line: script.Line, at: int) -> int:
        # Straight into the record: hundreds of messages would be checked twice each, in a
        # transaction that nobody else can see into yet.
        files = tuple(self.luggage.keep(person, thread, name) for name in line.files)
        draft = Draft(line.words, str(uuid4()), audience=line.audience, files=files)
        columns = {
            "author": person.id,
            "side": _side(thread, person),
            "audience": AUDIENCES[draft.audience],
            "body": _with_mentions(person, thread, draft, at),
            "client_id": draft.client_id,
            "request_hash": draft.fingerprint(thread),
        }
        message = append(thread, at, files, **columns)
        if mentioned_in(message.body):
            mentioning.note(View.load(person, thread, at), message)
        return message.id

    def _join(self, contact: Contact, at: int) -> None:
        invitation, known = self._invitations[contact], by_address(contact.email)
        if known:
            joined = joining.accept(invitation, known, at)
        else:
            joined = joining.accept_new(invitation, contact.name, self._password_hash, at)
        if contact.photo:
            self.luggage.portray(joined.user, contact.photo)
        self._meet(joined.user)
        self.threads[contact] = joined.thread.id

    def _hire(self, admin: User, account: Account, member: Member, at: int) -> None:
        levels = dict.fromkeys(member.views, VIEW) | dict.fromkeys(member.manages, MANAGE)
        houses = policy.visible_properties(admin, account.id)
        listed = [str(house.id) for house in houses if house.name in member.houses]
        wanted = teammates.Wanted(member.name, member.email, levels, listed or None)
        invited = teammates.add(admin, account.id, wanted, at)
        invitation = inviting.invite(admin, invited.id, member.email, at=at)
        self._meet(joining.accept_new(invitation, member.name, self._password_hash, at).user)

    def _meet(self, person: User) -> None:
        self.people[person.first_name] = person


def _side(thread: int, person: User) -> int:
    own = (AccessWindow.thread == thread) & (AccessWindow.user == person)
    return AccessWindow.select(AccessWindow.side).where(own).scalar() or Side.TEAM


def _chat(account: Account, chat: Chat) -> int:
    """The id of a chat of the team, which is there as soon as both have joined."""
    of_account = Thread.account == account
    if not chat.between:
        return Thread.get(of_account & (Thread.kind == COMMON)).id
    low, high = sorted(user.id for one in chat.between if (user := by_address(one)))
    return Thread.get(of_account & (Thread.pair == f"{account.id}:{low}:{high}")).id


def _with_mentions(person: User, thread: int, draft: Draft, at: int) -> str:
    if "@" not in draft.body:
        return draft.body
    view = View.load(person, thread, at)
    return mentioning.resolved(view, draft.body, AUDIENCES[draft.audience])


def _owned(admin: User, account: Account, contact: Contact) -> list[str]:
    houses = policy.visible_properties(admin, account.id)
    return [str(house.id) for house in houses if house.name == contact.owns]


def _day(today: date, ago: int | None) -> str:
    return "" if ago is None else (today - timedelta(days=ago)).isoformat()
