"""The search bar: who finds whom and what, in which order, and what is shown of them."""

from urllib.parse import quote

import pytest
from flask import Flask
from playhouse.test_utils import count_queries

from models import clock
from models.account import LANDLORD
from models.clock import DAY
from models.connection import (
    DISCONNECTED,
    INVITED,
    MANAGE,
    NOT_CONNECTED,
    OWNER,
    SERVICE_PRO,
    VIEW,
    Connection,
)
from models.search import Found, search
from models.team import RIGHTS
from models.thread import ANNOUNCEMENT, CONTACTS, CONVERSATION, TENANTS, Thread
from models.user import User
from tests import factories
from tests.factories import (
    Office,
    common_chat,
    contact,
    dialogue_of,
    group,
    member,
    move_in,
    office,
    own,
    personal_chat,
    property_of,
    say,
    set_list,
    set_mode,
    set_right,
    tie_of,
    unit,
)
from tests.signed_in import browser_of
from tests.standing import NAME, PEOPLE, SCENARIOS, Standing


@pytest.fixture
def house(bound: str) -> Office:
    return office("Birch & Vine")


def found(user: User, query: str, account: int | None = 0, at: int | None = None) -> list[Found]:
    """What `user` finds; in the account they are on the team of, unless another is shown."""
    if account == 0:
        mine = Connection.get_or_none(
            (Connection.user == user) & Connection.role.in_(["admin", "sub_admin"])
        )
        account = mine and mine.account_id
    return search(user, account, query, at=at).shown


def names(user: User, query: str, **where: int | None) -> list[str]:
    return [one.name for one in found(user, query, **where)]


