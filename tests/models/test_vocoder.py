"""How mels become sound: a voice's pulses stay pulses, and it has air above 8 kHz."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchaudio
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests import vowels
from vssflow_studio.errors import ModelError
from vssflow_studio.models.codecs.bands import FIRST
from vssflow_studio.models.codecs.mel import MelCodec
from vssflow_studio.models.codecs.phases import VoiceSource
from vssflow_studio.models.codecs.vocoder import Vocoder
from vssflow_studio.models.conditions.phonemes import phoneme_ids
from vssflow_studio.models.interface import WEIGHTS, Conditions, Sampling
from vssflow_studio.models.registry import load_model, model_card
from vssflow_studio.models.vssflow.draft_model import DraftModel
from vssflow_studio.paths import weights
from vssflow_studio.script.phonemes import phonemes

RATE = 24_000
LINE = "Six of the ships sailed past us in silence."
_ORDER, _FRAME = 18, 480  # of linear prediction, at 16 kHz


@pytest.fixture(scope="module")
def model():
    return load_model("draft", "cpu")


@pytest.fixture(scope="module", params=["slt", "rms"])
def line(request) -> Conditions:
    return Conditions(4.4, phonemes(LINE), (0.7, 3.7), request.param)


@pytest.fixture(scope="module")
def mel(model, line) -> torch.Tensor:
    """[1, bins, frames] as the model makes it of the line."""
    return model.codec.untokens(model.latent(line, Sampling(seed=1))).clone()


def spikiness(sound: np.ndarray) -> float:
    """Kurtosis of what linear prediction leaves, the median of the loudest half of frames: 3 of noise."""
    low = torchaudio.functional.resample(torch.from_numpy(sound), RATE, 16_000).double().numpy()
    frames = low[: len(low) // _FRAME * _FRAME].reshape(-1, _FRAME)
    loud = frames[(power := (frames**2).sum(1)) > np.median(power[power > power.max() * 1e-4])]
    found = []
    for frame in loud:
        windowed = frame * np.hanning(_FRAME)
        lags = np.correlate(windowed, windowed, "full")[_FRAME - 1 : _FRAME + _ORDER]
        matrix = lags[np.abs(np.subtract.outer(range(_ORDER), range(_ORDER)))] + 1e-6 * lags[0] * np.eye(_ORDER)
        left = np.convolve(frame, [1, *-np.linalg.solve(matrix, lags[1:])], "valid")
        found.append(np.mean((left - left.mean()) ** 4) / left.var() ** 2)
    return float(np.median(found))


def decibels(sound: np.ndarray, low: float, high: float) -> float:
    """Level of what lies between two frequencies."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / len(sound) ** 2 + 1e-14))


# --- silence ---


def test_what_lies_at_the_floor_is_silent() -> None:
    floor = np.log(MelCodec().config.floor)
    mel = torch.full((1, 80, 200), floor) + 0.03 * torch.randn(1, 80, 200, generator=torch.Generator().manual_seed(0)).abs()
    mel[:, 5:20, 80:120] = -3
    sound = Vocoder(iterations=16)(mel)[0].numpy()
    quiet, loud = (20 * np.log10(part.std() + 1e-12) for part in (sound[:14_400], sound[20_000:28_000]))
    assert quiet < -95 and loud > -50
    assert decibels(sound[20_000:28_000], 4000, 12_000) < decibels(sound[20_000:28_000], 300, 1500) - 60


# --- phases ---


@pytest.mark.parametrize("frames", [4, 37])
def test_its_transform_is_the_usual_one(frames: int) -> None:
    vocoder, sound = Vocoder(), torch.randn(2, frames * 240, generator=torch.Generator().manual_seed(0))
    usual = torch.stft(sound, 960, 240, window=torch.hann_window(960), return_complex=True)
    found = vocoder._analysed(sound)
    assert torch.allclose(found.mT, usual, atol=1e-4)
    weight = vocoder._added(torch.hann_window(960).square().expand(1, frames + 1, -1)).clamp(min=1e-11)
    assert torch.allclose(vocoder._synthesised(found, weight), sound, atol=1e-5)


def test_pulses_of_a_voice_stay_pulses(model, mel) -> None:
    smeared, kept = (model.vocoder(mel, spoken)[0].numpy() for spoken in (False, True))
    assert spikiness(smeared) < 4.5 and spikiness(kept) > 1.5 * spikiness(smeared)


