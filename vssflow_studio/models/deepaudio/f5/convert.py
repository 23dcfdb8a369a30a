"""F5-TTS's, DeepAudio-V1's and Vocos' public files made into installed parts of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ....errors import ModelError
from ...checkpoints import check_shapes, plain_tensors
from ...interface import ModelCard
from ..tensor_sizes import counted, shape_of
from .config import F5Config, VocosConfig
from .dub import GUIDES, OTHER_LINE, OWN_SOUND
from .network import F5
from .vocos import Vocos

Tensors = dict[str, Tensor]

_EMA, _PREFIX, _MEL = "ema_model.", "transformer.", "mel_spec."
_LEFT = ("initted", "step", "update")  # counters of the averaging
_ROTARY = "rotary_embed.inv_freq"  # computed, not learned
_ENERGY = ("input_embed.proj_energy.weight", "input_embed.proj_energy.bias")
_VOCOS = ("backbone.embed.", "backbone.convnext.")
_VOCOS_LEFT = ("feature_extractor.", "head.istft.")  # the analysis and its window: computed
_HEAD_CHANNELS = 64  # of every published network; no tensor's shape tells them
_SECOND = re.compile(r"f5tts_v1", re.IGNORECASE)
_REMEDY = "It has to be a file that the authors of F5-TTS or of DeepAudio-V1 published."
_PARTS = re.compile(r"(.*\.attn\.)to_q\.(weight|bias)")


def is_network(held: Mapping[str, object]) -> bool:
    """Whether a checkpoint is a network of F5-TTS', whole or not."""
    return "ema_model_state_dict" in held or any(str(name).startswith(_EMA) for name in held)


def is_vocos(held: Mapping[str, object]) -> bool:
    """Whether a checkpoint is Vocos, whole or not."""
    return any(str(name).startswith(_VOCOS) for name in held)


def network(held: Mapping[str, object], source: Path) -> tuple[F5Config, Tensors]:
    """The sizes and the folded tensors. Raises ModelError naming what is wrong.

    The two layouts of F5-TTS have the same names and shapes: v1 is what lies in the folder
    `F5TTS_v1_…` of its authors, or is called so. Without energy it is zeros, F5-TTS itself.
    """
    averaged = held.get("ema_model_state_dict", held)
    if not isinstance(averaged, Mapping):
        raise ModelError("ema_model_state_dict holds no tensors by name", file=source, remedy=_REMEDY)
    kept = {str(name).removeprefix(_EMA): value for name, value in averaged.items() if name not in _LEFT}
    kept = {name: value for name, value in kept.items() if not name.startswith(_MEL)}
    tensors = plain_tensors({name.removeprefix(_PREFIX): value for name, value in kept.items()}, source)
    tensors.pop(_ROTARY, None)
    second = any(map(_SECOND.search, (source.parent.name, source.name)))
    config = _config_of(tensors, second, source)
    if not any(name in tensors for name in _ENERGY):
        tensors |= {_ENERGY[0]: torch.zeros(config.width, 1), _ENERGY[1]: torch.zeros(config.width)}
    with torch.device("meta"):
        wanted = public_shapes(F5(config))
    check_shapes(wanted, tensors, "", source)
    return config, fold(tensors)


def vocos(held: Mapping[str, object], source: Path) -> tuple[VocosConfig, Tensors]:
    """The sizes and the tensors. Raises ModelError naming what is wrong."""
    tensors = plain_tensors({k: v for k, v in held.items() if not str(k).startswith(_VOCOS_LEFT)}, source)
    width, bins, _ = shape_of(tensors, "backbone.embed.weight", 3, source, _REMEDY)
    spectrum, _ = shape_of(tensors, "head.out.weight", 2, source, _REMEDY)
    middle, _ = shape_of(tensors, "backbone.convnext.0.pwconv1.weight", 2, source, _REMEDY)
    layers = counted(tensors, "backbone.convnext")
    config = VocosConfig(fft=spectrum - 2, mel_bins=bins, width=width, middle=middle, layers=layers)
    if (config.fft, config.mel_bins) != (VocosConfig.fft, VocosConfig.mel_bins):
        what = f"It makes sound of {bins} mel bins by a transform of {config.fft}, and F5-TTS' have {VocosConfig.mel_bins} and {VocosConfig.fft}"
        raise ModelError(what, file=source, remedy="It has to be pytorch_model.bin of vocos-mel-24khz.")
    with torch.device("meta"):
        wanted = {name: tensor.shape for name, tensor in Vocos(config).state_dict().items()}
    check_shapes(wanted, tensors, "", source)
    return config, tensors


