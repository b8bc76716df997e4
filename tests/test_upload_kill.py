"""A server killed in the middle of an upload: nothing half is ever seen, and a retry completes."""

import os
import signal
import socket
import uuid
from pathlib import Path

import requests

from models import database, passwords
from models.database import db
from models.message import Attachment
from tests import factories
from tests.servers import HallwayServer

PASSWORD = "correct horse battery"


def test_a_killed_upload_leaves_nothing_half_and_can_be_sent_again(tmp_path: Path) -> None:
    with HallwayServer(tmp_path / "server") as server:
        database.connect_to(f"sqlite:///{server.instance}/hallway.db")
        with db.connection_context():
            tie = factories.contact(factories.office().account)
            tie.user.password_hash = passwords.hash_of(PASSWORD)
            tie.user.save()
            thread = factories.dialogue_of(tie).id
        browser = requests.Session()
        form = {"email": tie.user.email, "password": PASSWORD}
        assert browser.post(f"{server.url}/sign-in", data=form).ok
        content = b"words and more words\n" * 100_000
        address = f"/threads/{thread}/uploads/{uuid.uuid4()}"
        query = "?name=words.txt"

        cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies)
        head = (
            f"PUT {address}{query} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Cookie: {cookie}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(head.encode() + content[: len(content) // 2])
            incoming = server.instance / "files" / "incoming"
            while not any(incoming.glob("*/arrived")):
                pass
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()

        with db.connection_context():
            assert Attachment.select().count() == 0
        assert not list((server.instance / "files").glob("??/*"))
        server.start()
        assert browser.get(f"{server.url}{address}").status_code == 204
        stored = browser.put(f"{server.url}{address}{query}", data=content)
        assert stored.status_code == 201
        again = browser.put(f"{server.url}{address}{query}", data=b"never read")
        assert (again.status_code, again.json()) == (200, stored.json())
        assert browser.get(f"{server.url}{stored.json()['address']}").content == content
        browser.close()
    db.obj.close_all()
