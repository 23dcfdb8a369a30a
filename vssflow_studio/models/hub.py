"""Files from the Hugging Face hub: resumed where they stopped, held against their hash.

The hub's own client (`huggingface_hub`) knows its addresses, tokens, headers and errors, and
with it `HF_ENDPOINT`, `HF_HOME`, `HF_TOKEN` and `HF_HUB_OFFLINE` mean what they mean
everywhere. It starts a file anew after a process ended, though, so the bytes are fetched
here: into `<hash>.part`, which the next attempt goes on with.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..atomic import storage_error
from ..errors import HubError, ModelError, StorageError

OnBytes = Callable[[int], None]
"""Called with how many more bytes are there; may raise to stop."""

_BLOCK = 1 << 18
_ATTEMPTS, _PAUSE, _PATIENCE = 4, 0.5, 10.0  # tries without a byte in between, seconds
_AGAIN = "Install it again: it goes on where it stopped."


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository: its path there and its size in bytes, 0 where that isn't told."""

    path: str
    size: int


@dataclass(frozen=True)
class Repository:
    """A repository at one commit."""

    name: str
    commit: str
    licence: str
    files: tuple[RemoteFile, ...]


def repository(name: str, revision: str = "main") -> Repository:
    """What the hub says of the repository `owner/name`. Raises HubError."""
    with _told(name):
        from huggingface_hub import HfApi

        info = HfApi().model_info(name, revision=revision, files_metadata=True)
    licence = (info.card_data or {}).get("license") or "not stated"
    files = (RemoteFile(one.rfilename, one.size or 0) for one in info.siblings or ())
    return Repository(name, info.sha or revision, str(licence), tuple(files))


def fetch(name: str, path: str, revision: str, folder: Path, on_bytes: OnBytes, md5: str = "") -> Path:
    """The file `path` of the repository `name`, in `folder` under its hash.

    What lies there already, or in the hub client's own cache, is not fetched again. `md5` is
    what its authors published, if they did. Raises HubError, ModelError for a wrong hash,
    StorageError.
    """
    with _told(name, path):
        from huggingface_hub import try_to_load_from_cache

        kept = try_to_load_from_cache(name, path, revision=revision)
        if isinstance(kept, str):
            _check_md5(Path(kept), md5, path)
            on_bytes(os.path.getsize(kept))
            return Path(kept)
        source = _source(name, path, revision)
        whole = folder / source.etag
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not whole.is_file():
                _fetch_whole(source, whole, on_bytes)
            else:
                on_bytes(whole.stat().st_size)
        except OSError as error:
            if isinstance(error, _errors().HTTPError):
                raise
            raise _full(error, folder) from error
    _check_md5(whole, md5, path)
    return whole


@dataclass(frozen=True)
class _Source:
    """Where a file's bytes are, and what they have to be."""

    path: str
    url: str
    etag: str
    size: int | None
    headers: dict[str, str]


def _source(name: str, path: str, revision: str) -> _Source:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    url = hf_hub_url(name, path, revision=revision)
    about = get_hf_file_metadata(url)
    if not about.etag:
        raise HubError("The hub gives no hash for this file", file=f"{name}/{path}", remedy="Use another hub.")
    headers = build_hf_headers(library_name="vssflow-studio")
    if urlsplit(about.location).netloc != urlsplit(url).netloc:
        headers.pop("authorization", None)  # signed addresses elsewhere need no token of ours
    etag = "".join(sign for sign in about.etag if sign.isalnum() or sign in "-_")
    return _Source(path, about.location, etag, about.size, {**headers, "Accept-Encoding": "identity"})


def _fetch_whole(source: _Source, whole: Path, on_bytes: OnBytes) -> None:
    part = whole.with_name(f"{whole.name}.part")
    there = part.stat().st_size if part.exists() else 0
    _check_room(source, whole.parent, there)
    on_bytes(there)
    left = _ATTEMPTS
    while left:
        before = part.stat().st_size if part.exists() else 0
        try:
            _stream(source, part, on_bytes)
            break
        except _errors().HTTPError as error:
            if isinstance(error, _errors().HfHubHTTPError):
                raise
            left = _ATTEMPTS if part.exists() and part.stat().st_size > before else left - 1
            if not left:
                raise
            time.sleep(_PAUSE)
    if not _is_whole(part, source.etag):
        part.unlink()
        raise ModelError(
            "What came is not what the hub announced: its hash is another", file=source.path,
            remedy="Install it again. If it stays so, something between here and the hub changes files.",
        )
    os.replace(part, whole)


