"""The log over HTTP: sending, pages, catching up, reading. Who may not gets 404."""

import html
import io
import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.clock import now
from models.message import Message
from models.posting import delete_message, edit_message
from tests.factories import Office, contact, dialogue_of, disconnect, member, office, person, say
from tests.signed_in import browser_of

JSON = {"Accept": "application/json"}


class Talk:
    """Daniel of the office and his tenant Priya, each with a browser."""

    def __init__(self, app: Flask) -> None:
        self.office: Office = office()
        self.daniel = self.office.admin
        self.tie = contact(self.office.account, "Priya Raman", home=self.office.unit)
        self.priya = self.tie.user
        self.thread = dialogue_of(self.tie)
        self.address = f"/threads/{self.thread.id}/messages"
        self.hers = browser_of(app, self.priya)
        self.his = browser_of(app, self.daniel)


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk(app)


def send(client: FlaskClient, talk: Talk, body: str = "Hello.", **more: Any) -> TestResponse:
    form = {"body": body, "client_id": str(uuid.uuid4())} | more.pop("form", {})
    return client.post(talk.address, data=form, **more)


def seqs(response: TestResponse) -> list[int]:
    return [int(seq) for seq in re.findall(r'data-seq="(\d+)"', response.text)]


def test_a_sent_message_is_answered_with_its_fragment_and_numbers(talk: Talk) -> None:
    answer = send(talk.hers, talk, "The tap drips.")
    seq = int(answer.headers["X-Message-Seq"])
    assert answer.status_code == 201
    assert answer.headers["X-Message-Id"] == str(seq)
    assert answer.headers["X-Thread-Version"] == str(seq)
    assert f'id="message-{seq}"' in answer.text
    assert f'data-author-id="{talk.priya.id}"' in answer.text
    assert "The tap drips." in answer.text


def test_the_same_client_id_again_is_the_same_message(talk: Talk) -> None:
    form = {"client_id": str(uuid.uuid4())}
    first, again = (send(talk.hers, talk, "Once.", form=form) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.text == first.text
    assert talk.his.get(talk.address).text.count("Once.") == 1


def test_the_same_client_id_with_other_content_is_a_conflict(talk: Talk) -> None:
    form = {"client_id": str(uuid.uuid4())}
    send(talk.hers, talk, "Once.", form=form)
    answer = send(talk.hers, talk, "Twice.", form=form, headers=JSON)
    assert answer.status_code == 409
    assert "already sent" in answer.json["sentence"]


def test_what_waits_of_one_person_is_never_said_by_another(talk: Talk) -> None:
    """Its sender names whose it is; meanwhile somebody else has signed in on the device."""
    of_priya = {"X-Hallway-As": str(talk.priya.id)}
    for client in (talk.his, talk.hers):
        answer = send(client, talk, "My own words.", headers=of_priya)
        assert answer.status_code == (401 if client is talk.his else 201)
    refused = talk.his.get(talk.address, headers=of_priya | {"HX-Request": "true"})
    assert (refused.status_code, refused.headers["HX-Redirect"]) == (401, "/")
    assert (
        talk.his.get(talk.address, headers={"X-Hallway-As": str(talk.daniel.id)}).status_code == 200
    )
    assert talk.his.get(talk.address).text.count("My own words.") == 1


def test_everybody_gets_the_same_fragment(talk: Talk) -> None:
    sent = send(talk.hers, talk, "Same for all.")
    seq = int(sent.headers["X-Message-Seq"])
    around = f"{talk.address}?around={seq}"
    assert sent.text in talk.his.get(around).text
    assert talk.his.get(around).text == talk.hers.get(around).text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": " \n\t "}, "body"),
        ({"body": "a" * 10_001}, "body"),
        ({"body": "null\0byte"}, "body"),
        ({"client_id": "no uuid"}, "client_id"),
        ({"client_id": ""}, "client_id"),
        ({"audience": "nobody"}, "audience"),
    ],
)
def test_bad_input_is_refused_in_words_beside_its_field(
    talk: Talk, form: dict[str, str], field: str
) -> None:
    answer = send(talk.hers, talk, form={"body": "Hello."} | form, headers=JSON)
    assert answer.status_code == 422
    assert answer.json["errors"][field].endswith(".")
    assert seqs(talk.hers.get(talk.address)) == seqs(talk.his.get(talk.address))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "{{ 7 * 7 }} {% raw %}",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1) data:text/html,x",
        "مرحبا بالعالم שלום",
        "👩‍👩‍👧‍👦 🇺🇦 e\u0301",
        "a" * 10_000,
    ],
)
def test_hostile_or_rare_text_comes_back_as_text(talk: Talk, text: str) -> None:
    answer = send(talk.hers, talk, text)
    assert answer.status_code == 201
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert 'href="javascript' not in answer.text
    bubble = re.search(r'<div class="bubble" dir="auto">(.*?)</div>', answer.text, re.DOTALL)
    assert bubble
    assert html.unescape(re.sub(r"<[^>]+>", "", bubble[1])) == text