class TestWhoFindsWhom:
    @pytest.mark.usefixtures("bound")
    @pytest.mark.parametrize("scenario", SCENARIOS)
    def test_everybody_in_every_relation(self, scenario: str, tmp_path) -> None:
        world = Standing(SCENARIOS[scenario], Shelf(), tmp_path)
        for who in PEOPLE[1:-1]:
            theirs = found(world.people[who], NAME)
            known = world.sight(who) or world.keeping(who)
            assert [one.name for one in theirs] == ([NAME] if known else []), who
            for one in theirs:
                assert one.thread_id == (world.thread and world.thread.id), who
        themself = world.people["themself"]
        landlords = found(themself, world.office.account.name)
        assert [one.thread_id for one in landlords] == ([world.thread.id] if world.thread else [])
        assert not found(themself, NAME)

    @pytest.mark.parametrize("level", [0, VIEW, MANAGE])
    def test_the_contacts_permission_changes_nothing(self, house: Office, level: int) -> None:
        contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
        ruth = member(house.account, "Ruth", rights={TENANTS: VIEW, CONTACTS: level})
        assert names(ruth, "grace") == ["Grace Bellamy"]

    def test_a_channel_without_a_right_is_not_searched(self, house: Office) -> None:
        contact(house.account, "Priya Raman")
        contact(house.account, "Tomasz Kowalczyk", SERVICE_PRO)
        ruth = member(house.account, "Ruth", rights={"service-pros": VIEW, CONTACTS: MANAGE})
        assert names(ruth, "priya") == []
        assert names(ruth, "tomasz") == ["Tomasz Kowalczyk"]
        set_right(tie_of(ruth, house.account), "service-pros", 0)
        assert names(ruth, "tomasz") == []

    def test_with_a_list_nobody_is_found_by_or_for_a_home_outside_it(self, house: Office) -> None:
        quay = property_of(house.account, "88 Quay Rd")
        both = contact(house.account, "Both", home=house.unit)
        move_in(both, unit(quay, "Unit 9"))
        contact(house.account, "Quayside", home=unit(quay))
        pro = contact(house.account, "Tomasz", SERVICE_PRO)
        helen = contact(house.account, "Helen", OWNER)
        own(helen, quay)
        ruth = member(house.account, "Ruth", properties=[house.place])
        assert names(ruth, "alder") == ["Both"]
        assert names(ruth, "quay") == []
        assert names(ruth, "tomasz") == [pro.name]
        assert names(ruth, "helen") == []
        set_list(tie_of(ruth, house.account), [quay])
        assert sorted(names(ruth, "quay")) == ["Both", "Helen", "Quayside"]
        assert names(ruth, "alder") == []
        set_list(tie_of(ruth, house.account), [])
        assert names(ruth, "quay") == []
        assert sorted(names(house.admin, "quay")) == ["Both", "Helen", "Quayside"]

    def test_owners_come_and_go_with_the_mode(self, house: Office) -> None:
        helen = contact(house.account, "Helen Archer", OWNER)
        own(helen, house.place)
        assert names(house.admin, "412 alder") == ["Helen Archer"]
        set_mode(house.account, LANDLORD)
        assert names(house.admin, "helen") == names(house.admin, "412 alder") == []
        assert names(helen.user, "birch") == ["Birch & Vine"]

    def test_two_accounts_are_searched_one_at_a_time(self, house: Office) -> None:
        other = office("Harbor Homes")
        maya = member(house.account, "Maya")
        member(other.account, user=maya)
        contact(house.account, "Priya Raman")
        contact(other.account, "Priya Other")
        common_chat(other.account)
        landlord = office("Elm Partners").account
        contact(landlord, user=maya)
        assert names(maya, "priya", account=house.account.id) == ["Priya Raman"]
        assert names(maya, "priya", account=other.account.id) == ["Priya Other"]
        assert names(maya, "team", account=house.account.id) == []
        assert names(maya, "team", account=other.account.id) == ["Team chat"]
        for account in (house.account.id, other.account.id, None):
            assert names(maya, "elm", account=account) == ["Elm Partners"]
        assert names(maya, "priya", account=None) == []
        # An account in which one is nobody shows nothing, whoever asks for it.
        assert names(maya, "daniel", account=landlord.id) == []
        assert names(maya, "maya", account=landlord.id) == []

    def test_contacts_find_their_own_conversations_only(self, house: Office) -> None:
        priya = contact(house.account, "Priya Raman", home=house.unit)
        marcus = contact(house.account, "Marcus Feld", home=house.unit)
        group(house.account, TENANTS, CONVERSATION, [priya])
        group(house.account, TENANTS, ANNOUNCEMENT, [marcus])
        Thread.update(title="Roof work").where(Thread.kind == ANNOUNCEMENT).execute()
        common_chat(house.account)
        assert names(priya.user, "birch") == ["Birch & Vine"]
        assert names(priya.user, "alder") == ["Birch & Vine"]
        assert names(priya.user, "everybody") == ["Everybody"]
        for hidden in ("roof", "marcus", "feld", "priya", "team", "daniel"):
            assert names(priya.user, hidden) == []

    def test_chats_of_two_belong_to_the_two(self, house: Office) -> None:
        maya, ruth = member(house.account, "Maya"), member(house.account, "Ruth")
        personal_chat(house.account, maya, ruth)
        common_chat(house.account)
        assert names(maya, "ruth") == ["Ruth"]
        assert names(ruth, "maya") == ["Maya"]
        assert names(house.admin, "ruth") == names(house.admin, "maya") == []
        assert names(house.admin, "team") == ["Team chat"]

    def test_who_was_hired_finds_their_dialogue_as_the_tenant_they_were(self, house) -> None:
        tie = contact(house.account, "Sam Ortiz")
        factories.disconnect(tie)
        factories.set_role(tie, "sub_admin")
        Connection.update(state="connected").where(Connection.id == tie.id).execute()
        for channel in RIGHTS:
            set_right(tie, channel, MANAGE)
        assert names(tie.user, "birch") == ["Birch & Vine"]
        assert names(tie.user, "sam") == []
        assert [one.thread_id for one in found(house.admin, "sam")] == [dialogue_of(tie).id]


class Shelf:
    """Storage for files that nobody reads here."""

    def put(self, _content) -> str:
        return "kept"


