"""Does everybody see what the oracle says they should? Every difference is a sentence."""

from models import inbox
from models.errors import Missing
from models.inbox import Position
from models.requests.view import view_of
from models.view import View, viewers
from tests.oracle import Oracle, Topic
from tests.world import Client, World

EVERYTHING = 1_000_000


def differences(world: World) -> list[str]:
    found = []
    for person in world.users:
        found += _person(world, person)
    for topic in world.oracle.topics.values():
        told = {view.person.id for view in viewers(topic.id, world.now)}
        expected = {p for p in world.users if world.oracle.sees(p, topic, world.now)}
        if told != expected:
            found.append(f"{topic.kind} {topic.id} is told to {told}, not to {expected}")
    for topic in world.requests:
        for person in world.users:
            where = f"request {world.threads[topic.id].request_id} for {person}"
            found += [f"{where}: {fault}" for fault in _request(world, person, topic)]
    for (person, thread), client in world.clients.items():
        if not client_is_right(client, world.now):
            found.append(f"the client of {person} holds a wrong copy of {thread}")
    return found


def client_is_right(client: Client, now: int | None = None) -> bool:
    """Whether a client that catches up now holds exactly what a fresh view shows."""
    client.poll(now)
    try:
        fresh = View.load(client.user, client.thread, now).newest(EVERYTHING)
    except Missing:
        return not client.held
    expected = {seen.id: seen for seen in fresh if seen.id >= client.floor}
    return client.held == expected


def _person(world: World, person: int) -> list[str]:
    oracle, now, user = world.oracle, world.now, world.users[person]
    positions = {p.thread: p for p in inbox.positions(user, now)}
    rows = {row.id: row for row in inbox.rows(user, positions.values(), now)}
    found, total = [], 0
    for topic in oracle.topics.values():
        where = f"{topic.kind} {topic.id} for {person}"
        visible = oracle.sees(person, topic, now)
        if visible != (topic.id in positions):
            found.append(f"{where} is listed: {topic.id in positions}")
        if visible and topic.id in positions:
            position = positions[topic.id]
            found += _row(oracle, person, topic, position, rows[topic.id].snippet, now)
            total += oracle.counted(person, topic, now)
        found += [f"{where}: {fault}" for fault in _view(world, person, topic, visible)]
    if inbox.badge(positions.values())["unread"] != total:
        found.append(f"the badge of {person} is not {total}")
    return found


def _request(world: World, person: int, topic: Topic) -> list[str]:
    """What somebody is shown of a request itself: its status, its timeline, its people."""
    oracle, now = world.oracle, world.now
    view = view_of(world.users[person], world.threads[topic.id].request_id, now)
    status = oracle.status(person, topic, now)
    if view is None or status is None:
        return [] if view is status else [f"seen: {view is not None}"]
    by_right = oracle.level(person, topic, now) > 0
    events = {seq for seq, said in topic.log.items() if said.is_event}
    handed = events if by_right else events & set(topic.handed[person])
    pairs = {
        "status": (view.request.status, status),
        "takes part": (view.takes_part, by_right or person in topic.present),
        "timeline": ({one.version for one in view.changes}, handed),
        "conversation": (view.thread is not None, True),
    }
    if view.takes_part:
        shared = {one.connection.user_id for one in view.sharers}
        pairs["people"] = (shared, set(topic.present))
    return [f"{name} {got}, not {right}" for name, (got, right) in pairs.items() if got != right]


def _row(
    oracle: Oracle, person: int, topic: Topic, position: Position, snippet: str | None, now: int
) -> list[str]:
    where = f"the row of {topic.kind} {topic.id} for {person}"
    shown = oracle.shown(person, topic, now)
    last = shown[max(shown)] if shown else None
    words = None
    if last and not last.said.is_event:
        words = "Message deleted" if last.said.deleted else last.body
    pairs = {
        "last message": (position.last_seq, last.said.seq if last else 0),
        "words": (snippet, words),
        "unread": (position.unread, oracle.unread(person, topic, now)),
        "mentioned": (position.mentioned, oracle.mentioned(person, topic, now)),
        "live": (position.live, oracle.live(person, topic, now)),
        "counted": (position.counted, oracle.counted(person, topic, now)),
    }
    return [
        f"{where}: {name} {got}, not {right}"
        for name, (got, right) in pairs.items()
        if got != right
    ]


def _view(world: World, person: int, topic: Topic, visible: bool) -> list[str]:
    oracle, now = world.oracle, world.now
    try:
        view = View.load(world.users[person], topic.id, now)
    except Missing:
        return ["missing"] if visible else []
    if not visible:
        return ["not theirs, but opens"]
    found = []
    shown = oracle.shown(person, topic, now)
    seen = {m.id: (m.version, m.body, m.deleted) for m in view.newest(EVERYTHING)}
    expected = {seq: (c.version, c.body, c.said.deleted) for seq, c in shown.items()}
    if seen != expected:
        wrong = [seq for seq in seen | expected if seen.get(seq) != expected.get(seq)]
        found.append(f"messages {wrong} differ")
    allowed = oracle.audiences(person, topic, now)
    if (view.refusal() is None) != bool(allowed):
        found.append(f"may write: {view.refusal()}")
    elif allowed and set(view.audiences()) != allowed:
        found.append(f"audiences {view.audiences()}")
    return found
