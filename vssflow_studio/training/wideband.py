"""The teacher of what speech has above 8 kHz: festival's `cmu_us_slt_arctic_hts`, at 32 kHz.

CMU's voice of the recordings that flite's `slt` was made from too, in their whole width
(Debian `festvox-us-slt-hts`; free for any use). It is heard in training alone.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..errors import StudioError
from .speech import levelled

VOICE = "cmu_us_slt_arctic_hts"
_AT_ONCE = 50  # sentences; festival takes a second to start


def speak_wide(texts: Sequence[str]) -> Iterator[np.ndarray]:
    """Each of `texts` as float32 mono at 24 kHz, as loud as the other teachers say it.

    Raises StudioError when festival or the voice is not installed.
    """
    for first in range(0, len(texts), _AT_ONCE):
        with tempfile.TemporaryDirectory() as folder:
            yield from _spoken(texts[first : first + _AT_ONCE], Path(folder))


def _spoken(texts: Sequence[str], folder: Path) -> Iterator[np.ndarray]:
    lines = [f"(voice_{VOICE})"]
    files = [folder / f"{number}.wav" for number in range(len(texts))]
    for text, file in zip(texts, files, strict=True):
        plain = "".join(c for c in text if c.isascii() and c not in '"\\')
        lines.append(f'(utt.save.wave (SynthText "{plain}") "{file}" \'riff)')
    script = folder / "lines.scm"
    script.write_text("\n".join(lines), encoding="ascii")
    try:
        subprocess.run(["festival", "--batch", str(script)], check=True, capture_output=True)
        yield from map(_read, files)
    except (OSError, subprocess.CalledProcessError) as error:
        raise StudioError(
            "The wideband speech teacher, festival with its voice slt, is not installed",
            remedy="Install it with: apt-get install festival festvox-us-slt-hts",
        ) from error


def _read(file: Path) -> np.ndarray:
    import wave

    with wave.open(str(file)) as held:
        raw = np.frombuffer(held.readframes(held.getnframes()), dtype="<i2")
        return levelled(raw.astype(np.float32) / 32768, held.getframerate())