class TestByWhat:
    @pytest.mark.parametrize(
        "query",
        [
            "priya", "raman pri", "prya", "412 alder", "alder 3b", "3B", "unit 3b", "priya 3b",
            "priya@raman", "raman.example", "412 ALDER ST", "alder priya unit",
        ],
    )  # fmt: skip
    def test_a_tenant_by_name_home_and_address(self, house: Office, query: str) -> None:
        priya = contact(house.account, "Priya Raman", home=unit(house.place, "Unit 3B"))
        Connection.update(email="priya@raman.example").where(Connection.id == priya.id).execute()
        contact(house.account, "Marcus Feld", home=unit(house.place, "Unit 1A"))
        assert "Priya Raman" in names(house.admin, query)

    def test_a_pro_by_company(self, house: Office) -> None:
        pro = contact(house.account, "Tomasz", SERVICE_PRO)
        Connection.update(company="Kowalczyk Plumbing").where(Connection.id == pro.id).execute()
        (hit,) = found(house.admin, "plumbing kowalczik")
        assert said(hit.detail) == "Service pro · [Kowalczyk] [Plumbing]"

    def test_an_owner_by_each_property(self, house: Office) -> None:
        helen = contact(house.account, "Helen", OWNER)
        for name in ("9 Oak Ave", "7 Elm Ct"):
            own(helen, property_of(house.account, name))
        (hit,) = found(house.admin, "oak")
        assert said(hit.detail) == "Owner · 7 Elm Ct, 9 [Oak] Ave"

    def test_a_tenant_of_two_units_by_both_and_not_by_one_they_left(self, house: Office) -> None:
        now = clock.now()
        priya = contact(house.account, "Priya")
        for name, start, end in (
            ("Old", 0, now - DAY),
            ("East", 1, now + DAY),
            ("West", 2, now * 2),
        ):
            move_in(priya, unit(house.place, f"{name} wing"), start, end)
        assert said(found(house.admin, "priya")[0].detail) == "Tenant · 412 Alder St, West wing"
        assert said(found(house.admin, "east")[0].detail) == "Tenant · 412 Alder St, [East] wing"
        assert names(house.admin, "old") == []
        assert names(house.admin, "east", at=now + 2 * DAY) == []

    def test_what_is_not_in_the_row_is_said_besides(self, house: Office) -> None:
        priya = contact(house.account, "Priya Raman", home=house.unit)
        (hit,) = found(house.admin, f"raman {priya.email}")
        assert "[Raman]" in said(hit.named)
        assert hit.aside
        assert priya.email in said(hit.aside).replace("[", "").replace("]", "")
        assert found(house.admin, "priya")[0].aside is None

    @pytest.mark.parametrize(
        "query",
        [
            "", " ", "%", "_", "%%%", "\\", ".*", "(a+)+$", "'; DROP TABLE connection; --", "\x00",
            "\ud800", "x" * 10_000, "a " * 5_000, "🦊" * 5_000, "\u202e" * 50, "ﷺ" * 100,
            "e\u0301" * 3_000, "ⅷ½" * 99, "<b>", '"', "{{7*7}}",
        ],
    )  # fmt: skip
    def test_hostile_queries_find_nothing_and_break_nothing(self, house, query: str) -> None:
        contact(house.account, "Priya Raman")
        assert names(house.admin, query) == []


class TestOrder:
    def test_whom_one_talks_with_comes_first_then_the_connected_then_the_others(
        self, house: Office
    ) -> None:
        for name, state in (("New", NOT_CONNECTED), ("Left", DISCONNECTED), ("Asked", INVITED)):
            contact(house.account, f"Kim {name}", state=state)
        silent = contact(house.account, "Kim Silent")
        earlier, latest = contact(house.account, "Kim Earlier"), contact(house.account, "Kim Late")
        say(earlier.user, dialogue_of(earlier))
        say(latest.user, dialogue_of(latest))
        order = ["Kim Late", "Kim Earlier", silent.name, "Kim Left", "Kim Asked", "Kim New"]
        assert names(house.admin, "kim") == order
        say(house.admin, dialogue_of(silent))
        assert names(house.admin, "kim")[0] == silent.name

    def test_a_better_fit_beats_a_better_known_one(self, house: Office) -> None:
        known = contact(house.account, "Alan Kay", home=house.unit)
        say(known.user, dialogue_of(known))
        contact(house.account, "Alder Jones", state=NOT_CONNECTED)
        contact(house.account, "Alde Smith", state=NOT_CONNECTED)
        assert names(house.admin, "alde") == ["Alde Smith", "Alder Jones", "Alan Kay"]

    def test_what_was_said_after_one_left_moves_nothing_up(self, house: Office) -> None:
        sam = contact(house.account, "Sam Ortiz")
        one, other = (group(house.account, TENANTS, CONVERSATION, [sam]) for _ in range(2))
        assert [hit.thread_id for hit in found(sam.user, "everybody")] == [other.id, one.id]
        for thread in (one, other):
            factories.unshare(thread, sam)
        say(house.admin, one)
        assert [hit.thread_id for hit in found(sam.user, "everybody")] == [other.id, one.id]

    def test_all_are_counted_and_the_best_are_shown(self, house: Office) -> None:
        for number in range(25):
            contact(house.account, f"Kim {number}", state=NOT_CONNECTED)
        results = search(house.admin, house.account.id, "kim")
        assert (len(results.shown), results.total) == (20, 25)
        assert len(search(house.admin, house.account.id, "kim", limit=30).shown) == 25


def test_the_number_of_queries_does_not_grow(house: Office) -> None:
    counts = []
    for more in (2, 12):
        for _ in range(more):
            contact(house.account, "Kim", home=house.unit)
            own(contact(house.account, "Kim", OWNER), house.place)
            group(house.account, TENANTS, CONVERSATION, [contact(house.account, "Kim")])
        with count_queries() as asked:
            search(house.admin, house.account.id, "kim")
        counts.append(asked.count)
    assert counts[0] == counts[1] <= 7