def test_a_voice_sounds_as_its_mel_says(model, mel) -> None:
    off = (model.codec.mel(model.vocoder(mel, spoken=True)) - mel).abs()[:, :FIRST].mean()
    assert off < 0.12  # nepers: 1 dB


@pytest.mark.parametrize("hertz", [95.0, 140.0, 210.0])
def test_pitch_is_told_by_a_mel(hertz: float) -> None:
    sound = torch.from_numpy(vowels.speech(hertz, rate=RATE, syllables=12))
    vocoder, mels = Vocoder(), MelCodec().mel(sound).unsqueeze(0)
    found, voiced = vocoder.source.pitch(vocoder._magnitudes(mels.exp()))
    place = torch.arange(mels.shape[-1]) % 25  # a vowel of 18 frames, a breath of 7
    vowel, breath = (place > 3) & (place < 14), (place > 20) & (place < 23)
    assert voiced[0, vowel].mean() > 0.9 and voiced[0, breath].mean() < 0.1
    off = 12 * (found[0, vowel] / hertz).log2()
    assert off.median().abs() < 0.5 and off.abs().quantile(0.95) < 2.5  # they glide by up to two semitones


def test_noise_has_no_pitch_and_silence_is_silent() -> None:
    source, noise = VoiceSource(MelCodec().config), torch.rand(1, 481, 50)
    assert source.pitch(noise)[1].max() == 0
    silent = Vocoder()(torch.full((1, 80, 50), -9.21), spoken=True)
    assert silent.abs().max() < 1e-3 and torch.isfinite(silent).all()


def test_several_at_once_are_as_each_alone(model, mel) -> None:
    softer = mel - 1
    together = model.vocoder(torch.cat([mel, softer]), spoken=True)
    for sound, alone in zip(together, (mel, softer), strict=True):
        assert torch.allclose(sound, model.vocoder(alone, spoken=True)[0], atol=1e-4)
    assert torch.equal(model.vocoder(mel, spoken=True), model.vocoder(mel, spoken=True))


# --- the band above 7 kHz ---


def test_a_hiss_is_as_wide_as_people_hear_it_and_vowels_are_not(model, line, mel) -> None:
    sound = model.generate(line, Sampling(seed=1))
    hiss, vowel = phoneme_ids(["S", "SH"]), phoneme_ids(["IH1", "EH1", "IY1", "AY1", "AO1"])
    spans = model.phoneme_times(line)

    def level(ids: list[int], low: float, high: float) -> float:
        parts = [sound[round(a * RATE) : round(b * RATE)] for i, a, b in spans if i in ids and b - a > 0.05]
        return float(np.median([decibels(part, low, high) for part in parts]))

    assert level(hiss, 9_000, 11_000) > level(hiss, 4_000, 7_000) - 20
    assert level(hiss, 9_000, 11_000) > level(vowel, 9_000, 11_000) + 10
    assert level(vowel, 9_000, 11_000) < level(vowel, 100, 4_000) - 35
    for pause in (sound[1_000 : round(0.5 * RATE)], sound[round(4.0 * RATE) : -1_000]):
        assert 20 * np.log10(np.sqrt(np.mean(pause**2))) < -60
    assert np.abs(sound).max() < 1


def test_only_a_voice_is_widened(model, mel) -> None:
    foley = model.heard(mel, spoken=False)
    assert torch.equal(foley, model.vocoder(mel))
    wide = model.codec.mel(model.heard(mel, spoken=True))
    hiss = mel[:, 60:FIRST].mean(1) > mel[:, 60:FIRST].mean(1).quantile(0.9)
    assert (wide - mel)[:, -6:].mean(1)[hiss].mean() > 1  # bins above 9.6 kHz, where it hisses


def test_a_draft_from_before_the_band_speaks_as_it_did(tmp_path, mel) -> None:
    source = weights() / "draft" / WEIGHTS
    with safe_open(source, "pt") as file:
        facts = file.metadata()
    before = {name: tensor for name, tensor in load_file(source).items() if not name.startswith("band.")}
    save_file(before, tmp_path / WEIGHTS, facts)
    older = DraftModel.load(tmp_path, model_card("draft"), "cpu")
    assert older.band is None
    assert torch.equal(older.heard(mel, spoken=True), older.vocoder(mel, spoken=True))
    save_file(before | {"band.mean": torch.zeros(FIRST)}, tmp_path / WEIGHTS, facts)
    with pytest.raises(ModelError, match=r"band\."):
        DraftModel.load(tmp_path, model_card("draft"), "cpu")