def test_links_are_links_and_nothing_else_is(talk: Talk) -> None:
    fragment = send(talk.hers, talk, 'See https://example.com/a?b=1&c="2" now').text
    assert 'href="https://example.com/a?b=1&amp;c=' in fragment
    assert "noopener" in fragment


def test_line_breaks_of_every_system_are_one(talk: Talk) -> None:
    form = {"client_id": str(uuid.uuid4())}
    assert send(talk.hers, talk, "one\r\ntwo", form=form).status_code == 201


def test_a_form_without_script_goes_back_to_the_conversation(talk: Talk) -> None:
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
    answer = send(talk.hers, talk, headers=headers)
    assert (answer.status_code, answer.location) == (303, f"/threads/{talk.thread.id}")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Write something first."),
        ("<b>&</b> " * 1_500, "Use at most 10,000 characters."),
    ],
)
def test_a_form_without_script_that_cannot_be_sent_keeps_its_text(
    talk: Talk, body: str, sentence: str
) -> None:
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
    say(talk.daniel, talk.thread, "Said before.")
    answer = send(talk.hers, talk, body, headers=headers)
    assert answer.status_code == 422
    assert "Said before." in answer.text
    assert "<html" in answer.text
    field = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
    assert field
    assert html.unescape(field[1]) == body
    assert 'aria-invalid="true"' in field[0]
    error = re.search(r'id="composer-error" role="alert">(.*?)</p>', answer.text)
    assert error
    assert error[1].startswith(sentence)
    again = send(talk.hers, talk, "Shorter.", headers=headers)
    assert again.status_code == 303
    assert "aria-invalid" not in talk.hers.get(f"/threads/{talk.thread.id}").text


def test_two_pages_without_script_send_one_after_the_other(talk: Talk) -> None:
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}

    def named(page: str) -> dict[str, str]:
        found = re.search(r'name="client_id" value="([^"]+)"', page)
        assert found
        return {"client_id": found[1]}

    one, other = (talk.hers.get(f"/threads/{talk.thread.id}").text for _ in range(2))
    assert one == other
    assert send(talk.hers, talk, "One.", form=named(one), headers=headers).status_code == 303
    late = send(talk.hers, talk, "Other.", form=named(other), headers=headers)
    assert late.status_code == 422
    assert "Other.</textarea>" in late.text
    again = send(talk.hers, talk, "Other.", form=named(late.text), headers=headers)
    assert again.status_code == 303
    assert Message.select().where(Message.body << ["One.", "Other."]).count() == 2


def test_pages_go_both_ways_and_end_with_nothing(talk: Talk) -> None:
    for number in range(120):
        say(talk.priya, talk.thread, f"Message {number}")
    newest = seqs(talk.his.get(talk.address))
    older = seqs(talk.his.get(f"{talk.address}?before={newest[0]}"))
    assert len(newest) == len(older) == 50
    assert older[-1] < newest[0]
    assert seqs(talk.his.get(f"{talk.address}?after={older[-1]}")) == newest
    oldest = seqs(talk.his.get(f"{talk.address}?before={older[0]}"))
    assert len(oldest) == 21  # 20 messages and the event "joined"
    assert talk.his.get(f"{talk.address}?before={oldest[0]}").status_code == 204
    assert talk.his.get(f"{talk.address}?after={newest[-1]}").status_code == 204
    middle = older[25]
    assert middle in seqs(talk.his.get(f"{talk.address}?around={middle}"))