def test_the_comparing_can_be_done_elsewhere(house: Office) -> None:
    contact(house.account, "Priya")
    done = []

    def elsewhere(work, *args):
        with count_queries() as asked:
            answer = work(*args)
        done.append(asked.count)
        return answer

    assert search(house.admin, house.account.id, "priya", run=elsewhere).total == 1
    assert done == [0]


def said(text) -> str:
    return "".join(f"[{part}]" if hit else part for part, hit in text.parts)


class TestPage:
    @pytest.fixture
    def place(self, app: Flask) -> Office:  # noqa: ARG002  it brings the database
        return office("Birch & Vine")

    @pytest.mark.parametrize(
        ("state", "opens", "level", "offers"),
        [
            ("connected", True, MANAGE, False),
            (DISCONNECTED, True, MANAGE, True), (DISCONNECTED, True, VIEW, False),
            (NOT_CONNECTED, False, MANAGE, True), (NOT_CONNECTED, False, VIEW, False),
            (NOT_CONNECTED, False, 0, False),
            ("declined", False, MANAGE, True), (INVITED, False, MANAGE, True),
        ],
    )  # fmt: skip
    def test_what_a_result_offers(
        self, app: Flask, place: Office, state: str, opens: bool, level: int, offers: bool
    ) -> None:
        tie = contact(place.account, "Grace Bellamy", state=state)
        ruth = member(place.account, "Ruth", rights={TENANTS: VIEW, CONTACTS: level})
        for headers in ({}, {"HX-Request": "true"}):
            text = browser_of(app, ruth).get("/search?q=grace", headers=headers).text
            assert "<mark>Grace</mark> Bellamy" in text
            assert ('href="/threads/' in text) == opens
            assert (f'href="/contacts/{tie.id}/invite"' in text) == offers
            assert ("Send connection" in text) == offers
            # Who may see the pages of contacts is led there, where there is nothing else to open.
            alone = not opens and not offers
            assert (f'href="/contacts/{tie.id}"' in text) == (alone and level > 0)
            assert ("Disconnected" in text) == (state == DISCONNECTED)

    def test_who_was_invited_today_is_not_invited_again(self, app: Flask, place: Office) -> None:
        tie = contact(place.account, "Grace Bellamy", state=NOT_CONNECTED)
        client = browser_of(app, place.admin)
        assert "Send connection" in client.get("/search?q=grace").text
        client.post(f"/contacts/{tie.id}/invite", data={"email": "grace@bellamy.example"})
        text = client.get("/search?q=grace").text
        assert "Invited" in text
        assert "Send connection" not in text

    def test_roles_are_those_of_a_list_only_for_the_script(self, app: Flask, place) -> None:
        contact(place.account, "Grace Bellamy")
        client = browser_of(app, place.admin)
        assert "role=option" in client.get("/search?q=grace", headers=HTMX).text.replace('"', "")
        page = client.get("/search?q=grace").text
        assert "role=option" not in page.replace('"', "")
        assert 'value="grace"' in page
        assert 'aria-label="Search contacts and messages"' in page

    @pytest.mark.parametrize("query", ["boiler 88", "<b>x</b>", '"', "\x00\u202ea", "x" * 9_999])
    def test_nothing_found_says_for_what(self, app: Flask, place: Office, query: str) -> None:
        answer = browser_of(app, place.admin).get(f"/search?q={quote(query)}")
        assert answer.status_code == 200
        assert "Nothing found for" in answer.text
        assert "Check the spelling, or search all channels." in answer.text
        assert "<b>x" not in answer.text
        assert "\x00" not in answer.text
        assert "\u202e" not in answer.text

    @pytest.mark.parametrize("limit", ["-1", "0", "x", "9" * 30, ""])
    def test_a_strange_limit_is_bounded(self, app: Flask, place: Office, limit: str) -> None:
        for number in range(22):
            contact(place.account, f"Kim {number}", state=NOT_CONNECTED)
        client = browser_of(app, place.admin)
        assert client.get(f"/search?q=kim&limit={limit}").status_code == 200
        assert "Show more of 22" in client.get("/search?q=kim").text
        assert "Show more" not in client.get("/search?q=kim&limit=100").text

    def test_a_tenant_is_offered_no_invitation(self, app: Flask, place: Office) -> None:
        tie = contact(place.account, "Priya Raman")
        contact(place.account, "Birch Feld", state=NOT_CONNECTED)
        text = browser_of(app, tie.user).get("/search?q=birch").text
        assert f"/threads/{dialogue_of(tie).id}" in text
        assert "Send connection" not in text
        assert "Feld" not in text


HTMX = {"HX-Request": "true"}
