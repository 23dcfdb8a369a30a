"""A model hub on loopback that speaks the protocol of the public one's client.

What the client asks: `/api/models/{repo}/revision/{rev}`, HEAD and GET of
`/{repo}/resolve/{rev}/{path}` with `X-Repo-Commit`, `ETag` or, for large files, a redirect
with `X-Linked-ETag` and `X-Linked-Size`, ranges, and the hub's error codes. What goes wrong
on the way is set on the server: `broken_after` bytes, `wrong`, `slow`, `gated`, `private`.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 100_000
"""Bytes from which a file is stored apart and named by its SHA-256, as Git LFS does."""


@dataclass
class Hub:
    """What the server has, what it was asked, and what goes wrong."""

    address: str = ""
    storage: str = ""  # where the bytes of large files are: another server
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    licence: str = "apache-2.0"
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, range
    tokens: set[tuple[bool, str]] = field(default_factory=set)  # whether the storage heard it, the header
    broken_after: int | None = None  # bytes of a large file, then the connection ends: once
    wrong: bool = False
    slow: float = 0.0  # seconds for each 64 KiB
    gated: bool = False
    private: bool = False
    down: bool = False

    def sent(self, path: str) -> list[str]:
        """The ranges of all GETs of a large file's bytes, "" for the whole."""
        return [where for method, asked, where in self.asked if method == "GET" and asked == path]


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub until the block ends."""
    hub = Hub()

    class Handler(_Handler):
        pass

    Handler.hub = hub
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    hub.address, hub.storage = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def etag(data: bytes) -> str:
    """SHA-256 of a large file, git's hash of a small one."""
    if len(data) >= LARGE:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path, self.headers.get("Range", "")))
        if token := self.headers.get("Authorization"):
            self.hub.tokens.add((path.startswith("/bytes/"), token))
        if self.hub.down:
            return self._refuse(503, "", "down")
        if path.startswith("/api/models/"):
            return self._about(path.removeprefix("/api/models/").partition("/revision/")[0])
        if path.startswith("/bytes/"):
            return self._bytes(path.removeprefix("/bytes/"))
        repo, _, rest = path.lstrip("/").partition("/resolve/")
        return self._file(repo, rest.partition("/")[2])

    def _about(self, repo: str) -> None:
        if repo not in self.hub.files or self.hub.private:
            return self._refuse(401, "RepoNotFound", "Invalid username or password.")
        siblings = []
        for name, data in self.hub.files[repo].items():
            about = {"rfilename": name, "size": len(data), "blobId": etag(data)[:40]}
            if len(data) >= LARGE:
                about["lfs"] = {"sha256": etag(data), "size": len(data), "pointerSize": 134}
            siblings.append(about)
        answer = {
            "_id": "1", "id": repo, "modelId": repo, "sha": COMMIT, "private": False, "gated": False,
            "downloads": 0, "likes": 0, "tags": [], "siblings": siblings,
            "cardData": {"license": self.hub.licence},
        }  # fmt: skip
        self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _file(self, repo: str, name: str) -> None:
        if repo not in self.hub.files or self.hub.private:
            return self._refuse(401, "RepoNotFound", "Invalid username or password.")
        if self.hub.gated and not self.headers.get("Authorization"):
            return self._refuse(401, "GatedRepo", "Access to this model is restricted.")
        data = self.hub.files[repo].get(name)
        if data is None:
            return self._refuse(404, "EntryNotFound", "Entry not found")
        about = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag(data)}"', "Accept-Ranges": "bytes"}
        if len(data) < LARGE:
            return self._ranged(data, about)
        about |= {"X-Linked-ETag": f'"{etag(data)}"', "X-Linked-Size": str(len(data))}
        about |= {"Location": f"{self.hub.storage}/bytes/{repo}/{name}"}
        return self._send(302, b"", about)

    def _bytes(self, name: str) -> None:
        repo = next(repo for repo in self.hub.files if name.startswith(f"{repo}/"))
        data = self.hub.files[repo][name.removeprefix(f"{repo}/")]
        if self.hub.wrong:
            data = bytes(len(data))
        self._ranged(data, {"ETag": '"of-the-storage"', "Accept-Ranges": "bytes"})

    def _ranged(self, data: bytes, headers: dict[str, str]) -> None:
        wanted = self.headers.get("Range", "")
        begin = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        if wanted and begin >= len(data):
            return self._send(416, b"", {**headers, "Content-Range": f"bytes */{len(data)}"})
        if wanted:
            headers = {**headers, "Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"}
        self._send(206 if wanted else 200, data[begin:], headers)

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": message})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            self._write(body)
        except OSError:
            self.close_connection = True

    def _write(self, body: bytes) -> None:
        limit = self.hub.broken_after if len(body) >= LARGE else None
        for at in range(0, len(body), 1 << 16):
            block = body[at : at + (1 << 16)]
            if limit is not None and at + len(block) > limit:
                self.wfile.write(block[: max(0, limit - at)])
                self.wfile.flush()
                self.hub.broken_after = None
                self.connection.close()
                raise OSError("broken off")
            self.wfile.write(block)
            if self.hub.slow:
                self.wfile.flush()
                time.sleep(self.hub.slow)