@pytest.mark.parametrize("bad", ["x", "-1", "1.5", "9" * 30, "", "1e3", "٣"])
@pytest.mark.parametrize("name", ["before", "after", "around", "after_version"])
def test_numbers_that_are_none_are_not_found(talk: Talk, name: str, bad: str) -> None:
    assert talk.his.get(f"{talk.address}?{name}={bad}").status_code == 404


def test_catching_up_brings_what_changed_and_nothing_twice(talk: Talk) -> None:
    first = say(talk.priya, talk.thread, "One.")
    held = talk.his.get(talk.address).headers["X-Thread-Version"]
    assert talk.his.get(f"{talk.address}?after_version={held}").status_code == 204
    second = say(talk.priya, talk.thread, "Two.")
    edit_message(talk.priya, talk.thread.id, first.id, "One, edited.")
    answer = talk.his.get(f"{talk.address}?after_version={held}")
    assert seqs(answer) == [second.id, first.id]
    assert "X-Thread-Reset" not in answer.headers
    delete_message(talk.priya, talk.thread.id, second.id)
    later = talk.his.get(f"{talk.address}?after_version={answer.headers['X-Thread-Version']}")
    assert seqs(later) == [second.id]
    assert "Two." not in later.text


def test_a_version_from_the_future_begins_anew(talk: Talk) -> None:
    answer = talk.his.get(f"{talk.address}?after_version={2**62}")
    assert answer.headers["X-Thread-Reset"] == "1"


def test_reading_clears_the_count_and_only_rises(talk: Talk) -> None:
    seq = say(talk.priya, talk.thread).id
    position = f"/threads/{talk.thread.id}/read-position"
    assert talk.his.get("/badge").json == {"unread": 1, "threads": {str(talk.thread.id): 1}}
    assert talk.his.put(position, data={"seq": seq}).status_code == 204
    assert talk.his.get("/badge").json == {"unread": 0, "threads": {}}
    assert talk.his.put(position, data={"seq": 1}).status_code == 204
    assert talk.his.get("/badge").json["unread"] == 0


def test_reading_ahead_is_clamped(talk: Talk) -> None:
    position = f"/threads/{talk.thread.id}/read-position"
    talk.his.put(position, data={"seq": 2**62})
    say(talk.priya, talk.thread)
    assert talk.his.get("/badge").json["unread"] == 1


def test_looking_writes_nothing(talk: Talk) -> None:
    say(talk.priya, talk.thread)
    for address in ("", "/details", "/messages"):
        assert talk.his.get(f"/threads/{talk.thread.id}{address}").status_code == 200
    assert talk.his.get("/badge").json["unread"] == 1


def test_who_disconnected_reads_on_but_cannot_write(talk: Talk) -> None:
    say(talk.daniel, talk.thread, "Before.")
    disconnect(talk.tie, by=talk.daniel)
    refused = send(talk.hers, talk, "After.", headers=JSON)
    assert refused.status_code == 403
    assert refused.json["sentence"] == "Harbor Homes disconnected. You can't write here."
    page = talk.hers.get(f"/threads/{talk.thread.id}")
    assert "Before." in page.text
    assert "After." not in page.text
    assert "<textarea" not in page.text


def test_a_repeat_of_what_was_stored_is_answered_even_after_the_end(talk: Talk) -> None:
    form = {"client_id": str(uuid.uuid4())}
    stored = send(talk.hers, talk, "Just in time.", form=form)
    disconnect(talk.tie)
    again = send(talk.hers, talk, "Just in time.", form=form)
    assert (again.status_code, again.text) == (200, stored.text)


