"""The pages of an import: bringing a file, looking at it, importing it once, and the report."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app import create_app
from blueprints import import_files, limits
from blueprints.extensions import limiter, socketio
from blueprints.rounds import clear_workshops
from models import clock
from models.connection import INVITED, MANAGE, VIEW, Connection
from models.database import db
from models.link import Link
from models.user import User
from tests.factories import Office, contact, member, office, person, set_mode, set_right, tie_of
from tests.signed_in import browser_of
from tests.test_page_queries import counted

HTMX = {"HX-Request": "true"}
GOOD = "Role,Name,Email,Property,Unit\nTenant,Grace,grace@a.example,412 Alder St,\nPro,Tom,,,\n"
LINES = (
    "Name,Email,Phone\n"
    "Grace Bellamy,grace@bellamy.example,+1 503 555 0115\n"
    "Omar Haddad,nonsense,\n"
    "Priya,{there},\n"
    '"=HYPERLINK(""https://x.example"")",x,\n'
    "<script>alert(1)</script>,script@a.example,\n"
)


class Import:
    """Somebody who imports: the address of their file, and what they do with it."""

    def __init__(self, app: Flask, house: Office, user: User | None = None) -> None:
        self.client: FlaskClient = browser_of(app, user or house.admin)
        self.address = ""

    def bring(self, data: bytes | str, **form: Any) -> TestResponse:
        data = data.encode() if isinstance(data, str) else data
        form = form or {"file": FileStorage(io.BytesIO(data), "contacts.csv")}
        boundary, body = encode_multipart(form)
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self.client.post("/contacts/import", data=body, content_type=kind)
        self.address = (answer.location or "").partition("?")[0]
        return answer

    def look(self, query: str = "") -> str:
        answer = self.client.get(self.address + query)
        assert answer.status_code == 200
        return answer.text

    def press(self, query: str = "", **form: str) -> TestResponse:
        seen = re.search(r'name="seen" value="(\w+)"', self.look(query))
        return self.client.post(self.address + query, data={"seen": seen[1] if seen else ""} | form)


@pytest.fixture
def house(app: Flask) -> Office:
    return office("Birch & Vine")


@pytest.fixture
def mine(app: Flask, house: Office) -> Import:
    return Import(app, house)


def lines_with_priya(house: Office) -> str:
    return LINES.format(there=contact(house.account, "Priya Raman").email)


def names(house: Office) -> set[str]:
    query = Connection.select().where(Connection.account == house.account)
    return {one.name for one in query} - {"Daniel Foster"}


def text_of(answer: TestResponse | str) -> str:
    html = answer if isinstance(answer, str) else answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def test_from_a_file_to_the_report(mine: Import, house: Office) -> None:
    answer = mine.bring(lines_with_priya(house))
    assert (answer.status_code, answer.location) == (303, mine.address)
    words = text_of(mine.look())
    assert "2 contacts will be added, 1 is there already, 2 lines need fixing." in words
    assert "That address looks incomplete" in words
    assert "Priya Raman has this email already." in words
    assert names(house) == {"Priya Raman"}

    refused = mine.press()
    assert refused.status_code == 422
    assert "or leave them out" in text_of(refused)
    assert names(house) == {"Priya Raman"}

    done = mine.press(without_faults="yes")
    assert (done.status_code, done.location) == (303, f"{mine.address}/report")
    assert names(house) == {"Priya Raman", "Grace Bellamy", "<script>alert(1)</script>"}
    report = mine.client.get(done.location)
    assert "2 contacts were added" in text_of(report)
    assert "1 was there already, 2 lines were left out." in text_of(report)
    assert "<script>alert" not in report.text
    assert not Link.select().exists()


def test_the_lines_to_fix_come_as_a_file_without_formulas(mine: Import, house: Office) -> None:
    mine.bring(lines_with_priya(house))
    answer = mine.client.get(f"{mine.address}/faults.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.data.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert '"=' not in text
    assert "That address looks incomplete" in text
    assert "Grace" not in text
    mine.bring(answer.data)
    assert "2 lines need fixing" in text_of(mine.look())


def test_the_same_press_again_leads_to_the_same_report(mine: Import, house: Office) -> None:
    mine.bring("Name,Email\nGrace,grace@a.example\nNo mail,\n")
    seen = re.search(r'name="seen" value="(\w+)"', mine.look())
    assert seen
    for _ in range(2):
        answer = mine.client.post(mine.address, data={"seen": seen[1]})
        assert (answer.status_code, answer.location) == (303, f"{mine.address}/report")
        assert "2 contacts were added" in text_of(mine.client.get(answer.location))
    assert Connection.select().where(Connection.name.in_(["Grace", "No mail"])).count() == 2
    assert mine.client.get(mine.address).location == f"{mine.address}/report"


def test_two_presses_at_once_lead_to_one_report(app: Flask, mine: Import, house: Office) -> None:
    mine.bring("Name,Email\nGrace,grace@a.example\nNo mail,\n")
    other = app.test_client()
    with other.session_transaction() as cookie:
        cookie["_user_id"] = mine.client.session_token
    form = {"seen": "aa"}
    with ThreadPoolExecutor(2) as pool:  # each request opens a connection of its own
        presses = [pool.submit(each.post, mine.address, data=form) for each in (mine.client, other)]
    answers = [press.result() for press in presses]
    assert [answer.location for answer in answers] == [f"{mine.address}/report"] * 2
    assert Connection.select().where(Connection.name.in_(["Grace", "No mail"])).count() == 2
    assert "2 contacts were added" in text_of(mine.client.get(f"{mine.address}/report"))


def test_a_press_whose_report_was_lost_adds_nobody_again(
    mine: Import, house: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    mine.bring("Name,Email\nGrace,grace@a.example\nNo mail,\n")
    with monkeypatch.context() as patch:
        patch.setattr(import_files.ImportFile, "keep_report", full)
        assert mine.press().status_code == 303
    answer = mine.client.post(mine.address, data={"seen": "aa"})
    assert (answer.status_code, answer.location) == (303, f"{mine.address}/report")
    assert "Nobody was added 2 were there already" in text_of(mine.client.get(answer.location))
    assert len(names(house)) == 2


def test_what_changed_since_the_preview_is_shown_and_nothing_added(
    mine: Import, house: Office
) -> None:
    mine.bring("Name,Email\nGrace,grace@a.example\nOmar,omar@a.example\n")
    contact(house.account, "Omar Haddad", state="not_connected")
    Connection.update(email="omar@a.example").where(Connection.name == "Omar Haddad").execute()
    answer = mine.client.post(mine.address, data={"seen": "aa"})
    assert answer.status_code == 409
    assert "Something changed since you looked" in text_of(answer)
    assert "1 line is marked “Changed”" in text_of(answer)
    assert names(house) == {"Omar Haddad"}
    assert mine.press().status_code == 303
    assert names(house) == {"Omar Haddad", "Grace"}


def test_open_pages_of_the_team_hear_of_it(app: Flask, mine: Import, house: Office) -> None:
    maya = member(house.account, "Maya")
    browser = browser_of(app, maya)
    socket = socketio.test_client(app, flask_test_client=browser)
    socket.get_received()
    mine.bring("Name\nGrace\n")
    mine.press()
    assert "access:changed" in {one["name"] for one in socket.get_received()}


def test_choices_stand_in_the_address(mine: Import, house: Office) -> None:
    data = "Name,Property,Unit,From\nGrace,New Rd,1,3/4/2026\n"
    mine.bring(data)
    assert "You have no property called “New Rd”." in text_of(mine.look())
    words = text_of(mine.look("?places=add&days=month"))
    assert "1 property and 1 unit will be added with them." in words
    assert "Mar 4, 2026" in words
    assert "Apr 3, 2026" in text_of(mine.look("?places=add&days=day"))
    assert mine.press("?places=add&days=day").status_code == 303
    assert "1 property and 1 unit came with them" in text_of(
        mine.client.get(f"{mine.address}/report")
    )


def test_lines_without_a_role_have_the_one_chosen(mine: Import, house: Office) -> None:
    mine.client.get("/contacts/import?role=service_pro")
    form = {"text": "Name\nTomasz\n", "file": (io.BytesIO(b""), "")}
    answer = mine.client.post("/contacts/import?role=service_pro", data=form)
    mine.address = answer.location.partition("?")[0]
    assert mine.press(f"?{answer.location.partition('?')[2]}").status_code == 303
    assert Connection.get(Connection.name == "Tomasz").role == "service_pro"


def test_a_report_hides_owners_with_the_others(mine: Import, house: Office) -> None:
    mine.bring("Role,Name\nOwner,Olga Reed\nTenant,Grace Bellamy\n")
    mine.press()
    assert "Olga Reed" in mine.client.get(f"{mine.address}/report").text
    set_mode(house.account, "landlord")
    report = mine.client.get(f"{mine.address}/report").text
    assert "Grace Bellamy" in report
    assert "Olga Reed" not in report


def test_send_connection_to_all_that_have_an_address(
    mine: Import, house: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine.bring("Name,Email\nGrace,grace@a.example\nNo mail,\n")
    assert "Send connection to the 1 with an email" in text_of(mine.look())
    mine.press(invites="yes")
    assert Connection.get(Connection.name == "Grace").state == INVITED
    assert Link.get().email == "grace@a.example"
    assert "1 invitation is on the way" in text_of(mine.client.get(f"{mine.address}/report"))


def test_invitations_count_against_the_limit_of_mails(
    app: Flask, house: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def many(prefix: str, number: int) -> str:
        lines = (f"{prefix}{n},{prefix}{n}@a.example\n" for n in range(number))
        return "Name,Email\n" + "".join(lines)

    monkeypatch.setattr(limits, "MAILS_AN_HOUR", 3)
    counting = {"INSTANCE_PATH": str(tmp_path / "limited"), "RATELIMIT_ENABLED": True}
    of_app = {name: app.config[name] for name in ("TESTING", "DATABASE_URL", "IN_BACKGROUND")}
    limited = create_app(of_app | counting)
    limiter.reset()
    db.connect(reuse_if_open=True)
    mine = Import(limited, house)
    mine.bring(many("a", 2))
    assert mine.press(invites="yes").status_code == 303
    mine.bring(many("b", 2))
    refused = mine.press(invites="yes")
    assert refused.status_code == 429
    assert "Too many emails at once. Wait an hour." in text_of(refused)
    assert names(house) == {"a0", "a1"}
    assert mine.press().status_code == 303
    mine.bring(many("c", 1))
    assert mine.press(invites="yes").status_code == 303
    mine.bring(many("d", 4))
    assert "At most 3 invitations go out in an hour" in text_of(mine.look())
    assert Link.select().count() == 3


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 422, "nothing in it"),
        (b"PK\x03\x04rest", 422, "a workbook"),
        ("Name\nGrace".encode("utf-16"), 422, "UTF-16"),
        (b"Name\nGr\0ce", 422, "not a text file"),
        (b"<html><script>alert(1)</script></html>", 422, "must be “Name”"),
        (b"Name" + b"," * 1_000_000, 422, "columns"),
        (b"Name\n" + b"x" * 2_500_000, 413, "larger than 2 MB"),
        (b"Name\n" + b"x" * 10_000_000, 413, "larger than 2 MB"),
        (b"Name\n" + b"x\n" * 5_001, 422, "5,000 lines"),
    ],
    ids=["empty", "zip", "utf-16", "nul", "html", "columns", "2.5 MB", "10 MB", "lines"],
)
def test_hostile_files_are_answered_with_a_sentence(
    mine: Import, data: bytes, status: int, words: str
) -> None:
    answer = mine.bring(data)
    assert answer.status_code == status
    assert words in text_of(answer)
    assert "field-error" in answer.text


def test_too_much_pasted_text_is_answered_too(mine: Import) -> None:
    for size in (2_500_000, 10_000_000):
        answer = mine.bring("", text="Name\n" + "x" * size)
        assert answer.status_code == 413
        assert "larger than 2 MB" in text_of(answer)


def test_what_was_pasted_stays_in_the_form(mine: Import) -> None:
    answer = mine.bring("", text="Email\n<b>@example.com")
    assert answer.status_code == 422
    assert "&lt;b&gt;@example.com</textarea>" in answer.text


@pytest.mark.parametrize("seen", [None, "", "a", "x" * 10_000, "\0", "🦊"])
def test_a_press_that_saw_nothing_adds_nothing(
    mine: Import, house: Office, seen: str | None
) -> None:
    mine.bring("Name,Email\nGrace,grace@a.example\nOmar,\n")
    answer = mine.client.post(mine.address, data={} if seen is None else {"seen": seen})
    assert answer.status_code == 409
    assert names(house) == set()


class TestWhoMay:
    ADDRESSES = ("", "/template.csv", "/{token}", "/{token}/faults.csv", "/{token}/report")

    def test_a_file_is_its_bringers_alone_and_of_one_account(
        self, app: Flask, mine: Import, house: Office
    ) -> None:
        mine.bring("Name\nGrace\n")
        other = office("Another")
        for somebody in (member(house.account), other.admin):
            theirs = browser_of(app, somebody)
            for ending in ("", "/faults.csv", "/report"):
                assert theirs.get(mine.address + ending).status_code == 404
            assert theirs.post(mine.address, data={"seen": "a"}).status_code == 404
        assert names(house) == {"Maya Chen"}

    @pytest.mark.parametrize("token", ["1" * 40, "../../secret_key", "x", "a" * 41, "%00"])
    def test_a_guessed_address_leads_nowhere(self, mine: Import, token: str) -> None:
        for ending in ("", "/faults.csv", "/report"):
            assert mine.client.get(f"/contacts/import/{token}{ending}").status_code == 404
        assert mine.client.post(f"/contacts/import/{token}").status_code == 404

    def test_a_view_of_contacts_is_refused_and_a_lost_right_counts(
        self, app: Flask, house: Office
    ) -> None:
        ruth = member(house.account, "Ruth", rights={"contacts": MANAGE, "tenants": VIEW})
        hers = Import(app, house, ruth)
        hers.bring("Name\nGrace\n")
        set_right(tie_of(ruth, house.account), "contacts", VIEW)
        token = hers.address.rpartition("/")[2]
        for ending in self.ADDRESSES:
            address = "/contacts/import" + ending.format(token=token)
            assert hers.client.get(address).status_code == 403
        assert hers.client.post(hers.address, data={"seen": "a"}).status_code == 403
        assert hers.bring("Name\nGrace\n").status_code == 403
        assert "Import CSV" not in hers.client.get("/contacts").text

    def test_who_is_on_no_team_finds_nothing(self, app: Flask, house: Office) -> None:
        for somebody in (person(), contact(house.account).user):
            theirs = browser_of(app, somebody)
            assert theirs.get("/contacts/import").status_code == 404
            assert theirs.post("/contacts/import").status_code == 404


def test_files_are_cleared_away_after_a_day(app: Flask, mine: Import) -> None:
    mine.bring("Name\nGrace\n")
    with app.app_context():
        assert clear_workshops(clock.now()) == 0
        assert clear_workshops(clock.now() + clock.DAY + clock.HOUR) == 1
    assert mine.client.get(mine.address).status_code == 404


def test_a_full_disk_is_told(mine: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(import_files.ImportFile, "keep", full)
    answer = mine.bring("Name\nGrace\n")
    assert answer.status_code == 422
    assert "no room on the server" in text_of(answer)


def test_parts_are_no_pages(mine: Import) -> None:
    mine.bring("Name\nGrace\n")
    for address in ("/contacts/import", mine.address):
        assert "<html" not in mine.client.get(address, headers=HTMX).text
        assert "<html" in mine.client.get(address).text


def test_long_files_have_pages_that_ask_no_more_of_the_database(
    mine: Import, house: Office
) -> None:
    asked = []
    for number in (5, 1_000):
        mine.bring("Name,Email\n" + "".join(f"P {n},p{n}@a.example\n" for n in range(number)))
        mine.look()
        with counted() as seen:
            shown = mine.look("?page=2" if number > 5 else "")
        asked.append(len(seen))
    assert asked[0] == asked[1], asked
    assert "P 200<" in shown
    assert "P 199<" not in shown
    assert "page=3" in shown
    assert "No line is like this." in mine.look("?show=faulty")
    assert "page=4" in mine.look("?page=99999999999999999999")
