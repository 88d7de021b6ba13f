"""A mail server for the tests: as much of SMTP as sending one mail needs, with TLS and a password where asked for."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


@dataclass
class Mailbox:
    """How the server behaves and what it was told; `mails` are those it has taken."""

    certificate: Path | None = None
    password: str = ""
    refuses: bool = False
    silent: bool = False
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


@contextmanager
def serving(box: Mailbox) -> Iterator[Mailbox]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    class Talk(_Talk):
        mailbox = box

    with Server(("127.0.0.1", 0), Talk) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()


class _Talk(socketserver.StreamRequestHandler):
    mailbox: Mailbox

    def handle(self) -> None:
        self.over_tls = False
        if self.mailbox.silent:
            self.rfile.readline()
            return
        self._say("220 bereit")
        try:
            while line := self.rfile.readline():
                if not self._answer(line.decode().strip()):
                    return
        except (ssl.SSLError, ConnectionError):
            return
        finally:
            self.connection.close()

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _answer(self, line: str) -> bool:
        box, verb = self.mailbox, line.partition(" ")[0].upper()
        box.said.append(line)
        if verb == "EHLO":
            offers = ["STARTTLS"] if box.certificate and not self.over_tls else []
            offers += ["AUTH PLAIN"] if box.password else []
            self._say("250-post", *(f"250-{offer}" for offer in offers), "250 HELP")
        elif verb == "STARTTLS" and box.certificate:
            self._say("220 los")
            self._wrap()
        elif verb == "AUTH":
            shown = base64.b64decode(line.split()[-1]).decode().split("\0")[-1]
            self._say("235 ja" if shown == box.password else "535 nein")
        elif verb == "DATA":
            self._take()
        elif verb == "QUIT":
            self._say("221 bis bald")
            return False
        else:
            self._say("550 nein" if box.refuses and verb == "RCPT" else "250 gut")
        return True

    def _wrap(self) -> None:
        assert self.mailbox.certificate
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.mailbox.certificate, self.mailbox.certificate.with_suffix(".key"))
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.over_tls = True

    def _take(self) -> None:
        self._say("354 her damit")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mailbox.mails.append(message)
        self.mailbox.encrypted.append(self.over_tls)
        self._say("250 angenommen")
