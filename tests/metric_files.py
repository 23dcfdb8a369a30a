"""The public files of the metrics' networks: their layouts, weights that no training made, some of them small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import generated
from vssflow_studio.evaluation.networks import cnn14, dvector, files, syncnet, vggish, wav2clip, wavlm

VGGISH_HIDDEN, VGGISH_OUT, CNN14_WIDTH, CNN14_CLASSES = 16, 8, 4, 10
_COMPUTED = "window"  # in the checkpoint, though nothing learned it
_RATE = 16_000


def networks() -> dict[str, nn.Module]:
    """By the name of the file."""
    return {
        files.VGGISH.file: vggish.VGGish(VGGISH_HIDDEN, VGGISH_OUT),
        files.CNN14.file: cnn14.Cnn14(CNN14_WIDTH, CNN14_CLASSES),
        files.SYNCNET.file: syncnet.SyncNet(),
        files.WAV2CLIP.file: wav2clip.Wav2Clip(),
        files.DVECTOR.file: dvector.DVector(),
        files.WAVLM.file: speaker_network(),
    }


def speaker_network() -> wavlm.SpeakerNetwork:
    """Small, but for what is fixed in ours."""
    return wavlm.SpeakerNetwork(wavlm.WavLM(width=64, layers=2, heads=4, deep=96, channels=32, buckets=320), 64)


def weights(shapes: nn.Module) -> dict[str, Tensor]:
    """Generated, but for what is computed; a batch norm's scales are near 1."""
    made = {}
    for name, tensor in shapes.state_dict().items():
        made[name] = tensor if name.endswith(_COMPUTED) else generated.weight(name, tuple(tensor.shape))
        if name.endswith("weight") and tensor.ndim == 1:
            made[name] = 1 + made[name] / 10
    return made


def write(file: files.NetworkFile, folder: Path) -> Path:
    """The file as it can be fetched, in the models' `folder`."""
    state = weights(networks()[file.file])
    if file is files.SYNCNET:  # of before PyTorch counted batches
        state = {name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}
    if file is files.CNN14:
        state = {"spectrogram_extractor.stft.conv_real.weight": torch.ones(2, 1, 4), **state}
    if file is files.WAVLM:
        state["loss_calculator.projection.weight"] = torch.ones(2, 2)
    path = folder / files.FOLDER / file.file
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"iteration": 1, "model": state} if file is files.CNN14 else state, path)
    return path


def sound(name: str, seconds: float, rate: int = _RATE) -> np.ndarray:
    """Mono float32 of noise that comes and goes, the same on every machine."""
    times = np.arange(round(seconds * rate)) / rate
    swell = np.abs(np.sin(2 * np.pi * 1.3 * times)) ** 3
    return (0.3 * swell * generated.values(name, len(times))).astype(np.float32)


def faces(count: int) -> np.ndarray:
    """RGB uint8 [count, 224, 224, 3] of soft noise."""
    small = (generated.values("faces", count, 8, 8, 3) + 1) * 127
    return np.repeat(np.repeat(small, 28, 1), 28, 2).astype(np.uint8)


def picture() -> np.ndarray:
    """Grey uint8 [90, 110], soft."""
    rows, columns = np.mgrid[0:90, 0:110]
    waves = generated.values("waves", 24, 3).astype(np.float64)
    grey = sum(np.sin(0.35 * (x * columns + y * rows) + 9 * phase) for x, y, phase in waves)
    return np.rint(127 + 20 * grey).clip(0, 255).astype(np.uint8)
