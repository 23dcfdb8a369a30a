"""What is done to a sound for its prompt: strength, material, distance, room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vssflow_studio.engine.foley_manner import _MATERIALS
from vssflow_studio.engine.post import finish
from vssflow_studio.engine.request import SAMPLE_RATE, Request, Treatment
from vssflow_studio.engine.space import response, treated
from vssflow_studio.timeline.cues import DISTANCES, ROOMS

WET = [room for room in ROOMS if room not in ("", "dry")]
INDOORS = [room for room in WET if room != "outdoors"]


@pytest.fixture(scope="module")
def clap() -> np.ndarray:
    """A short burst of noise, then silence for five seconds, at 48 kHz."""
    rng = np.random.default_rng(0)
    sound = np.zeros(5 * SAMPLE_RATE, np.float32)
    sound[4800:6000] = 0.3 * rng.standard_normal(1200) * np.exp(-np.arange(1200) / 200)
    return sound


def level(sound: np.ndarray) -> float:
    return 10 * np.log10((sound.astype(float) ** 2).sum() + 1e-12)


def above(sound: np.ndarray, hertz: float) -> float:
    """dB of what lies above `hertz` beside the whole."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    return 10 * np.log10(power[np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE) > hertz].sum() / power.sum())


def decay(sound: np.ndarray) -> float:
    """Seconds to −60 dB, from the slope between −5 and −25 dB (Schroeder 1965)."""
    left = np.cumsum(sound[::-1].astype(float) ** 2)[::-1]
    decibels = 10 * np.log10(left / left[0] + 1e-12)
    first, last = (int(np.argmax(decibels < limit)) for limit in (-5, -25))
    return 3 * (last - first) / SAMPLE_RATE


def test_untreated_is_untouched(clap):
    assert treated(clap, Treatment()) is clap


@pytest.mark.parametrize("distance", DISTANCES[1:])
@pytest.mark.parametrize("room", ROOMS[1:])
def test_a_sound_keeps_its_length_and_its_moment_in_every_place(clap, distance, room):
    out = treated(clap, Treatment(distance=distance, room=room))
    assert out.shape == clap.shape and out.dtype == np.float32 and np.isfinite(out).all()
    assert np.abs(out[:4700]).max() < 1e-3 * np.abs(out).max(), "heard before it happens"
    loud = np.flatnonzero(np.abs(out) > 0.1 * np.abs(out).max())
    assert loud[0] == pytest.approx(4800, abs=480)


def test_the_same_again_is_the_same_to_the_sample(clap):
    treatment = Treatment("hard", "metal", "medium", "hall")
    assert np.array_equal(treated(clap, treatment), treated(clap, treatment))


def test_farther_is_softer_and_duller_and_has_more_of_the_room(clap):
    near, some, far = (treated(clap, Treatment(distance=distance)) for distance in DISTANCES[1:])
    assert level(near) - 3 > level(some) > level(far) + 6
    assert above(near, 4000) > above(some, 4000) + 1 > above(far, 4000) + 5

    def room_beside_direct(distance):
        out = treated(clap, Treatment(distance=distance, room="hall"))
        return level(out[7000:]) - level(out[:7000])

    assert room_beside_direct("far") > room_beside_direct("close") + 6


@pytest.mark.parametrize(("room", "seconds"), [("small room", 0.35), ("bathroom", 0.9), ("hall", 1.8), ("church", 4.0)])
def test_a_room_rings_as_long_as_it_should(room, seconds):
    assert decay(response(room)) == pytest.approx(seconds, rel=0.35)


def test_rooms_are_unlike_each_other():
    peaks = [np.abs(np.fft.rfft(response(room), 1 << 18)) for room in WET]
    for index, one in enumerate(peaks):
        for other in peaks[index + 1 :]:
            assert np.corrcoef(one, other)[0, 1] < 0.7


def test_outdoors_nothing_rings(clap):
    out = treated(clap, Treatment(room="outdoors"))
    assert level(out[SAMPLE_RATE:]) < level(out) - 40
    assert level(treated(clap, Treatment(room="hall"))[SAMPLE_RATE:]) > level(out[SAMPLE_RATE:]) + 20


def test_harder_is_louder_and_brighter(clap):
    soft, plain, hard = (treated(clap, Treatment(intensity)) for intensity in ("soft", "normal", "hard"))
    assert level(hard) - 3 > level(plain) > level(soft) + 5
    assert above(hard, 3000) > above(plain, 3000) > above(soft, 3000)


def test_every_material_that_prompts_name_sounds_like_no_other(clap):
    spectra = {name: np.abs(np.fft.rfft(treated(clap, Treatment(material=name)))) for name in _MATERIALS}
    plain = np.abs(np.fft.rfft(clap))
    for name, spectrum in spectra.items():
        change = 20 * np.log10((spectrum[500:40_000] + 1e-9) / (plain[500:40_000] + 1e-9))
        assert 1 < np.abs(change).max() < 15, name
    assert np.median(spectra["carpet"][20_000:] / plain[20_000:]) < 0.4


def test_a_long_bed_is_convolved_without_seams():
    bed = np.random.default_rng(0).standard_normal(400_000).astype(np.float32)
    out = treated(bed, Treatment(room="small room"))
    whole = np.convolve(bed[120_000:160_000], response("small room"))
    dry = treated(bed, Treatment(room="dry"))
    wet = (out - dry)[131_072 - 500 : 131_072 + 4000]
    straight = whole[11_072 - 500 : 11_072 + 4000]
    # The first samples of the piece lack what came before it: only the correlation is asked.
    assert np.corrcoef(wet, straight)[0, 1] > 0.9


def test_a_take_is_treated_and_never_clips(clap):
    request = Request("foley", 4.0, 0.5, 0.5, prompt="clap")
    plain = finish(clap[::2], 24_000, request)
    hall = finish(clap[::2], 24_000, replace(request, treatment=Treatment("hard", room="hall"), energy=12))
    assert np.abs(hall).max() <= 10 ** (-3 / 20) + 1e-6
    assert level(hall[SAMPLE_RATE:]) > level(plain[SAMPLE_RATE:]) + 20


def test_what_has_no_treatment_keeps_the_key_it_always_had():
    """The hash that a take of version 0.5 was filed under."""
    request = Request("foley", 2.0, 0.5, 0.5, prompt="a door closes")
    assert request.key("weights") == "b629d6b208adf538007d1c1f3d9ec7171aeffc62880b7912a8ba70f75984b75c"
    assert replace(request, treatment=Treatment(room="hall")).key("weights") != request.key("weights")
    assert replace(request, treatment=Treatment(room="hall")).wish("weights") != request.wish("weights")
