"""How many queries the core asks: a fixed number, whatever there is (MODEL 5)."""

from uuid import uuid4

import pytest
from playhouse.test_utils import count_queries

from models import inbox, sync
from models.message import Attachment
from models.posting import delete_message, edit_message, post_message
from models.reading import set_read_position
from models.view import View, viewers
from tests import factories
from tests.factories import contact, dialogue_of, draft, say

# The list: what one sees and where one stands · heads, last messages and their files, homes of
# the rows shown.
POSITIONS, ROWS = 1, 5
# A thread: the way in, the thread with what one keeps about it.
VIEW = 2
# Messages and their files; a page and catching up ask once more whether the view still holds.
MESSAGES, PAGE, CATCH_UP = 2, 3, 3


@pytest.fixture
def office(bound):
    return factories.office()


def test_list_badge_and_totals_do_not_grow_with_threads_or_messages(office):
    for more in (2, 12):
        for _ in range(more):
            tie = contact(office.account, home=office.unit)
            for _ in range(3):
                with_files(say(tie.user, dialogue_of(tie)))
        with count_queries() as asked:
            found = inbox.positions(office.admin)
            inbox.badge(found)
            inbox.totals(found)
        assert asked.count == POSITIONS
        with count_queries() as asked:
            rows = inbox.rows(office.admin, found)
        assert asked.count == ROWS
    assert len(rows) == 14


def test_view_page_and_catch_up_do_not_grow_with_messages(office):
    tie = contact(office.account)
    thread = dialogue_of(tie)
    for more in (2, 80):
        for _ in range(more):
            newest = with_files(say(tie.user, thread))
        with count_queries() as asked:
            view = View.load(office.admin, thread.id)
        assert asked.count == VIEW
        with count_queries() as asked:
            page = sync.newest(view)
        assert asked.count == PAGE
        with count_queries() as asked:
            assert view.before(newest.id)
        assert asked.count == MESSAGES
        with count_queries() as asked:
            assert view.around(newest.id - 1)
        assert asked.count == 2 * MESSAGES
        with count_queries() as asked:
            assert sync.changes(view, view.version).messages
        assert asked.count == CATCH_UP
    assert len(page.messages) == 50
    assert all(len(seen.files) == 2 for seen in page.messages)


def test_hidden_editions_cost_one_query_however_many(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", "service_pro")
    factories.share(request, alex)
    sent = [say(office.admin, request) for _ in range(12)]
    factories.unshare(request, alex)
    for message in sent:
        edit_message(office.admin, request.id, message.id, "Changed.")
    view = View.load(alex.user, request.id)
    with count_queries() as asked:
        page = view.newest()
    assert asked.count == MESSAGES + 1
    assert {seen.body for seen in page if not seen.is_event} == {"Hello."}


def test_send_edit_delete_and_read_do_not_grow_with_the_thread(office):
    tie = contact(office.account)
    thread = dialogue_of(tie)
    first = one_of_each(office, tie, thread)
    for _ in range(60):
        say(tie.user, thread)
    assert one_of_each(office, tie, thread) == first
    assert first[0] <= 15  # MODEL 7: a durable send


def with_files(message):
    """The same message, now with two files."""
    for position in range(2):
        Attachment.create(
            message=message, position=position, thread=message.thread_id,
            uploader=message.author_id, client_id=uuid4(), name="a.txt", kind="file",
            content_type="text/plain", size=1, sha256="", received="", storage_key=str(uuid4()),
            created_at=0,
        )  # fmt: skip
    return message


def one_of_each(office, tie, thread):
    """The queries of a send, an edit, a reading and a deletion."""
    counts = []

    def count(act, *arguments):
        with count_queries() as asked:
            answer = act(*arguments)
        counts.append(asked.count)
        return answer

    message, _ = count(post_message, tie.user, thread.id, draft())
    count(edit_message, tie.user, thread.id, message.id, "Changed.")
    count(set_read_position, office.admin, thread.id, message.id)
    count(delete_message, tie.user, thread.id, message.id)
    return counts


def test_a_repeated_send_asks_less_than_a_new_one(office):
    tie = contact(office.account)
    once = draft()
    post_message(tie.user, dialogue_of(tie).id, once)
    with count_queries() as asked:
        post_message(tie.user, dialogue_of(tie).id, once)
    assert asked.count <= 4


def test_the_recipients_of_a_broadcast_do_not_cost_more_the_more_there_are(office):
    tie = contact(office.account)
    counts = []
    for _ in range(2):
        with count_queries() as asked:
            seeing = viewers(dialogue_of(tie).id)
        counts.append(asked.count)
        for _ in range(8):
            factories.member(office.account)
    assert counts[0] == counts[1]
    assert len(seeing) == 10
