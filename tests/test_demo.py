"""The demo data: true by the rules of the product, and the people of the fixed table."""

import shutil
from contextlib import contextmanager

import pytest

from models import chain, clock, database, demo, inbox, inviting, office_hours, passwords, policy
from models.account import LANDLORD, PROPERTY_MANAGER, Account
from models.connection import CONNECTED, DECLINED, DISCONNECTED, INVITED, NOT_CONNECTED, Connection
from models.database import OPEN, db
from models.demo import cast, packing, script
from models.errors import Missing, Refused
from models.homes import homes_of
from models.maintenance import (
    ACCEPTED,
    DEFERRED,
    HIGH,
    IN_PROGRESS,
    LOW,
    NEW,
    NORMAL,
    RESOLVED,
    URGENT,
    MaintenanceRequest,
)
from models.message import TEXT, Attachment, Message, MessageEdition
from models.outbox import CHANGE, Outbox
from models.posting import Draft, post_message
from models.requests.view import RequestView
from models.storage import Folder
from models.thread import GROUPS, AccessWindow, Side, Thread
from models.user import User, by_address
from models.view import View, viewers
from tests.servers import MIGRATED

CLIENT_ID = "6f9a1d4e-0f2b-4a37-9d0c-7a4d5c1b2e3f"
MIDNIGHT = clock.start_of(clock.to_datetime(clock.now(), cast.ZONE).date(), cast.ZONE)


@pytest.fixture(scope="module")
def sqlite_demo(tmp_path_factory, migrated_file):
    folder = tmp_path_factory.mktemp("demo")
    return filled(f"sqlite:///{shutil.copy(migrated_file, folder)}", folder)


@pytest.fixture(scope="module")
def postgres_demo(postgres, tmp_path_factory):
    url = postgres.url(postgres.create(template=MIGRATED))
    return filled(url, tmp_path_factory.mktemp("demo"))


def filled(url, folder):
    with using(url):
        demo.load(Folder(folder / "files"))
    return url


@contextmanager
def using(url):
    database.connect_to(url)
    with db.connection_context():
        yield
    db.obj.close_all()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def loaded(request):
    """The demo data, the same for every test: what a test writes is taken back."""
    with using(request.getfixturevalue(f"{request.param}_demo")), db.atomic() as changes:
        yield
        changes.rollback()


def person(first_name):
    return next(user for user in User.select() if user.first_name == first_name)


def thread_of(contact, account="Birch & Vine"):
    return (
        Thread.select(Thread, Connection)
        .join(Connection)
        .switch(Thread)
        .join(Account)
        .where((Account.name == account) & (Connection.name == contact))
        .get()
    )


def seen_by(first_name):
    """The conversations somebody sees, by contact as the team sees them, else by account."""
    somebody = person(first_name)
    return {row.name for row in inbox.rows(somebody, inbox.positions(somebody))}


def may_write(first_name, contact, account="Birch & Vine"):
    return View.load(person(first_name), thread_of(contact, account).id).refusal() is None


def test_it_is_absent_from_an_empty_house(bound):
    assert not demo.is_present()


def test_it_is_present_once_loaded(loaded):
    assert demo.is_present()


def test_everybody_signs_in_with_the_password(loaded):
    assert len(demo.SIGN_INS) == 12
    for name, email in demo.SIGN_INS:
        assert by_address(email).name == name
    kept = {user.password_hash for user in User.select()}
    assert [passwords.verify(one, demo.PASSWORD) for one in kept] == [True]


def test_nobody_has_an_address_where_mail_arrives(loaded):
    assert all(user.email.endswith(".example") for user in User.select())
    assert {user.email for user in User.select()} <= set(cast.ADDRESSES)


def test_whoever_said_something_stands_on_its_side(loaded):
    for thread in Thread.select():
        views = viewers(thread.id)
        sides = {view.person.id: view.side for view in views}
        shown = views[0].newest(limit=1000)
        assert {m.side == sides[m.author_id] for m in shown if not m.is_event} == {True}


