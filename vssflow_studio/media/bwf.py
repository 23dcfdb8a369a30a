"""Broadcast Wave Format: 24-bit WAV with a time reference and iXML.

bext after EBU Tech 3285 (version 1), iXML after the iXML specification 2.10: NLEs and
Pro Tools place the file by its time reference, and read in it that it is synthetic.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ..atomic import replacing
from ..errors import MediaError
from ..provenance import sentence

ORIGINATOR = "VSSFlow Studio"
"""What our files say of who made them."""
_FULL = 2**23 - 1
_LARGEST = 2**32 - 1
_HEADS, _LONGEST_HEAD = (b"bext", b"fmt ", b"iXML"), 2**20


def write_bwf(
    path: Path,
    samples: np.ndarray,
    sample_rate: int = 48_000,
    *,
    time_reference: int,
    description: str,
    provenance: dict,
) -> None:
    """Write float32 [n] or [n, channels] as 24-bit BWF, dithered, atomically.

    `time_reference` is in samples since midnight. Raises StorageError.
    """
    shape = len(samples), 1 if samples.ndim == 1 else samples.shape[1]
    head = Head(time_reference, description, provenance)
    write_bwf_blocks(path, [samples], shape, head, sample_rate)


@dataclass(frozen=True)
class Head:
    """What stands in a file before its sound; `time_reference` in samples since midnight."""

    time_reference: int
    description: str
    provenance: dict


def write_bwf_blocks(
    path: Path,
    blocks: Iterable[np.ndarray],
    shape: tuple[int, int],
    head: Head,
    sample_rate: int = 48_000,
) -> None:
    """As `write_bwf`, of (samples, channels) that come a block at a time.

    Raises StorageError, MediaError when there is more sound than a WAV file holds.
    """
    count, channels = shape
    form = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * channels * 3, channels * 3, 24)
    front = b"".join(
        _chunk(name, body)
        for name, body in (
            (b"bext", _bext(head, sample_rate, channels)),
            (b"iXML", _ixml(head.description, head.provenance)),
            (b"fmt ", form),
        )
    )
    size = count * channels * 3
    whole = 4 + len(front) + 8 + size + size % 2
    if whole > _LARGEST:
        raise MediaError(
            "The sound is too long for one WAV file", file=path, remedy="Export reel by reel, or in mono."
        )
    rng = np.random.default_rng(0)  # the same dither each time, so that takes repeat exactly
    with replacing(Path(path)) as temporary, open(temporary, "wb") as out:
        out.write(b"RIFF" + struct.pack("<I", whole) + b"WAVE" + front + b"data" + struct.pack("<I", size))
        for block in blocks:
            out.write(_to_24_bit(np.nan_to_num(block), rng))
        out.write(b"\0" * (size % 2))


def read_bwf_info(path: Path) -> dict:
    """`time_reference`, `description`, `originator`, `sample_rate`, `channels`, `samples`, `provenance`.

    Reads no more than the heads, however long the file is. Raises MediaError.
    """
    try:
        found, size = _heads(Path(path))
        bext, form = found[b"bext"], found[b"fmt "]
        xml = ElementTree.fromstring(found.get(b"iXML", b"<BWFXML/>").rstrip(b"\0"))
        note = xml.findtext("USER/VSSFLOW_STUDIO")
        return {
            "description": _ascii(bext[:256]),
            "originator": _ascii(bext[256:288]),
            "time_reference": struct.unpack_from("<Q", bext, 338)[0],
            "sample_rate": struct.unpack_from("<I", form, 4)[0],
            "channels": struct.unpack_from("<H", form, 2)[0],
            "samples": size // struct.unpack_from("<H", form, 12)[0],
            "provenance": json.loads(note) if note else {},
        }
    except (OSError, KeyError, ValueError, ArithmeticError, struct.error, ElementTree.ParseError) as error:
        raise MediaError(
            "This is not a whole broadcast WAV", file=path, remedy="Generate the take again."
        ) from error


def _heads(path: Path) -> tuple[dict[bytes, bytes], int]:
    """The chunks but the sound itself, and how many bytes of sound there are."""
    found: dict[bytes, bytes] = {}
    with open(path, "rb") as file:
        whole = os.fstat(file.fileno()).st_size
        file.seek(12)
        sound = None
        while len(head := file.read(8)) == 8:
            name, size = head[:4], struct.unpack_from("<I", head, 4)[0]
            if name == b"data":
                sound = min(size, whole - file.tell())
            elif name in _HEADS and size <= _LONGEST_HEAD:
                found[name] = file.read(size)
                file.seek(size % 2, os.SEEK_CUR)
                continue
            file.seek(size + size % 2, os.SEEK_CUR)
    if sound is None:
        raise KeyError("data")
    return found, sound


def _ascii(field: bytes) -> str:
    return field.split(b"\0")[0].decode("ascii", "replace")


def _to_24_bit(samples: np.ndarray, rng: np.random.Generator) -> bytes:
    """Little-endian 24 bits with TPDF dither."""
    dither = rng.random(samples.shape) - rng.random(samples.shape)
    whole = np.round(samples.astype(np.float64) * _FULL + dither).clip(-_FULL - 1, _FULL)
    return whole.astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _bext(head: Head, sample_rate: int, channels: int) -> bytes:
    """The coding history ends with who made it, and of what: any tool that shows bext shows that."""
    now = datetime.now(UTC)
    mode = {1: "mono", 2: "stereo"}.get(channels, "multitrack")
    said = re.sub(r"[,\s]+", " ", sentence(head.provenance))
    history = f"A=PCM,F={sample_rate},W=24,M={mode},T=VSSFlow Studio; {said}\r\n"
    fields = struct.pack(
        "<256s32s32s10s8sQH64s190s",
        head.description.encode("ascii", "replace")[:256],
        ORIGINATOR.encode(),
        b"",
        now.strftime("%Y-%m-%d").encode(),
        now.strftime("%H:%M:%S").encode(),
        max(0, head.time_reference),
        1,
        b"",
        b"",
    )
    return fields + history.encode("ascii", "replace")


def _ixml(description: str, provenance: dict) -> bytes:
    description = re.sub(r"[\x00-\x1f\x7f]+", " ", description)  # XML has no words for them
    root = ElementTree.Element("BWFXML")
    ElementTree.SubElement(root, "IXML_VERSION").text = "2.10"
    ElementTree.SubElement(root, "NOTE").text = f"{sentence(provenance)}. {description}"
    user = ElementTree.SubElement(root, "USER")
    ElementTree.SubElement(user, "VSSFLOW_STUDIO").text = json.dumps(provenance, sort_keys=True)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + ElementTree.tostring(root, "utf-8")
