"""The public files of the metrics' networks: their layouts, weights that no training made, some of them small."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import generated
from vssflow_studio.evaluation.networks import (
    cnn14,
    dvector,
    files,
    synchformer,
    syncnet,
    utmos,
    vggish,
    wav2clip,
    wav2vec2,
    wavlm,
)
from vssflow_studio.models.conditions.synchformer import PREFIX, SyncVision

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
        files.SYNCHFORMER.file: synchformer_whole(),
        files.UTMOS.file: utmos.UtmosNetwork(wav2vec2.Wav2Vec2(128, 2, 2, 96, 32, small=True), 12, 8, 20, 24),
    }


def synchformer_whole() -> nn.Module:
    """Small, its eye in its place."""
    whole = synchformer.Comparison(width=128, heard=2, judged=2)
    whole.add_module(PREFIX.rstrip("."), SyncVision(128, 1, 2))
    return whole


def speaker_network() -> wavlm.SpeakerNetwork:
    """Small, but for what is fixed in ours."""
    return wavlm.SpeakerNetwork(wav2vec2.Wav2Vec2(64, layers=2, heads=4, deep=96, channels=32, buckets=320), 64)


def transformers_shapes(prefix: str, small: bool, buckets: int = 0) -> dict[str, tuple[int, ...]]:
    """Names and shapes of transformers' wav2vec 2.0 or WavLM: two layers, 128 wide."""
    width, deep, channels, heads, head = 128, 96, 32, 2, 64
    shapes: dict[str, tuple[int, ...]] = {"masked_spec_embed": (width,)}

    def add(name: str, *shape: int, biased: bool = True) -> None:
        shapes[f"{name}.weight"] = shape
        shapes.update({f"{name}.bias": shape[:1]} if biased else {})

    for place, kernel in enumerate((10, 3, 3, 3, 3, 2, 2)):
        at = f"feature_extractor.conv_layers.{place}"
        add(f"{at}.conv", channels, channels if place else 1, kernel, biased=not small)
        if not (small and place):
            add(f"{at}.layer_norm", channels)
    add("feature_projection.layer_norm", channels)
    add("feature_projection.projection", width, channels)
    places = "encoder.pos_conv_embed.conv"
    shapes |= {f"{places}.bias": (width,), f"{places}.weight_g": (1, 1, 128), f"{places}.weight_v": (width, width // 16, 128)}
    add("encoder.layer_norm", width)
    for layer in ("encoder.layers.0", "encoder.layers.1"):
        for name in "qkv":
            add(f"{layer}.attention.{name}_proj", width, width)
        add(f"{layer}.attention.out_proj", width, width)
        add(f"{layer}.layer_norm", width)
        add(f"{layer}.feed_forward.intermediate_dense", deep, width)
        add(f"{layer}.feed_forward.output_dense", width, deep)
        add(f"{layer}.final_layer_norm", width)
        if buckets:
            shapes[f"{layer}.attention.gru_rel_pos_const"] = (1, heads, 1, 1)
            add(f"{layer}.attention.gru_rel_pos_linear", 8, head)
    if buckets:
        add("encoder.layers.0.attention.rel_attn_embed", buckets, heads, biased=False)
    return {prefix + name: shape for name, shape in shapes.items()}


def emotion_shapes() -> dict[str, tuple[int, ...]]:
    """Of audEERING's checkpoint, with the regression that EMO-SIM leaves aside."""
    head = {"classifier.dense.weight": (128, 128), "classifier.out_proj.weight": (3, 128)}
    return transformers_shapes("wav2vec2.", small=False) | head


def xvector_shapes() -> dict[str, tuple[int, ...]]:
    """Of microsoft/wavlm-base-sv, with the classes it was trained on."""
    shapes = transformers_shapes("wavlm.", small=True, buckets=320) | {"layer_weights": (3,), "objective.weight": (24, 7)}
    linear = {"projector": (40, 128), "feature_extractor": (24, 120), "classifier": (24, 24)}
    for place, (frames, out) in enumerate(((5, 40), (3, 40), (3, 40), (1, 40), (1, 60))):
        linear[f"tdnn.{place}.kernel"] = (out, frames * 40)
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return shapes


def weights(shapes: nn.Module) -> dict[str, Tensor]:
    """Generated, but for what is computed; a batch norm's scales are near 1."""
    held = shapes.state_dict()
    computed = {name: tensor for name, tensor in held.items() if name.endswith(_COMPUTED)}
    return generated_weights({name: tuple(tensor.shape) for name, tensor in held.items()}) | computed


def generated_weights(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """By name; a norm's scales are near 1."""
    made = generated.weights(shapes)
    return {n: 1 + t / 10 if n.endswith("weight") and t.ndim == 1 else t for n, t in made.items()}


_OF_TRANSFORMERS = {files.EMOTION.file: emotion_shapes, files.XVECTOR.file: xvector_shapes}


def write(file: files.NetworkFile, folder: Path) -> Path:
    """The file as it can be fetched, in the models' `folder`."""
    shapes = _OF_TRANSFORMERS.get(file.file)
    state = generated_weights(shapes()) if shapes else weights(networks()[file.file])
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