def test_the_record_holds(loaded):
    assert [chain.faults(thread.id) for thread in Thread.select()] == [[]] * 29


@pytest.mark.parametrize(
    "now", [MIDNIGHT + clock.MINUTE, MIDNIGHT + 11 * clock.HOUR, MIDNIGHT + 23 * clock.HOUR]
)
def test_nothing_is_in_the_future_and_all_is_in_order(sqlite_url, tmp_path, now):
    with using(sqlite_url):
        demo.load(Folder(tmp_path / "files"), now)
        check_order(now)


def check_order(now):
    for thread in Thread.select():
        said = Message.select().where(Message.thread == thread).order_by(Message.id)
        instants = [message.created_at for message in said]
        assert instants == sorted(instants)
        assert instants[-1] <= now
    everything = [m.created_at for m in Message.select().order_by(Message.id)]
    assert everything == sorted(everything)
    assert everything[0] < now - 400 * clock.DAY
    assert everything[-1] > now - 5 * clock.MINUTE


def test_one_conversation_has_over_300_messages(loaded):
    long = thread_of("Priya Raman")
    texts = Message.select().where((Message.thread == long) & (Message.kind == TEXT))
    assert texts.count() > 300
    assert len({message.body for message in texts}) > 290


def test_photos_and_documents_are_in_the_conversations(loaded):
    shown = View.load(person("Maya"), thread_of("Priya Raman").id).newest(limit=100)
    carried = [[file.name for file in m.files] for m in shown if m.files]
    assert carried == [
        ["Lease-3B-2026.pdf"],
        ["faucet.jpg", "cabinet.jpg", "stain.jpg"],
        ["Receipt-bucket.pdf"],
    ]
    [photo] = View.load(person("Beth"), thread_of("Beth Whitaker").id).newest()[-1].files
    assert (photo.kind, photo.width, photo.height) == ("image", 1200, 1200)
    assert {path.name for path in packing.FOLDER.iterdir()} == {f.name for f in Attachment.select()}


def test_some_have_a_photo_and_an_office_has_hours(loaded):
    shown = {user.name for user in User.select().where(User.photo != "")}
    assert shown == {"Sofia Castellano", "Tomasz Kowalczyk", "Helen Archer"}
    hours = office_hours.of(Account.get(Account.name == "Birch & Vine"))
    assert hours[5:] == (("10:00", "13:00"), None)


def test_one_message_was_edited_and_one_deleted(loaded):
    shown = View.load(person("Maya"), thread_of("Priya Raman").id).newest()
    assert [m.author_name for m in shown if m.edited] == ["Daniel Reyes"]
    assert [m.author_name for m in shown if m.deleted] == ["Priya Raman"]
    assert MessageEdition.select().count() == 2


def test_maya_is_admin_of_a_property_manager(loaded):
    [account] = policy.team_accounts(person("Maya"))
    assert (account.name, account.mode) == ("Birch & Vine", PROPERTY_MANAGER)
    assert policy.Rights(person("Maya")).channels(account.id) == [
        "tenants",
        "service-pros",
        "owners",
    ]
    assert len(seen_by("Maya")) == 26


def test_what_maya_has_not_read(loaded):
    maya = person("Maya")
    found = inbox.rows(maya, inbox.positions(maya))
    unread = [(row.name, row.unread) for row in found if row.unread]
    assert unread == [
        ("Priya Raman", 1),
        ("Marcus Feld", 2),
        ("No heat in bedroom", 1),
        ("Sofia Castellano", 1),
        ("Team chat", 2),
        ("Front door lock sticks", 1),
        ("Tomasz Kowalczyk", 1),
    ]
    assert {row.name for row in found if row.mentioned} == {"Team chat", "Front door lock sticks"}
    assert inbox.badge(inbox.positions(maya))["unread"] == 9


def test_daniel_manages_everything(loaded):
    assert seen_by("Daniel") - {"Maya Okafor"} == seen_by("Maya") - {"Daniel Reyes"}
    for contact in ("Priya Raman", "Tomasz Kowalczyk", "Helen Archer", "Beth Whitaker"):
        assert may_write("Daniel", contact)
    assert policy.contacts_level(person("Daniel"), thread_of("Priya Raman").account_id) == 2


