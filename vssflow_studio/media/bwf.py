"""Broadcast Wave Format: 24-bit WAV with a time reference and iXML.

bext after EBU Tech 3285 (version 1), iXML after the iXML specification 2.10: NLEs and
Pro Tools place the file by its time reference, and read in it that it is synthetic.
"""

from __future__ import annotations

import json
import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ..atomic import replacing
from ..errors import MediaError

_ORIGINATOR = b"VSSFlow Studio"
_FULL = 2**23 - 1


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
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    data = _to_24_bit(np.nan_to_num(samples))
    form = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * channels * 3, channels * 3, 24)
    chunks = b"".join(
        _chunk(name, body)
        for name, body in (
            (b"bext", _bext(description, time_reference)),
            (b"iXML", _ixml(description, provenance)),
            (b"fmt ", form),
            (b"data", data),
        )
    )
    with replacing(Path(path)) as temporary:
        temporary.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


def read_bwf_info(path: Path) -> dict:
    """`time_reference`, `description`, `sample_rate`, `samples`, `provenance`. Raises MediaError."""
    try:
        found = dict(_chunks(Path(path).read_bytes()))
        bext, form, data = found[b"bext"], found[b"fmt "], found[b"data"]
        xml = ElementTree.fromstring(found.get(b"iXML", b"<BWFXML/>").rstrip(b"\0"))
        note = xml.findtext("USER/VSSFLOW_STUDIO")
        return {
            "description": bext[:256].rstrip(b"\0").decode("ascii", "replace"),
            "time_reference": struct.unpack_from("<Q", bext, 338)[0],
            "sample_rate": struct.unpack_from("<I", form, 4)[0],
            "samples": len(data) // struct.unpack_from("<H", form, 12)[0],
            "provenance": json.loads(note) if note else {},
        }
    except (OSError, KeyError, ValueError, ArithmeticError, struct.error, ElementTree.ParseError) as error:
        raise MediaError(
            "This is not a whole broadcast WAV", file=path, remedy="Generate the take again."
        ) from error


def _to_24_bit(samples: np.ndarray) -> bytes:
    """Little-endian 24 bits with TPDF dither; the seed is fixed, so that takes repeat exactly."""
    rng = np.random.default_rng(0)
    dither = rng.random(samples.shape) - rng.random(samples.shape)
    whole = np.round(samples.astype(np.float64) * _FULL + dither).clip(-_FULL - 1, _FULL)
    return whole.astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _bext(description: str, time_reference: int) -> bytes:
    now = datetime.now(UTC)
    return struct.pack(
        "<256s32s32s10s8sQH64s190s",
        description.encode("ascii", "replace")[:256],
        _ORIGINATOR,
        b"",
        now.strftime("%Y-%m-%d").encode(),
        now.strftime("%H:%M:%S").encode(),
        max(0, time_reference),
        1,
        b"",
        b"",
    )


def _ixml(description: str, provenance: dict) -> bytes:
    description = re.sub(r"[\x00-\x1f\x7f]+", " ", description)  # XML has no words for them
    root = ElementTree.Element("BWFXML")
    ElementTree.SubElement(root, "IXML_VERSION").text = "2.10"
    ElementTree.SubElement(root, "NOTE").text = f"SYNTHETIC, temp only. {description}"
    user = ElementTree.SubElement(root, "USER")
    ElementTree.SubElement(user, "VSSFLOW_STUDIO").text = json.dumps(provenance, sort_keys=True)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + ElementTree.tostring(root, "utf-8")


def _chunks(data: bytes):
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
