"""What goes over the wire, counted between a browser and the server, whoever in it asked."""

import contextlib
import re
import socket
import threading
from collections import Counter
from typing import Self

REQUEST = re.compile(rb"^(?:GET|HEAD|POST|PUT|DELETE|PATCH) (\S+) HTTP/1\.1\r\n")
CHUNK = 65536

# What an address is, by how it looks; everything else is a page or a part of one.
TYPES = (
    ("libraries", re.compile(r"/static/vendor/")),
    ("scripts", re.compile(r"/static/js/|/sw\.js|/service-worker\.js")),
    ("styles", re.compile(r"/static/(?:css|sheets)/")),
    ("fonts", re.compile(r"/static/fonts/")),
    ("pictures", re.compile(r"/static/(?:icons|art)/|/files/|/avatars/|\.(?:png|svg|webp)")),
    ("sockets", re.compile(r"/socket\.io/")),
    ("manifest", re.compile(r"/manifest\.webmanifest")),
    ("pages", re.compile(r"/")),
)


def type_of(address: str) -> str:
    return next(
        name for name, pattern in TYPES if pattern.match(address) or pattern.search(address)
    )


class Wire:
    """A port that passes everything on to the server's, and counts what comes back.

    Bytes are those of answers with their headers, as they come; `taken` has them by address. A
    browser asks for one thing at a time on a connection, so what comes belongs to the last one.
    """

    def __init__(self, port: int) -> None:
        self.server = port
        self.taken: Counter[str] = Counter()
        self.asked: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def of(self, kind: str) -> int:
        """Bytes of one type since the last reset."""
        return sum(size for address, size in self.taken.items() if type_of(address) == kind)

    def total(self) -> int:
        """Bytes of all types since the last reset, but for what sockets said."""
        return sum(self.taken.values()) - self.of("sockets")

    def reset(self) -> None:
        self.taken.clear()
        self.asked.clear()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        address = ["?"]
        with browser, socket.create_connection(("127.0.0.1", self.server)) as server:
            answers = threading.Thread(
                target=self._answer, args=(server, browser, address), daemon=True
            )
            answers.start()
            with contextlib.suppress(OSError):
                while chunk := browser.recv(CHUNK):
                    if found := REQUEST.match(chunk):
                        address[0] = found[1].decode()
                        self.asked.append(address[0])
                    server.sendall(chunk)
                server.shutdown(socket.SHUT_WR)
            answers.join()

    def _answer(self, server: socket.socket, browser: socket.socket, address: list[str]) -> None:
        with contextlib.suppress(OSError):
            while chunk := server.recv(CHUNK):
                self.taken[address[0]] += len(chunk)
                browser.sendall(chunk)
            browser.shutdown(socket.SHUT_WR)