def test_ruth_reads_tenants_of_one_house_and_writes_to_colleagues_alone(loaded):
    contacts, colleagues = {"Sofia Castellano", "Ade Nwosu"}, {"Maya Okafor", "Daniel Reyes"}
    requests = {"No heat in bedroom", "Dryer won’t start", "Fridge freezing over"}
    assert seen_by("Ruth") == contacts | colleagues | {"Team chat", "88 Quay Rd"} | requests
    for contact in contacts:
        with pytest.raises(Refused):
            post_message(person("Ruth"), thread_of(contact).id, Draft("Hello", CLIENT_ID))
    for contact in ("Priya Raman", "Tomasz Kowalczyk", "Helen Archer", "Beth Whitaker"):
        with pytest.raises(Missing):
            View.load(person("Ruth"), thread_of(contact).id)
    assert list(policy.visible_contacts(person("Ruth"))) == []


@pytest.mark.parametrize(
    ("first_name", "name", "role", "place"),
    [
        ("Priya", "Priya Raman", "tenant", "412 Alder St, Unit 3B"),
        ("Marcus", "Marcus Feld", "tenant", "412 Alder St, Unit 1A"),
        ("Sofia", "Sofia Castellano", "tenant", "88 Quay Rd, Unit 12"),
        ("Beth", "Beth Whitaker", "tenant", "19 Larch Ct, Unit B"),
        ("Jonah", "Jonah Whitaker", "tenant", "19 Larch Ct, Unit B"),
        ("Helen", "Helen Archer", "owner", "412 Alder St"),
    ],
)
def test_a_contact_has_one_conversation_with_the_account(loaded, first_name, name, role, place):
    household = {"Jonah & Beth Whitaker", "Front door lock sticks"}
    others = {
        "Priya": {"Kitchen faucet leaking"},
        "Sofia": {"88 Quay Rd", "Dryer won’t start", "Fridge freezing over"},
        "Beth": household,
        "Jonah": household,
    }
    assert seen_by(first_name) == {"Birch & Vine"} | others.get(first_name, set())
    contact = thread_of(name).contact
    assert (contact.role, contact.state) == (role, CONNECTED)
    assert homes_of([contact.id]) == {contact.id: place}
    assert may_write(first_name, name)


def test_tomasz_is_connected_to_both_accounts(loaded):
    accounts = {"Birch & Vine", "Harbor Homes"}
    assert seen_by("Tomasz") == accounts | {"Kitchen faucet leaking"}
    for account in accounts:
        assert thread_of("Tomasz Kowalczyk", account).contact.company == "Kowalczyk Plumbing"
        assert may_write("Tomasz", "Tomasz Kowalczyk", account)


def test_grace_has_an_invitation_of_two_days_ago(loaded):
    [grace] = Connection.select().where(Connection.name == "Grace Bellamy")
    assert (grace.state, grace.user_id) == (INVITED, None)
    [invitation] = grace.links
    assert invitation.state() == "open"
    assert 47 * clock.HOUR < clock.now() - invitation.created_at < 49 * clock.HOUR
    assert inviting.invite(person("Maya"), grace.id, grace.email).id != invitation.id


def test_some_contacts_are_invited_or_not_connected(loaded):
    found = {c.name: (c.state, c.email) for c in Connection.select()}
    assert found["Hanna Lindholm"] == (NOT_CONNECTED, "")
    assert found["Theo Okonkwo"][0] == NOT_CONNECTED
    assert found["Nils Sörby"][0] == INVITED
    assert found["Ivo Brandt"][0] == DECLINED
    assert found["Camille Duarte"][0] == DISCONNECTED


def test_sam_is_a_landlord_and_a_tenant(loaded):
    [account] = policy.team_accounts(person("Sam"))
    assert (account.name, account.mode) == ("Harbor Homes", LANDLORD)
    assert seen_by("Sam") == {"Omar Haddad", "Tomasz Kowalczyk", "Birch & Vine"}
    assert thread_of("Sam Ortiz").contact.role == "tenant"


