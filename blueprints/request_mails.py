"""Mails about maintenance requests: what happened to one, and that a visit is near."""

from urllib.parse import urlsplit

from flask import current_app

from blueprints import tokens
from blueprints.emails import Enclosed, Mail
from blueprints.unread_mails import delay
from models import clock, names
from models.maintenance import ACCEPTED, PROPOSED, URGENT, RequestChange, Visit
from models.outbox import NEWS, Outbox
from models.preferences import MAINTENANCE
from models.requests import calendar, news, reminders
from models.requests.history import CHANGED, DECLINED, JOINED, SUBMITTED
from models.requests.statuses import WORDS
from models.requests.view import RequestView
from models.thread import Side


def mail_of(row: Outbox, at: int) -> Mail | None:
    """The mail of a claimed row; None when it is not to be sent, or not now."""
    if row.kind == NEWS:
        told = news.told_by(row, at, delay())
        if told is None:
            return None
        lines = [_line(told.view, change) for change in told.changes]
        subject = _subject(told.view, told.changes, lines)
        # Who hears of a request for the first time reads what it is about.
        is_new = told.changes[0].event in (SUBMITTED, JOINED)
        described = told.view.request.description if is_new else ""
        return _mail(row, told.view, subject, lines, told.visit, described)
    due = reminders.reminded(row, at)
    if due is None:
        return None
    view, visit = due
    subject = f"Reminder: {view.request.title}, {when(visit.starts_at, visit.ends_at, view)}"
    return _mail(row, view, subject, [f"Visit {when(visit.starts_at, visit.ends_at, view)}"], visit)


def when(begins: int, ends: int, view: RequestView) -> str:
    """A time in words, by the clocks where the request is: "Wed, Nov 18, 10:30–11:30"."""
    zone = view.request.property.zone
    start, end = clock.to_datetime(begins, zone), clock.to_datetime(ends, zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a, %b %-d, %H:%M}"
    return f"{start:%a, %b %-d, %H:%M}–{until}"


def _mail(
    row: Outbox,
    view: RequestView,
    subject: str,
    lines: list[str],
    visit: Visit | None,
    described: str = "",
) -> Mail:
    base: str = current_app.config["BASE_URL"]
    stop = tokens.address_to_unsubscribe(view.person.id, MAINTENANCE)
    request = view.request
    where = f"threads/{view.thread.thread.id}" if view.thread else f"maintenance/{request.id}"
    place = (
        f"{request.property.name}, {request.unit.name}" if request.unit else (request.property.name)
    )
    facts = {
        "detail": " · ".join((f"#{request.number}", place, request.account.name)),
        "lines": lines,
        "described": described,
        "note": visit.note if visit else "",
        "has_thread": view.thread is not None,
        "address": f"{base}/{where}",
        "settings": f"{base}/settings/notifications",
        "stop": stop,
    }
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Mail(
        view.person.email,
        subject,
        "request",
        row.remembered["reference"],
        facts,
        headers,
        _enclosed(view, visit, base),
    )


def _enclosed(view: RequestView, visit: Visit | None, base: str) -> tuple[Enclosed, ...]:
    if visit is None:
        return ()
    host = urlsplit(base).hostname or "localhost"
    content = calendar.of_visit(view, visit, host, f"{base}/maintenance/{view.request.id}")
    return (Enclosed("visit.ics", "text/calendar", content),)


def _subject(view: RequestView, changes: list[RequestChange], lines: list[str]) -> str:
    title = view.request.title
    if changes[0].event == SUBMITTED:
        return f"{'Urgent request' if view.request.priority == URGENT else 'New request'}: {title}"
    if changes[0].event == JOINED:
        what = "shared a request with you"
        if view.side == Side.PRO:
            what = "has a job for you"
        elif _is_own(view):
            what = "added you to the conversation"
        return f"{view.request.account.name} {what}: {title}"
    return f"{title}: {lines[0]}" if len(lines) == 1 else f"{title}: {len(lines)} changes"


def _line(view: RequestView, change: RequestChange) -> str:
    """What happened, in one line."""
    who = names.first(change.author.name) if change.author_id else "Hallway"
    told = change.told
    if change.event == SUBMITTED:
        return f"{who} submitted this request"
    if change.event == JOINED:
        return f"{who} {'added you to the conversation' if _is_own(view) else 'shared it with you'}"
    if change.event == DECLINED:
        return f"{who} can’t take this job"
    if change.event == CHANGED:
        return f"{who} changed the {told['field']} to {WORDS[told['now']]}"
    return _visit_line(view, who, told)


def _is_own(view: RequestView) -> bool:
    """Whether they wrote it themselves: they know of it before the team brings them in."""
    return view.request.creator_id == view.person.id


def _visit_line(view: RequestView, who: str, told: dict[str, object]) -> str:
    begins, ends, state = told["begins"], told["ends"], told["state"]
    time = when(int(str(begins)), int(str(ends)), view)
    if state == PROPOSED:
        return f"{who} proposed a visit {time}"
    if state == ACCEPTED:
        return f"Visit set for {time}"
    return f"{who} called off the visit {time}"