def _stream(source: _Source, part: Path, on_bytes: OnBytes) -> None:
    """Append what is missing to `part`; as long as it may be, the hub may break it off."""
    from huggingface_hub.utils import get_session, hf_raise_for_status

    with open(part, "ab") as file:
        there = file.tell()
        if there == source.size:
            return
        headers = {**source.headers, **({"Range": f"bytes={there}-"} if there else {})}
        with get_session().stream(
            "GET", source.url, headers=headers, timeout=_PATIENCE, follow_redirects=True
        ) as answer:
            if answer.status_code == 416:  # longer than the file: not its beginning
                file.truncate(0)
                on_bytes(-there)
                raise _errors().HTTPError("range refused")
            hf_raise_for_status(answer)
            if there and answer.status_code != 206:  # it begins anew
                file.truncate(0)
                on_bytes(-there)
            for block in answer.iter_bytes(_BLOCK):
                file.write(block)
                file.flush()
                on_bytes(len(block))


def _is_whole(part: Path, etag: str) -> bool:
    """Whether the bytes have the hash that the hub names them by: SHA-256, or git's of a small file."""
    if len(etag) == 64:
        return _digest(part, hashlib.sha256()) == etag
    if len(etag) == 40:
        return _digest(part, hashlib.sha1(f"blob {part.stat().st_size}\0".encode())) == etag
    return True  # a mirror's own mark, which tells nothing of the bytes


def _check_md5(file: Path, md5: str, path: str) -> None:
    if md5 and _digest(file, hashlib.md5(usedforsecurity=False)) != md5:
        raise ModelError(
            "This is not the file that its authors published: its hash is another", file=path,
            remedy="Don’t use it. Fetch it from the authors, and install it from the folder.",
        )


def _digest(path: Path, digest) -> str:
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def _check_room(source: _Source, folder: Path, there: int) -> None:
    free, wanted = shutil.disk_usage(folder).free, (source.size or 0) - there
    if wanted > free:
        what = f"There is not enough room: {_size(wanted)} are to come and {_size(free)} are free"
        raise StorageError(what, file=folder, remedy="Free some space, or choose another cache folder.")


def _full(error: OSError, folder: Path) -> StorageError:
    problem = storage_error(error, folder)
    return StorageError(problem.what, file=folder, remedy=f"Free some space. {_AGAIN}")


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def _errors():
    import huggingface_hub.errors

    return huggingface_hub.errors


@contextmanager
def _told(name: str, path: str = "") -> Iterator[None]:
    """The hub's errors in a user's words."""
    try:
        import huggingface_hub  # noqa: F401
    except ImportError as error:
        raise HubError(
            "The package huggingface_hub is not installed", remedy="pip install huggingface_hub"
        ) from error
    known, where = _errors(), f"{name}/{path}" if path else name
    try:
        yield
    except known.HFValidationError as error:
        raise HubError(f"“{name}” is no name of a repository", remedy="It is written owner/name.") from error
    except known.OfflineModeIsEnabled as error:
        remedy = "Unset HF_HUB_OFFLINE, or install from a folder."
        raise HubError("Offline mode is on, so nothing is fetched", file=where, remedy=remedy) from error
    except known.GatedRepoError as error:
        raise HubError(
            "Its authors ask for an agreement first", file=where,
            remedy=f"Agree at {_endpoint()}/{name}, then put a token of your account into HF_TOKEN.",
        ) from error
    except known.RepositoryNotFoundError as error:
        remedy = "Check its name. If it is private, put a token into HF_TOKEN."
        raise HubError("The hub has no such model, or doesn’t show it to you", file=where, remedy=remedy) from error
    except known.EntryNotFoundError as error:
        raise HubError("The file is not in the repository", file=where, remedy="Check its name.") from error
    except known.RevisionNotFoundError as error:
        raise HubError("The repository has no such revision", file=where, remedy="Leave it out.") from error
    except known.HfHubHTTPError as error:
        code = getattr(error.response, "status_code", "?")
        raise HubError(f"The hub refuses, with the code {code}", file=where, remedy="Try again later.") from error
    except known.HTTPError as error:
        raise HubError(f"The connection to {_endpoint()} broke", file=where, remedy=_AGAIN) from error


def _endpoint() -> str:
    from huggingface_hub import constants

    return constants.ENDPOINT