def test_omar_is_a_stranger_to_birch_and_vine(loaded):
    assert seen_by("Omar") == {"Harbor Homes"}
    for thread in Thread.select().join(Account).where(Account.name == "Birch & Vine"):
        with pytest.raises(Missing):
            View.load(person("Omar"), thread.id)
    for thread in Thread.select().join(Account).where(Account.name == "Harbor Homes"):
        assert {v.person.first_name for v in viewers(thread.id)} <= {"Sam", "Omar", "Tomasz"}


def test_a_former_tenant_and_the_team_can_read_and_not_write(loaded):
    thread = thread_of("Camille Duarte")
    assert thread.contact.state == DISCONNECTED
    for first_name in ("Camille", "Maya"):
        view = View.load(person(first_name), thread.id)
        assert len(view.newest()) > 10
        assert "disconnected" in view.refusal()
    assert AccessWindow.select().where(AccessWindow.thread == thread).count() == 1


def test_a_line_that_says_nothing_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    (tmp_path / "broken.txt").write_text("= 1 days ago, 10:00\nMaya whispers: hello\n")
    with pytest.raises(ValueError, match=r"broken.txt, line 2"):
        list(script.lines_of("broken", clock.now()))


def test_a_group_holds_who_belongs_to_it(loaded):
    present = {
        thread.title: {window.user.first_name for window in thread.windows if window.to_seq == OPEN}
        for thread in Thread.select().where(Thread.kind.in_(GROUPS))
    }
    assert present == {"Jonah & Beth Whitaker": {"Jonah", "Beth"}, "88 Quay Rd": {"Sofia", "Ade"}}


def request_called(title):
    return MaintenanceRequest.get(MaintenanceRequest.title == title)


def test_seven_requests_are_open_and_one_is_resolved(loaded):
    found = MaintenanceRequest.select().order_by(MaintenanceRequest.number)
    assert [(one.number, one.title, one.status, one.priority) for one in found] == [
        (1037, "Fridge freezing over", RESOLVED, NORMAL),
        (1038, "Ants by the balcony", IN_PROGRESS, LOW),
        (1039, "Dryer won’t start", DEFERRED, NORMAL),
        (1040, "Repaint stairwell", DEFERRED, LOW),
        (1041, "Front door lock sticks", IN_PROGRESS, HIGH),
        (1042, "Kitchen faucet leaking", IN_PROGRESS, HIGH),
        (1043, "Hallway light flickers", NEW, NORMAL),
        (1044, "No heat in bedroom", NEW, URGENT),
    ]
    assert {one.id for one in found} == {thread.request_id for thread in request_threads()}


def request_threads():
    return list(Thread.select().where(Thread.request.is_null(False)))


def test_three_sides_read_what_is_theirs_of_the_leaking_faucet(loaded):
    request = request_called("Kitchen faucet leaking").id
    seen = {who: RequestView.load(person(who), request) for who in ("Maya", "Priya", "Tomasz")}
    assert {view.side for view in seen.values()} == {Side.TEAM, Side.TENANT, Side.PRO}
    for view in seen.values():
        assert [file.name for file in view.files] == ["faucet.jpg", "cabinet.jpg", "stain.jpg"]
        assert view.visit.state == ACCEPTED
        assert view.visit.starts_at < clock.now() < view.visit.ends_at
    notes = {
        who: [m.body for m in view.thread.newest() if m.audience == "team"]
        for who, view in seen.items()
    }
    assert {who: len(said) for who, said in notes.items()} == {"Maya": 2, "Priya": 0, "Tomasz": 0}
    for who in ("Marcus", "Helen", "Omar", "Ruth"):
        with pytest.raises(Missing):
            RequestView.load(person(who), request)


def test_nobody_is_mailed_what_happened_to_requests_long_ago(loaded):
    waiting = Outbox.select().where((Outbox.kind == CHANGE) & Outbox.done_at.is_null())
    assert not waiting.exists()
