"""The door through which plugins and a second start reach the window that is open.

HTTP/1.1 on the loopback address, on the first of `PORTS` that is free, else another. Who may knock is who
can read the file `paths.endpoint()`, which only its owner can: {"port", "token", "pid"}.

    POST /v1/<verb>                 verbs: those that the window answers (status, open, save, export)
    Authorization: Bearer <token>
    Content-Type: application/json  so that no form of a web page gets this far
    {...}                           at most 64 KiB

200 carries the answer, 4xx {"error": …} as `StudioError.as_dict` gives it. Requests of web
pages (an Origin on the web, another Host) are refused whatever their token.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .atomic import write_bytes
from .errors import StudioError
from .paths import endpoint

PORTS = range(47810, 47814)
"""Premiere's panel may connect to these only; its manifest names them."""

LARGEST = 64 * 1024
"""Bytes of a request's body."""

Answer = Callable[[str, dict], dict]
"""(verb, arguments) → answer, on a thread of the server. Raises StudioError, KeyError for an unknown verb."""

_PATIENCE = 5.0  # seconds that a slow client may take for its request


class Endpoint:
    """Serves until it is closed. Raises StorageError when its address can't be written down."""

    def __init__(self, answer: Answer) -> None:
        self.token = secrets.token_urlsafe(32)
        self._server = _server(_handler(answer, self.token))
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="endpoint", daemon=True)
        self._thread.start()
        try:
            _write_down({"port": self.port, "token": self.token, "pid": os.getpid()})
        except StudioError:
            self.close()
            raise

    def close(self) -> None:
        """Answer no more, and take the address away if it is still ours."""
        self._server.shutdown()
        self._server.server_close()
        if (_address() or {}).get("token") == self.token:
            endpoint().unlink(missing_ok=True)


def ask(verb: str, arguments: dict | None = None, timeout: float = 10.0) -> dict | None:
    """The open window's answer; None where no window is open. Raises StudioError as it said it."""
    address = _address()
    if address is None:
        return None
    line = http.client.HTTPConnection("127.0.0.1", address["port"], timeout=timeout)
    try:
        head = {"Authorization": f"Bearer {address['token']}", "Content-Type": "application/json"}
        line.request("POST", f"/v1/{verb}", json.dumps(arguments or {}), head)
        answer = line.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None  # it was ended without closing its door, or something else has the port now
    finally:
        line.close()
    if answer.status == 200:
        return said
    if not isinstance(said, dict) or "what" not in said:
        return None
    known = {name: said.get(name, "") for name in ("file", "clip", "timecode", "remedy")}
    raise StudioError(said["what"], **known)


def _address() -> dict | None:
    try:
        found = json.loads(endpoint().read_text(encoding="utf-8"))
        return {"port": int(found["port"]), "token": str(found["token"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_down(address: dict) -> None:
    path: Path = endpoint()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made private before it holds anything; replacing keeps an old file's mode.
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    os.chmod(path, 0o600)
    write_bytes(path, json.dumps(address).encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows that would share another's port


def _server(handler: type[BaseHTTPRequestHandler]) -> _Server:
    for port in PORTS:
        with suppress(OSError):
            return _Server(("127.0.0.1", port), handler)
    return _Server(("127.0.0.1", 0), handler)


def _handler(answer: Answer, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _PATIENCE

        def do_POST(self) -> None:
            self.close_connection = True
            refused = self._refused()
            if refused:
                self._say(*refused)
                return
            try:
                arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                if not isinstance(arguments, dict):
                    raise ValueError
                self._say(200, answer(self.path.removeprefix("/v1/"), arguments))
            except StudioError as error:
                self._say(409, error.as_dict())
            except KeyError as error:
                self._say(404, _said(f"The window has no answer to {error}"))
            except (ValueError, UnicodeDecodeError, RecursionError):
                self._say(400, _said("The request is no JSON object"))

        def _refused(self) -> tuple[int, dict] | None:
            head = self.headers
            hosts = {f"{name}:{self.server.server_address[1]}" for name in ("127.0.0.1", "localhost")}
            given = head.get("Authorization", "").removeprefix("Bearer ").encode()
            length = head.get("Content-Length", "")
            web = head.get("Origin", "").lower().startswith(("http:", "https:", "null"))
            if head.get("Host", "") not in hosts or web:
                return 403, _said("Web pages may not ask here")
            if not secrets.compare_digest(given, token.encode()):
                return 401, _said("The token is not this session's")
            if head.get("Content-Type", "").partition(";")[0] != "application/json":
                return 415, _said("The request is not application/json")
            if not length.isdigit():
                return 411, _said("The request does not say how long it is")
            if int(length) > LARGEST:
                return 413, _said(f"The request is larger than {LARGEST} bytes")
            return None

        def _say(self, status: int, said: dict) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            """Nothing: a token or a path must not reach a terminal."""

    return Handler


def _said(what: str) -> dict:
    return StudioError(what).as_dict()
