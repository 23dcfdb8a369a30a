"""The speech teacher: flite's voices, with the phonemes' own timings.

Flite (CMU, BSD-like licence) is a library in Debian (`libflite1`); it is called
through its C functions, since its command line doesn't tell syllable stress.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..errors import StudioError
from ..script.arpabet import PAUSE, VOWELS

VOICES = ("slt", "rms", "awb", "kal16")
SAMPLE_RATE = 24_000
_ACTIVE_LEVEL = 10 ** (-23 / 20)
_PEAK = 10 ** (-3 / 20)


@dataclass(frozen=True)
class Utterance:
    """A sentence as a teacher said it.

    `sound` is float32 mono at 24 kHz; `phones` are (ARPAbet symbol, start, end) in
    seconds and tile the whole utterance, pauses included.
    """

    text: str
    voice: str
    sound: np.ndarray
    phones: tuple[tuple[str, float, float], ...]


class _Wave(ctypes.Structure):
    """cst_wave of flite's cst_wave.h."""

    _fields_ = [
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    ]


class _Voice(ctypes.Structure):
    """The head of cst_voice of flite's cst_voice.h."""

    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


def speak(text: str, voice: str, *, stretch: float = 1.0) -> Utterance:
    """Say `text`; `stretch` above 1 speaks more slowly.

    Raises StudioError when flite or the voice is not installed.
    """
    flite, handle = _flite(), _voice(voice)
    flite.feat_set_float(handle.contents.features, b"duration_stretch", stretch)
    utterance = flite.flite_synth_text(text.encode("ascii", "ignore"), handle)
    try:
        wave = flite.utt_wave(utterance).contents
        raw = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.float32) / 32768
        phones = _phones(flite, utterance, wave.num_samples / wave.sample_rate)
        rate = wave.sample_rate
    finally:
        flite.delete_utterance(utterance)
    return Utterance(text, voice, levelled(raw, rate), phones)


def _phones(flite, utterance, length: float) -> tuple[tuple[str, float, float], ...]:
    phones, start = [], 0.0
    segment = flite.relation_head(flite.utt_relation(utterance, b"Segment"))
    while segment:
        end = min(flite.ffeature_float(segment, b"end"), length)
        name = flite.ffeature_string(segment, b"name").decode()
        stress = flite.ffeature_string(segment, b"R:SylStructure.parent.stress").decode()
        phones.append((_symbol(name, stress), start, end))
        start, segment = end, flite.item_next(segment)
    return tuple(phones)


def _symbol(name: str, stress: str) -> str:
    """Flite's phone in ARPAbet: `ax` is an unstressed AH, `pau` a pause."""
    if name in ("pau", "brth", "h#"):
        return PAUSE
    if name == "ax":
        return "AH0"
    symbol = name.upper()
    return symbol + ("1" if stress == "1" else "0") if symbol in VOWELS else symbol


def levelled(raw: np.ndarray, rate: int) -> np.ndarray:
    """`raw` at 24 kHz and as loud as all teachers: RMS of what is speech at −23 dBFS, peaks under −3 dBFS."""
    import torch
    import torchaudio

    sound = torchaudio.functional.resample(torch.from_numpy(raw), rate, SAMPLE_RATE).numpy()
    loud = np.abs(sound) > 0.02 * np.abs(sound).max(initial=1e-6)
    rms = np.sqrt(np.mean(sound[loud] ** 2)) if loud.any() else 1.0
    gained = sound * (_ACTIVE_LEVEL / max(rms, 1e-6))
    return (gained * min(1.0, _PEAK / max(np.abs(gained).max(initial=0), 1e-6))).astype(np.float32)


@cache
def _flite():
    try:
        ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for name in ("cmulex", "usenglish"):
            ctypes.CDLL(f"libflite_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise StudioError(
            "The speech teacher, flite, is not installed",
            remedy="Install it with: apt-get install libflite1",
        ) from error
    library = ctypes.CDLL("libflite.so.1")
    for name, result, arguments in (
        ("flite_init", ctypes.c_int, []),
        ("flite_synth_text", ctypes.c_void_p, [ctypes.c_char_p, ctypes.POINTER(_Voice)]),
        ("utt_wave", ctypes.POINTER(_Wave), [ctypes.c_void_p]),
        ("utt_relation", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
        ("relation_head", ctypes.c_void_p, [ctypes.c_void_p]),
        ("item_next", ctypes.c_void_p, [ctypes.c_void_p]),
        ("ffeature_float", ctypes.c_float, [ctypes.c_void_p, ctypes.c_char_p]),
        ("ffeature_string", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_char_p]),
        ("delete_utterance", None, [ctypes.c_void_p]),
        ("feat_set_float", None, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.flite_init()
    return library


@cache
def _voice(name: str):
    _flite()
    try:
        library = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise StudioError(
            f"The speech teacher has no voice {name}", remedy=f"Choose from {', '.join(VOICES)}."
        ) from error
    register = getattr(library, f"register_cmu_us_{name}")
    register.restype, register.argtypes = ctypes.POINTER(_Voice), [ctypes.c_char_p]
    return register(None)
