"""The formulas beside published packages (`data/public_metrics.json` holds what those gave), and what must hold.

scipy's matrix root, torchmetrics' KL, audioldm_eval's Inception Score, jiwer, pysptk, fastdtw and
pymcd, librosa, OpenCV, TempoTokens' AV-align, python_speech_features; the inputs are made anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import generated
import metric_files
from vssflow_studio.evaluation import cepstra, onsets
from vssflow_studio.evaluation.av_align import av_align, movement, movement_peaks
from vssflow_studio.evaluation.classes import inception_score, kl_divergence
from vssflow_studio.evaluation.frechet import frechet_distance
from vssflow_studio.evaluation.mfcc import mfcc
from vssflow_studio.evaluation.optical_flow import flow_between, pyramid
from vssflow_studio.evaluation.similarity import cosine
from vssflow_studio.evaluation.word_errors import word_error_rate, words

PUBLIC = json.loads((Path(__file__).parent / "data" / "public_metrics.json").read_text())


def test_frechet_distance_is_scipys() -> None:
    made, real = generated.values("made", 40, 12), 1.4 * generated.values("real", 30, 12) + 0.3
    assert frechet_distance(made, real) == pytest.approx(PUBLIC["frechet"], rel=1e-5)
    assert frechet_distance(real, made) == pytest.approx(frechet_distance(made, real))
    assert frechet_distance(made, made) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(made + 2, made) == pytest.approx(12 * 2**2)  # the same shape elsewhere


def test_frechet_distance_of_fewer_sounds_than_channels_is_finite_and_of_one_is_none() -> None:
    few = generated.values("few", 3, 64)
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="two"):
        frechet_distance(few[:1], few)


def test_kl_is_torchmetrics_and_runs_from_the_real_to_the_made() -> None:
    made, real = 3 * generated.values("made logits", 45, 9), 3 * generated.values("real logits", 45, 9)
    assert kl_divergence(made, real) == pytest.approx(PUBLIC["kl"], rel=1e-6)
    assert kl_divergence(real, made) != pytest.approx(PUBLIC["kl"], rel=1e-3)
    assert kl_divergence(made, made) == 0
    assert np.isfinite(kl_divergence(1000 * made, real))


def test_inception_score_is_audioldm_evals() -> None:
    logits = 3 * generated.values("made logits", 45, 9)
    assert inception_score(logits) == pytest.approx(PUBLIC["is"], rel=1e-6)
    assert inception_score(logits[:12]) == pytest.approx(PUBLIC["is_one"], rel=1e-6)  # too few to split
    assert inception_score(np.ones((20, 9))) == pytest.approx(1)  # nothing told apart
    assert inception_score(100 * np.eye(9), splits=1) == pytest.approx(9)  # each class once, and surely
    with pytest.raises(ValueError, match="two"):
        inception_score(logits[:1])


def test_word_errors_are_jiwers() -> None:
    for wanted, heard, rate in PUBLIC["wer"]:
        assert word_error_rate(wanted, heard) == pytest.approx(rate)


def test_case_punctuation_and_the_writing_of_numbers_are_no_errors() -> None:
    assert word_error_rate("Don’t move! It's 7:30.", "don't move it's seven thirty") == 0
    assert words("Où est l’été?") == ["où", "est", "l'été"]
    with pytest.raises(ValueError, match="no words"):
        word_error_rate(" … ", "hello")


def test_mel_cepstra_are_sptks() -> None:
    spectra = np.exp(3 * generated.values("spectra", 6, 257).astype(float))
    assert cepstra.mel_cepstra(spectra).ravel() == pytest.approx(PUBLIC["mel_cepstra"], abs=1e-4)


def test_distortion_is_pymcds_with_and_without_the_length() -> None:
    made = generated.values("warp made", 70, 14).astype(float).cumsum(0)
    real = generated.values("warp real", 55, 14).astype(float).cumsum(0)
    assert cepstra.mcd(made, real) == pytest.approx(PUBLIC["mcd"], rel=1e-6)
    assert cepstra.mcd_sl(made, real) == pytest.approx(PUBLIC["mcd_sl"], rel=1e-6)
    assert cepstra.mcd_sl(made, real) == pytest.approx(cepstra.mcd(made, real) * 70 / 55)
    assert cepstra.mcd_sl(real, made) / cepstra.mcd(real, made) == pytest.approx(70 / 55)


def test_distortion_of_a_known_shift_is_what_the_formula_says() -> None:
    speech = generated.values("warp made", 70, 14).astype(float).cumsum(0)
    louder = speech + np.eye(14)[0]  # by 1 in the energy of every frame
    assert cepstra.mcd(speech, speech) == 0
    assert cepstra.mcd(louder, speech) == pytest.approx(10 / np.log(10) * np.sqrt(2))
    assert cepstra.mcd(np.repeat(speech, 2, 0), speech) < 1e-9  # half as fast costs nothing …
    assert cepstra.mcd_sl(np.repeat(louder, 2, 0), speech) == pytest.approx(2 * 6.14185, rel=1e-4)  # … but for SL


def test_a_warp_costs_what_fastdtws_does() -> None:
    made, real = (generated.values(name, n, 3).astype(float) for name, n in (("rough made", 90), ("rough real", 61)))
    i, j = cepstra.warp_path(made, real)
    assert np.linalg.norm(made[i] - real[j], axis=1).sum() == pytest.approx(PUBLIC["rough_warp"], rel=1e-6)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 9), (2, 3), (40, 3), (33, 64)])
def test_a_warp_goes_from_the_beginning_to_the_end_in_single_steps(n, m) -> None:
    i, j = cepstra.warp_path(generated.values("a", n, 5), generated.values("b", m, 5))
    assert (i[0], j[0], i[-1], j[-1]) == (0, 0, n - 1, m - 1)
    steps = set(zip(np.diff(i), np.diff(j), strict=True))
    assert steps <= {(0, 1), (1, 0), (1, 1)}


def test_onsets_are_librosas() -> None:
    sound = metric_files.sound("onsets", 4, onsets.SAMPLE_RATE)
    assert onsets.onset_strength(sound) == pytest.approx(PUBLIC["onset_strength"], abs=2e-3)
    assert onsets.onset_times(sound) == pytest.approx(PUBLIC["onsets"])
    assert len(PUBLIC["onsets"]) > 5
    assert onsets.pick_onsets(np.abs(generated.values("strength", 200))).tolist() == PUBLIC["picked"]


def test_silence_and_nothing_have_no_onsets() -> None:
    assert len(onsets.onset_times(np.zeros(22_050, np.float32))) == 0
    assert len(onsets.onset_times(np.zeros(0, np.float32))) == 0


def test_optical_flow_is_opencvs() -> None:
    picture = torch.from_numpy(metric_files.picture())
    flow = flow_between(pyramid(picture[8:80, 8:100]), pyramid(picture[6:78, 5:97]))
    assert flow.permute(1, 2, 0)[::9, ::9].flatten().numpy() == pytest.approx(PUBLIC["flow"], abs=2e-3)
    assert float(flow.square().sum(0).sqrt().mean()) == pytest.approx(PUBLIC["flow_mean"], rel=1e-4)
    right, down = flow[:, 20:50, 20:70].flatten(1).median(1).values
    assert (float(right), float(down)) == pytest.approx((3, 2), abs=0.1)


def test_what_stands_still_has_no_peak_and_a_jump_has_one_where_it_is() -> None:
    picture = metric_files.picture()
    shift = [0, 0, 0, 0, 0, 4, 4, 4, 4, 4]
    moved = movement(np.stack([picture[:64, s : s + 64] for s in shift]))
    assert len(moved) == 10 and movement_peaks(moved, 25) == pytest.approx([5 / 25])
    assert len(movement_peaks(movement(np.stack([picture] * 5)), 25)) == 0


def test_av_align_is_the_authors() -> None:
    heard = np.sort(generated.values("on", 14)) * 2 + 2
    seen = np.round((np.sort(generated.values("pk", 12)) * 2 + 2) * 25) / 25
    assert av_align(heard, seen, 25) == pytest.approx(PUBLIC["av_align"])
    assert av_align(seen, seen, 25) == 1
    assert av_align(seen + 0.5, seen[:1], 25) == 0
    assert av_align([1.0, 1.01], [1.0], 25) == 0.5  # a peak meets one onset
    with pytest.raises(ValueError, match="nothing"):
        av_align([], [], 25)


def test_mfcc_is_that_of_python_speech_features() -> None:
    sound = 32_768 * metric_files.sound("mfcc", 0.2).astype(float)
    assert mfcc(sound, 16_000).ravel() == pytest.approx(PUBLIC["mfcc"], abs=1e-3)
    assert np.isfinite(mfcc(np.zeros(100), 16_000)).all()


def test_cosine_is_of_the_angle() -> None:
    assert cosine([1, 0], [3, 3]) == pytest.approx(np.sqrt(0.5))
    assert cosine([1, 2], [-2, -4]) == pytest.approx(-1)
    assert cosine([0, 0], [1, 1]) == 0


def test_distortion_of_sound_is_pymcds() -> None:
    pytest.importorskip("pyworld")
    times = np.arange(round(1.2 * cepstra.SAMPLE_RATE)) / cepstra.SAMPLE_RATE
    breath = 0.01 * metric_files.sound("voice", 1.2, cepstra.SAMPLE_RATE)

    def vowel(pitch: float) -> np.ndarray:
        return (0.3 * sum(np.sin(2 * np.pi * pitch * k * times) / k for k in range(1, 30)) + breath).astype(np.float32)

    made, real = (cepstra.mel_cepstra(cepstra.envelope(s)) for s in (vowel(120), vowel(150)[:20_000]))
    assert cepstra.mcd(made, real) == pytest.approx(PUBLIC["mcd_of_sound"], rel=1e-3)
