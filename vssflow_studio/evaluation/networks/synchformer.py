"""Synchformer, whole (Iashin et al. 2024): how far apart picture and sound are. For DeSync.

Its eye is that of the models (`conditions/synchformer.py`), its ear an audio spectrogram transformer
(Gong et al. 2021) whose frequencies are gathered into one token a moment; a transformer hears both
and chooses one of 21 offsets. Parameter names are those of the public `synchformer_state_dict.pth`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional as F

from ...models.conditions.synchformer import Gather, SynchformerEncoder, sync_network
from .files import SYNCHFORMER
from .loading import layers, loaded, rows, tensors_of

SAMPLE_RATE = 16_000
FRAME_RATE = 25.0
SIDE = 224
_SEGMENT, _STEP = 10_240, 5_120  # samples, of the eye's 16 frames and from one to the next
_AT_ONCE = 14  # segments that are compared: 4.8 s
_SEEN = 8  # tokens of a segment of picture
_BANDS, _MOMENTS = 128, 66  # of the spectrogram of a segment
_PATCH, _STRIDE = 16, 10
_ACROSS, _ALONG = ((size - _PATCH) // _STRIDE + 1 for size in (_BANDS, _MOMENTS))
_MEAN, _SPREAD = -4.2677393, 4.5689974
"""Of AudioSet's log-mels, by which the ear was taught."""
_FAINT = 1e-6
_HEAD, _HEADS = 64, 8  # channels of the ear's heads; heads of the judge
_OFFSETS = np.linspace(-2.0, 2.0, 21)
"""Seconds."""
_TOKENS = 2 + _AT_ONCE * (_SEEN + _ALONG)


class Ear(nn.Module):
    """Log-mel segments [segments, moments, bands] → a token for each of 6 moments [segments, 6, width]."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.ast, heads = nn.Module(), max(1, width // _HEAD)
        self.ast.embeddings = _Patches(width)
        self.ast.encoder = nn.Module()
        self.ast.encoder.layer = nn.ModuleList(_Heard(width, heads) for _ in range(layers))
        self.ast.layernorm = nn.LayerNorm(width, eps=1e-12)
        self.freq_attn_agg = Gather(width, heads)

    def forward(self, segments: Tensor) -> Tensor:
        hidden = self.ast.embeddings(segments)
        for layer in self.ast.encoder.layer:
            hidden = layer(hidden)
        places = self.ast.layernorm(hidden)[:, 2:].unflatten(1, (_ACROSS, _ALONG)).transpose(1, 2)
        return self.freq_attn_agg(places.flatten(0, 1)).unflatten(0, (-1, _ALONG))


class _Patches(nn.Module):
    """Patches that overlap, two tokens before them, and where each lies."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.distillation_token = nn.Parameter(torch.zeros(1, 1, width))
        self.position_embeddings = nn.Parameter(torch.zeros(1, 2 + _ACROSS * _ALONG, width))
        self.patch_embeddings = nn.Module()
        self.patch_embeddings.projection = nn.Conv2d(1, width, _PATCH, stride=_STRIDE)

    def forward(self, segments: Tensor) -> Tensor:
        patches = self.patch_embeddings.projection(segments.transpose(1, 2).unsqueeze(1)).flatten(2).transpose(1, 2)
        first = torch.cat([self.cls_token, self.distillation_token], dim=1).expand(len(patches), -1, -1)
        return torch.cat([first, patches], dim=1) + self.position_embeddings


class _Heard(nn.ModuleDict):
    """A layer of the ear [segments, tokens, width], in the names of transformers."""

    def __init__(self, width: int, heads: int) -> None:
        attention = nn.ModuleDict(
            {
                "attention": nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")}),
                "output": nn.ModuleDict({"dense": nn.Linear(width, width)}),
            }
        )
        super().__init__(
            {
                "attention": attention,
                "intermediate": nn.ModuleDict({"dense": nn.Linear(width, 4 * width)}),
                "output": nn.ModuleDict({"dense": nn.Linear(4 * width, width)}),
                "layernorm_before": nn.LayerNorm(width, eps=1e-12),
                "layernorm_after": nn.LayerNorm(width, eps=1e-12),
            }
        )
        self.heads = heads

    def forward(self, hidden: Tensor) -> Tensor:
        asked = self["attention"]["attention"]
        told = _attended(self["layernorm_before"](hidden), asked["query"], asked["key"], asked["value"], self.heads)
        hidden = hidden + self["attention"]["output"]["dense"](told)
        inner = F.gelu(self["intermediate"]["dense"](self["layernorm_after"](hidden)))
        return hidden + self["output"]["dense"](inner)


