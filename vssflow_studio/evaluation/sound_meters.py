"""Meters of foley and of sync: does it sound real, is it the right thing, does it come with the picture?"""

from __future__ import annotations

import numpy as np

from . import onsets
from .av_align import av_align, movement, movement_peaks
from .classes import inception_score, kl_divergence
from .frechet import frechet_distance
from .item import Item
from .lip_sync import lip_sync_errors
from .meters import MeanMeter, Meter, Score
from .networks import cnn14, files, synchformer, syncnet, vggish, wav2clip
from .similarity import cosine

_TOO_FEW = "it needs two or more pairs"


class FrechetAudioDistance(Meter):
    """FAD: VGGish's embeddings of all takes beside those of all recordings."""

    metrics = ("FAD",)

    def __init__(self) -> None:
        self._made: list[np.ndarray] = []
        self._real: list[np.ndarray] = []

    def lacking(self) -> str:
        """See Meter."""
        return files.VGGISH.lacking

    def load(self, device: str) -> None:
        """See Meter."""
        self._network = vggish.VGGishEmbedder.load(device)

    def listen(self, item: Item) -> None:
        """See Meter."""
        made, real = (self.embeddings(_centred(sound(vggish.SAMPLE_RATE))) for sound in (item.made, item.real))
        self._made.append(made)
        self._real.append(real)

    def embeddings(self, sound: np.ndarray) -> np.ndarray:
        """[pieces, channels]."""
        return self._network.embeddings(sound)

    def scores(self) -> tuple[Score, ...]:
        """See Meter."""
        if len(self._made) < 2:
            return (Score(None, why=_TOO_FEW),)
        value = frechet_distance(np.concatenate(self._made), np.concatenate(self._real))
        return (Score(value, len(self._made), note=self.note),)


class MelDistance(FrechetAudioDistance):
    """The same of mean log-mel spectra, which needs no network: between takes of ours, beside no paper."""

    metrics = ("FD (mel)",)

    def lacking(self) -> str:
        """See Meter."""
        return ""

    def load(self, device: str) -> None:
        """See Meter."""

    def embeddings(self, sound: np.ndarray) -> np.ndarray:
        """See FrechetAudioDistance."""
        return vggish.log_mel_pieces(sound).mean(1).numpy()


class Classes(Meter):
    """FD, KL and IS by PANNs' Cnn14."""

    metrics = ("FD", "KL", "IS")

    def __init__(self) -> None:
        self._made: list[tuple[np.ndarray, np.ndarray]] = []
        self._real: list[tuple[np.ndarray, np.ndarray]] = []

    def lacking(self) -> str:
        """See Meter."""
        return files.CNN14.lacking

    def load(self, device: str) -> None:
        """See Meter."""
        self._network = cnn14.Cnn14Classifier.load(device)

    def listen(self, item: Item) -> None:
        """See Meter."""
        made = self._network.heard(_centred(item.made(cnn14.SAMPLE_RATE)))
        if item.pair.real is not None:
            self._real.append(self._network.heard(_centred(item.real(cnn14.SAMPLE_RATE))))
        self._made.append(made)

    def scores(self) -> tuple[Score, ...]:
        """See Meter."""
        count = len(self._made)
        if count < 2:
            return (Score(None, why=_TOO_FEW),) * 3
        embeddings, logits = (np.array(part) for part in zip(*self._made, strict=True))
        score = Score(inception_score(logits), count)
        if not self._real:
            return (*(Score(None, why="no recordings to compare with"),) * 2, score)
        real_embeddings, real_logits = (np.array(part) for part in zip(*self._real, strict=True))
        distance = frechet_distance(embeddings, real_embeddings)
        return Score(distance, count), Score(kl_divergence(logits, real_logits), count), score


def _centred(sound: np.ndarray) -> np.ndarray:
    """Without its mean, as the public code has it."""
    return sound - sound.mean()


class PictureLikeness(MeanMeter):
    """CLIP score: the sound in Wav2CLIP's space beside the picture in CLIP's, a frame a second."""

    metrics = ("CLIP",)
    note = "100 · the mean cosine of Wav2CLIP's sound and CLIP ViT-B/32's frames; the paper names no networks"
    _RATE = 1.0

    def lacking(self) -> str:
        """See Meter."""
        return "; ".join(file.lacking for file in (files.WAV2CLIP, files.CLIP) if file.lacking)

    def load(self, device: str) -> None:
        """See Meter."""
        self._scorer = wav2clip.Wav2ClipScorer.load(device)

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        pictures = self._scorer.pictures(item.squares(self._RATE, wav2clip.SIDE, cropped=True))
        heard = self._scorer.sound(item.made(wav2clip.SAMPLE_RATE))
        return (float(np.mean([cosine(heard, picture) for picture in pictures])),)


class Alignment(MeanMeter):
    """AV-align; needs no network."""

    metrics = ("AV",)
    _WIDEST = 640
    """Pixels across; a larger film is made smaller first."""

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        began = onsets.onset_times(item.made(onsets.SAMPLE_RATE))
        moved = movement(item.grey(self._WIDEST), item.check)
        return (av_align(began, movement_peaks(moved, item.film.rate), item.film.rate),)


class LipSync(MeanMeter):
    """LSE-C and LSE-D: of films that are cut to the face, as LRS2's are."""

    metrics = ("LSE-C", "LSE-D")
    note = "the films are taken to be cut to the face"

    def lacking(self) -> str:
        """See Meter."""
        return files.SYNCNET.lacking

    def load(self, device: str) -> None:
        """See Meter."""
        self._encoder = syncnet.SyncNetEncoder.load(device)

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        frames = item.squares(syncnet.FRAME_RATE, syncnet.SIDE, cropped=False)
        return lip_sync_errors(*self._encoder.points(frames, item.made(syncnet.SAMPLE_RATE), item.check))


class Desync(MeanMeter):
    """DeSync, as MMAudio's benchmark has it: seconds by which Synchformer hears picture and sound apart."""

    metrics = ("DeSync",)
    _LONGEST = 8.0
    """Seconds that are measured: their first and last 4.8."""

    def lacking(self) -> str:
        """See Meter."""
        return files.SYNCHFORMER.lacking

    def load(self, device: str) -> None:
        """See Meter."""
        self._network = synchformer.Synchformer.load(device)

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        sound = item.made(synchformer.SAMPLE_RATE)[: round(self._LONGEST * synchformer.SAMPLE_RATE)]
        frames = item.squares(synchformer.FRAME_RATE, synchformer.SIDE, cropped=True, seconds=self._LONGEST)
        return (float(np.mean(np.abs(self._network.offsets(frames, sound, item.check)))),)
