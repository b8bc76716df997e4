"""The team: joining it, and who of it is told of things."""

import pytest

from models import team
from models.connection import ADMIN, CONNECTED, MANAGE, SUB_ADMIN, VIEW, TeamRight
from models.database import last_seq, transaction
from models.property import StaffProperty
from models.thread import CONTACTS, OWNERS, TENANTS
from tests.factories import Office, member, office, person
from tests.test_page_queries import counted

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def house() -> Office:
    return office()


def test_a_member_has_what_they_were_given_from_now_on(house: Office) -> None:
    ruth = person("Ruth Lindqvist")
    levels = {TENANTS: VIEW, CONTACTS: MANAGE, OWNERS: 0}
    with transaction():
        tie = team.add_member(house.account, ruth, SUB_ADMIN, levels, [house.place], at=7)
    assert (tie.user, tie.role, tie.state, tie.connected_at) == (ruth, SUB_ADMIN, CONNECTED, 7)
    rights = {
        right.channel: right for right in TeamRight.select().where(TeamRight.connection == tie)
    }
    assert {name: right.level for name, right in rights.items()} == {
        TENANTS: VIEW,
        CONTACTS: MANAGE,
    }
    assert {right.since_seq for right in rights.values()} == {tie.rights_version} == {last_seq()}
    assert not tie.all_properties
    assert StaffProperty.get().property == house.place


def test_a_list_of_no_properties_is_not_all_of_them(house: Office) -> None:
    with transaction():
        tie = team.add_member(house.account, person(), SUB_ADMIN, {}, [])
    assert not tie.all_properties


def test_who_is_told_is_the_inviter_else_an_admin_and_one_question(house: Office) -> None:
    ruth = member(house.account, "Ruth Lindqvist")
    member(house.account, "Otto Falk", role=ADMIN)
    stranger = office("Another house").admin
    with counted() as asked:
        told = team.told_of(house.account.id, ruth)
    assert told == ruth
    assert len(asked) == 1
    assert team.told_of(house.account.id, None) == house.admin
    assert team.told_of(house.account.id, stranger) == house.admin