@pytest.mark.parametrize("who", ["a stranger", "a colleague without the right", "nobody"])
def test_missing_and_not_yours_are_the_same(app: Flask, talk: Talk, who: str) -> None:
    say(talk.priya, talk.thread, "Secret.")
    client = {
        "a stranger": lambda: browser_of(app, person("Omar Haddad")),
        "a colleague without the right": lambda: browser_of(
            app, member(talk.office.account, rights=0)
        ),
        "nobody": app.test_client,
    }[who]()
    seq = say(talk.priya, talk.thread).id
    for thread in (talk.thread.id, 999_999, 2**62):
        answers = [
            client.get(f"/threads/{thread}"),
            client.get(f"/threads/{thread}/details"),
            client.get(f"/threads/{thread}/messages"),
            client.get(f"/threads/{thread}/messages?around={seq}"),
            client.get(f"/threads/{thread}/messages?after_version=0"),
            client.put(f"/threads/{thread}/read-position", data={"seq": seq}),
            client.post(
                f"/threads/{thread}/messages",
                data={"body": "Hello.", "client_id": str(uuid.uuid4())},
            ),
        ]
        expected = {302} if who == "nobody" else {404}
        assert {answer.status_code for answer in answers} == expected
        assert all("Secret." not in answer.text for answer in answers)


def test_a_view_right_reads_and_does_not_send(app: Flask, talk: Talk) -> None:
    ruth = browser_of(app, member(talk.office.account, "Ruth Lindqvist", rights=1))
    say(talk.priya, talk.thread, "Visible.")
    assert "Visible." in ruth.get(f"/threads/{talk.thread.id}").text
    refused = send(ruth, talk, headers=JSON)
    assert refused.status_code == 403
    assert "Ask an admin of Harbor Homes" in refused.json["sentence"]


def test_a_foreign_site_cannot_send(talk: Talk) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert send(talk.hers, talk, headers=headers).status_code == 403
    assert seqs(talk.hers.get(talk.address)) == seqs(talk.his.get(talk.address))
    assert send(talk.hers, talk).status_code == 201


def test_a_refused_file_names_itself_and_nothing_is_stored(talk: Talk) -> None:
    before = seqs(talk.hers.get(talk.address))
    form = {"files": (io.BytesIO(b"\0x"), "a.exe")}
    answer = send(talk.hers, talk, form=form, headers=JSON)
    assert answer.status_code == 422
    assert "a.exe" in answer.json["errors"]["files"]
    assert seqs(talk.hers.get(talk.address)) == before


def test_times_are_utc_with_milliseconds(talk: Talk) -> None:
    before = now()
    fragment = send(talk.hers, talk).text
    stamp = re.search(r'data-created-at="([^"]+)"', fragment)
    assert stamp
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp[1])
    assert before <= now()


def test_a_mention_is_marked_for_everybody_alike_and_escaped(talk: Talk) -> None:
    maya = member(talk.office.account, "Maya <b>O</b>")
    fragment = send(talk.hers, talk, "Ask @maya <b>O</b> at www.example.com").text
    name = f'<span class="mention" data-user-id="{maya.id}">@Maya &lt;b&gt;O&lt;/b&gt;</span>'
    assert f"Ask {name} at <a href=" in fragment
    assert fragment in talk.his.get(talk.address).text


def test_who_was_chosen_travels_with_the_message(talk: Talk) -> None:
    one, other = (member(talk.office.account, "Sam Lee") for _ in range(2))
    form = {"mentions": [str(other.id), str(one.id)]}
    fragment = send(talk.hers, talk, "@Sam Lee, @Sam Lee", form=form).text
    assert re.findall(r'"mention" data-user-id="(\d+)"', fragment) == [str(other.id), str(one.id)]
    assert send(talk.hers, talk, "@Sam Lee", form={"mentions": "all"}).status_code == 404


def test_people_are_offered_to_who_may_write_and_nobody_else(talk: Talk) -> None:
    address = f"/threads/{talk.thread.id}/people"
    member(talk.office.account, "Ruth Lindqvist", rights={})
    maya = member(talk.office.account, "Maya Okafor")
    offered = re.findall(r'data-name="([^"]+)"', talk.hers.get(address).text)
    assert offered == [talk.daniel.name, maya.name]
    assert talk.his.get(f"{address}?audience=team").text.strip() == ""
    assert browser_of(talk.hers.application, person()).get(address).status_code == 404
    disconnect(talk.tie)
    assert "data-name" not in talk.hers.get(address).text
