"""What the public checkpoints leave to be done at every start, done once to their tensors.

Weight norms are taken into the weights, interleaved queries, keys and values put one behind
the other, and the two halves of a gate made one tensor: the same function of fewer names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

_NORMED = re.compile(r"(.*)\.(?:weight_([gv])|parametrizations\.weight\.original([01]))$")


def public_shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    """Name → shape of the public tensors that fold into `module`'s, where a gate is two."""
    shapes = {}
    for name, tensor in module.state_dict().items():
        if ".w13." in name:
            half = (tensor.shape[0] // 2, *tensor.shape[1:])
            shapes |= {name.replace(".w13.", part): half for part in (".w1.", ".w3.")}
        else:
            shapes[name] = tuple(tensor.shape)
    return shapes


def fold_network(tensors: Mapping[str, Tensor], head_channels: int) -> dict[str, Tensor]:
    """A V2A network's tensors, which have to be whole.

    The channels of a head that positions turn together are neighbours in the public code
    and half a head apart in this project.
    """
    order = torch.cat([torch.arange(0, head_channels, 2), torch.arange(1, head_channels, 2)])
    folded = {}
    for name, tensor in tensors.items():
        if ".attn.qkv." in name:
            query, key, value = tensor.unflatten(0, (-1, head_channels, 3)).unbind(2)
            tensor = torch.stack([query[:, order], key[:, order], value]).flatten(0, 2)
        elif name.endswith(("q_norm.weight", "k_norm.weight")):
            tensor = tensor[order]
        elif ".w1." in name:
            tensor = torch.cat([tensor, tensors[name.replace(".w1.", ".w3.")]])
        if ".w3." not in name:
            folded[name.replace(".w1.", ".w13.")] = tensor
    return folded


def fold_decoder(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A mel VAE's decoder: every layer of unit norm (EDM2, eq. 47 and 66), the last with its gain."""
    folded = {}
    for name, tensor in tensors.items():
        if name.endswith("learnable_gain"):
            continue
        if name.endswith(".weight"):
            inputs = math.prod(tensor.shape[1:])
            norm = tensor.flatten(1).norm(dim=1) / math.sqrt(inputs) + 1e-4
            tensor = tensor / (norm * math.sqrt(inputs)).view(-1, 1, 1)
        if name.endswith(".qkv.weight"):
            tensor = tensor.unflatten(0, (-1, 3)).transpose(0, 1).flatten(0, 1)
        if name.endswith("conv_out.weight"):
            tensor = tensor * (tensors["decoder.learnable_gain"] + 1)
        # A kernel of one is a Linear here.
        folded[name] = tensor.squeeze(-1) if name.endswith(".weight") and tensor.shape[-1] == 1 else tensor
    return folded


def fold_weight_norm(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Direction and length (Salimans & Kingma 2016) multiplied out, under PyTorch's old names or new.

    What has no partner stays as it is.
    """
    folded, parts = {}, {}
    for name, tensor in tensors.items():
        if found := _NORMED.match(name):
            parts.setdefault(found[1], {})["g" if found[2] == "g" or found[3] == "0" else "v"] = name
        else:
            folded[name] = tensor
    for module, names in parts.items():
        held = {part: tensors[name] for part, name in names.items()}
        if held.keys() == {"g", "v"} and held["g"].shape == (held["v"].shape[0], *[1] * (held["v"].ndim - 1)):
            norm = held["v"].flatten(1).norm(dim=1).view_as(held["g"])
            folded[f"{module}.weight"] = held["v"] * (held["g"] / norm)
        else:
            folded |= {name: tensors[name] for name in names.values()}
    return folded
