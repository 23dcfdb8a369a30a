"""How a worker on another machine gets at a request's media: by a shared path, or uploaded."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from ..engine.request import Request
from ..errors import MediaError, StudioError
from ..image_sequence import as_sequence

CHUNK = 8 * 1024 * 1024
"""Bytes that travel at a time."""


@dataclass(frozen=True)
class PathMap:
    """Folders as this machine and the workers call them: ((here, there), …), the first that fits."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parsed(cls, texts: list[str]) -> PathMap:
        """Of `HERE=THERE` each. Raises StudioError."""
        pairs = []
        for text in texts:
            here, sign, there = text.partition("=")
            if not (here and sign and there):
                raise StudioError(f"“{text}” maps no folder", remedy="Write --map /here=/there.")
            pairs.append((here, there))
        return cls(tuple(pairs))

    def there(self, media: str) -> str | None:
        """What the workers call `media`; None when no folder fits."""
        for here, there in self.pairs:
            try:
                below = PurePath(media).relative_to(here)
            except ValueError:
                continue
            return f"{there.rstrip('/')}/{below.as_posix()}"
        return None


def media_of(request: Request) -> tuple[str, ...]:
    """The files that the request looks at and the recording it listens to, each once."""
    heard = [request.reference] if request.reference else []
    return tuple(dict.fromkeys([*(span.media for span in request.picture), *heard]))


def with_media(request: Request, where: dict[str, str]) -> Request:
    """The request with its files elsewhere."""
    picture = (replace(span, media=where.get(span.media, span.media)) for span in request.picture)
    reference = where.get(request.reference, request.reference)
    return replace(request, picture=tuple(picture), reference=reference)


def chunks(media: str) -> Iterator[bytes]:
    """The file in pieces. Raises MediaError for what can't be read, or is numbered pictures."""
    if as_sequence(media):
        raise MediaError(
            "Numbered pictures are not uploaded",
            file=media,
            remedy="Put them where the workers see them, and say so with --map.",
        )
    try:
        with open(media, "rb") as source:
            while piece := source.read(CHUNK):
                yield piece
    except OSError as error:
        raise MediaError("The media can't be read", file=media, remedy="Relink it.") from error


def unpacked(
    uploaded: dict[str, tuple[str, list[bytes]]], folder: Path, check: Callable[[], None]
) -> dict[str, str]:
    """The uploaded media as files: {name here: path there}; kept in `folder` by their hash.

    `uploaded` holds hash and pieces of each. What is there already is not written again.
    Raises MediaError where the pieces are not what was sent.
    """
    where = {}
    for media, (wanted, pieces) in uploaded.items():
        check()
        target = folder / f"{wanted[:32]}{PurePath(media).suffix}"
        if not target.is_file():
            digest = hashlib.sha256()
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half:
                for piece in pieces:
                    digest.update(piece)
                    half.write(piece)
            if digest.hexdigest() != wanted:
                Path(half.name).unlink()
                raise MediaError("The upload arrived damaged", file=media, remedy="Generate again.")
            Path(half.name).replace(target)
        where[media] = str(target)
    return where