class Judge(nn.Module):
    """Tokens seen and heard, two of [1, tokens, width] → logits of the offsets [21]."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.vis_in_lnorm, self.aud_in_lnorm, self.ln_f = (nn.LayerNorm(width) for _ in range(3))
        self.OFF_tok, self.MOD_tok = (nn.Parameter(torch.zeros(1, 1, width)) for _ in range(2))
        self.pos_emb_cfg = nn.Module()
        self.pos_emb_cfg.pos_emb = nn.Parameter(torch.zeros(1, _TOKENS, width))
        self.blocks = nn.ModuleList(_Judged(width) for _ in range(layers))
        self.off_head = nn.Linear(width, len(_OFFSETS))

    def forward(self, seen: Tensor, heard: Tensor) -> Tensor:
        tokens = [self.OFF_tok, self.vis_in_lnorm(seen), self.MOD_tok, self.aud_in_lnorm(heard)]
        hidden = torch.cat(tokens, dim=1) + self.pos_emb_cfg.pos_emb
        for block in self.blocks:
            hidden = block(hidden)
        return self.off_head(self.ln_f(hidden)[0, 0])


class _Judged(nn.Module):
    """A layer of the judge [1, tokens, width]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.Module()
        self.attn.key, self.attn.query, self.attn.value, self.attn.proj = (nn.Linear(width, width) for _ in range(4))
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, hidden: Tensor) -> Tensor:
        ask = self.attn
        hidden = hidden + ask.proj(_attended(self.ln1(hidden), ask.query, ask.key, ask.value, _HEADS))
        return hidden + self.mlp(self.ln2(hidden))


def _attended(hidden: Tensor, query: nn.Linear, key: nn.Linear, value: nn.Linear, heads: int) -> Tensor:
    split = (layer(hidden).unflatten(2, (heads, -1)).transpose(1, 2) for layer in (query, key, value))
    return F.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)


class Comparison(nn.Module):
    """All but the eye."""

    def __init__(self, width: int = 768, heard: int = 12, judged: int = 3) -> None:
        super().__init__()
        self.afeat_extractor = Ear(width, heard)
        self.vproj, self.aproj = nn.Linear(width, width), nn.Linear(width, width)
        self.transformer = Judge(width, judged)

    def forward(self, seen: Tensor, heard: Tensor) -> Tensor:
        """Segments of tokens [14, 8, width] and [14, 6, width] → logits [21]."""
        return self.transformer(self.vproj(seen.flatten(0, 1)[None]), self.aproj(heard.flatten(0, 1)[None]))


class Synchformer:
    """A film and its sound → seconds by which they are apart."""

    def __init__(self, eye: SynchformerEncoder, comparison: Comparison, device: str = "cpu") -> None:
        self.eye, self.comparison, self.device = eye, comparison, device

    @classmethod
    def load(cls, device: str) -> Synchformer:
        """Read the public file. Raises ModelError."""
        tensors, path = tensors_of(SYNCHFORMER)
        eye = SynchformerEncoder(sync_network(tensors, path), device)
        return cls(eye, loaded(_of_sizes, tensors, path, device), device)

    @torch.inference_mode()
    def offsets(
        self, frames: np.ndarray, sound: np.ndarray, check: Callable[[], None] = lambda: None
    ) -> tuple[float, float]:
        """RGB uint8 [time, 224, 224, 3] at FRAME_RATE and mono at SAMPLE_RATE → of the first and of the last 4.8 s.

        Raises ValueError for less than 4.8 s.
        """
        seen = self.eye.tokens(torch.from_numpy(frames), check).unflatten(0, (-1, _SEEN))
        pieces = torch.from_numpy(sound).float().unfold(0, _SEGMENT, _STEP) if len(sound) >= _SEGMENT else seen[:0]
        count = min(len(seen), len(pieces))
        if count < _AT_ONCE:
            raise ValueError("shorter than the 4.8 s that Synchformer compares")
        check()
        heard = self.comparison.afeat_extractor(_spectrogram(pieces[:count]).to(self.device))
        ends = (slice(0, _AT_ONCE), slice(count - _AT_ONCE, count))
        return tuple(float(_OFFSETS[int(self.comparison(seen[end], heard[end]).argmax())]) for end in ends)


def _spectrogram(pieces: Tensor) -> Tensor:
    """Mono [segments, samples] → log-mels [segments, 66, 128] at the level the ear was taught."""
    mel = torchaudio.transforms.MelSpectrogram(SAMPLE_RATE, 1024, 400, 160, n_mels=_BANDS)(pieces)
    loud = F.pad((mel + _FAINT).log(), (0, _MOMENTS - mel.shape[-1]))
    return ((loud - _MEAN) / (2 * _SPREAD)).transpose(1, 2)


def _of_sizes(tensors: Mapping[str, Tensor]) -> Comparison:
    """The comparison that the tensors are of; the authors' width where it is missing."""
    return Comparison(
        rows(tensors, "vproj.bias", 768),
        layers(tensors, "afeat_extractor.ast.encoder.layer."),
        layers(tensors, "transformer.blocks."),
    )