def card_of(name: str, config: F5Config, source: Path, checkpoint: str, *, guided: bool) -> ModelCard:
    """The card of a converted network, sampled as its authors do it; `guided` ones follow an energy."""
    edition = "F5-TTS v1" if config.second else "F5-TTS"
    return ModelCard(
        name=name,
        title=f"DeepAudio {source.stem}" if guided else edition,
        licence="CC-BY-NC-4.0",
        checkpoint=checkpoint,
        voices=(),
        sample_rate=config.sample_rate,
        steps=32,
        guidance=3.0,
        foley_guidance=3.0,
        solver="euler",
        family="f5",
        cast=(OWN_SOUND, OTHER_LINE),
        reads="letters",
        guide=GUIDES.get(source.stem, GUIDES["v2c_s44"]) if guided else "",
    )


def follows_energy(tensors: Mapping[str, Tensor]) -> bool:
    """Whether a network was tuned to an energy contour."""
    return bool(tensors[_ENERGY[0]].any())


def fold(tensors: Mapping[str, Tensor], head_channels: int = _HEAD_CHANNELS) -> Tensors:
    """Queries, keys and values one behind the other, the public tensors being whole.

    The channels of a head that positions turn together are neighbours in the public code
    and half a head apart in this project.
    """
    order = torch.cat([torch.arange(0, head_channels, 2), torch.arange(1, head_channels, 2)])

    def turned(tensor: Tensor) -> Tensor:
        return tensor.unflatten(0, (-1, head_channels))[:, order].flatten(0, 1)

    folded = {}
    for name, tensor in tensors.items():
        if found := _PARTS.fullmatch(name):
            key, value = (tensors[f"{found[1]}to_{part}.{found[2]}"] for part in "kv")
            folded[f"{found[1]}qkv.{found[2]}"] = torch.cat([turned(tensor), turned(key), value])
        elif ".attn.to_k." not in name and ".attn.to_v." not in name:
            folded[name] = tensor
    return folded


def public_shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    """Name → shape of the public tensors that fold into `module`'s."""
    shapes = {}
    for name, tensor in module.state_dict().items():
        if ".qkv." in name:
            third = (tensor.shape[0] // 3, *tensor.shape[1:])
            shapes |= {name.replace(".qkv.", f".to_{part}."): third for part in "qkv"}
        else:
            shapes[name] = tuple(tensor.shape)
    return shapes


def _config_of(tensors: Tensors, second: bool, source: Path) -> F5Config:
    """The sizes that the tensors' shapes tell. Raises ModelError naming what is missing or odd."""

    def shape(name: str) -> tuple[int, ...]:
        return shape_of(tensors, name, 2, source, _REMEDY)

    rows, text_width = shape("text_embed.text_embed.weight")
    bins, width = shape("proj_out.weight")
    inner, _ = shape("transformer_blocks.0.attn.to_q.weight")
    middle, _ = shape("transformer_blocks.0.ff.ff.0.0.weight")
    layers = counted(tensors, "text_embed.text_blocks")
    text_middle = shape("text_embed.text_blocks.0.pwconv1.weight")[0] if layers else 2 * text_width
    try:
        config = F5Config(
            mel_bins=bins,
            width=width,
            depth=counted(tensors, "transformer_blocks"),
            heads=inner // _HEAD_CHANNELS,
            expansion=middle // width,
            characters=rows - 1,
            text_width=text_width,
            text_layers=layers,
            text_expansion=text_middle // text_width,
            second=second,
        )
    except ValueError as error:
        what = f"The checkpoint's sizes are not those of an F5-TTS network: {error}"
        raise ModelError(what, file=source, remedy=_REMEDY) from error
    if bins != F5Config.mel_bins:
        raise ModelError(f"It makes {bins} mel bins, not {F5Config.mel_bins}", file=source, remedy=_REMEDY)
    return config
