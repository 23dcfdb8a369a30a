"""CLIP's and Synchformer's eyes and the line's phonemes beside the authors' public code.

`data/public_encoders.json` holds what their code gave on generated weights and pictures (two
layers, 128 wide), and the frames of lines as their inference script lays them, run by run.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

import generated
from vssflow_studio.errors import ModelError
from vssflow_studio.models.conditions.clip import ClipEncoder, ClipVision
from vssflow_studio.models.conditions.even import paper_ids, spread
from vssflow_studio.models.conditions.picture import FRAME_SIZE, squares
from vssflow_studio.models.conditions.synchformer import SynchformerEncoder, SyncVision

PUBLIC = json.loads((Path(__file__).parent / "data" / "public_encoders.json").read_text())
WIDTH, LAYERS = PUBLIC["width"], PUBLIC["layers"]
TORCHVISIONS = {
    "squeezed": [
        0, 189, 188, 57, 87, 80, 61, 154, 189, 181, 112, 137,
        1, 163, 190, 58, 191, 183, 114, 137, 103, 96, 55, 165,
        2, 159, 191, 60, 2, 101, 202, 76, 28, 21, 208, 92,
    ],
    "cropped": [
        1, 72, 123, 178, 91, 173, 219, 76, 181, 139, 64, 166,
        3, 74, 125, 186, 183, 132, 66, 168, 107, 189, 236, 92,
        4, 75, 126, 177, 6, 89, 141, 132, 32, 103, 155, 31,
    ],
}


def clip_file(folder: Path) -> Path:
    """`clip.safetensors` as a conversion leaves it."""
    network = ClipVision(WIDTH, LAYERS, 16, 32)
    save_file(_weights(network, "visual."), folder / "clip.safetensors")
    return folder / "clip.safetensors"


def synchformer_file(folder: Path) -> Path:
    """The public checkpoint: the ear, the head and the rest stand beside the eye."""
    path = folder / "synchformer_state_dict.pth"
    weights = _weights(SyncVision(WIDTH, LAYERS, WIDTH // 64), "vfeat_extractor.")
    torch.save({"afeat_extractor.x": torch.ones(3), "vproj.weight": torch.ones(2, 2), **weights}, path)
    return path


def _weights(network: torch.nn.Module, prefix: str) -> dict[str, Tensor]:
    return generated.weights({prefix + name: t.shape for name, t in network.state_dict().items()})


def _close(ours: Tensor, theirs: list[float]) -> None:
    flat, count = ours.reshape(-1), len(theirs)
    step = len(flat) // count
    assert np.abs(theirs).max() > 1
    assert float((flat[step // 2 :: step][:count] - torch.tensor(theirs)).abs().max()) < 1e-5


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    return generated.tensor("pictures", 16, 3, 224, 224, bound=2.0)


@torch.inference_mode()
def test_clip_gives_what_the_public_code_gives(pictures, tmp_path) -> None:
    encoder = ClipEncoder.load(clip_file(tmp_path), "cpu")
    _close(encoder.network(pictures[:2]), PUBLIC["clip"])


@torch.inference_mode()
def test_synchformer_gives_what_the_public_code_gives(pictures, tmp_path) -> None:
    encoder = SynchformerEncoder.load(synchformer_file(tmp_path), "cpu")
    _close(encoder.network(pictures.transpose(0, 1)[None])[0], PUBLIC["synchformer"])


@pytest.mark.parametrize("line", PUBLIC["lines"], ids=lambda line: line["phonemes"][:12])
def test_a_line_is_laid_as_the_public_code_lays_it(line) -> None:
    row = spread(paper_ids(line["phonemes"].split()), line["start"], line["end"], 250, 25.0)
    assert row.tolist() == [index for index, count in line["runs"] for _ in range(count)]


def test_pauses_are_blanks_and_words_and_emphasis_leave_no_trace() -> None:
    assert paper_ids(["AY1*", "|", ",", "/", "…", "K"]) == [59, 63, 59, 59, 59, 67, 59]


def moving(frames: int) -> Tensor:
    """A white column that wanders over black, as the model's frames."""
    picture = torch.zeros(frames, *FRAME_SIZE, 3, dtype=torch.uint8)
    for i in range(frames):
        picture[i, :, (i * 9) % 390 : (i * 9) % 390 + 8] = 255
    return picture


def test_clips_stream_is_held_ten_times_a_second(tmp_path) -> None:
    stream = ClipEncoder.load(clip_file(tmp_path), "cpu").stream(moving(25))
    assert stream.shape == (25, WIDTH)
    changes = (stream.diff(dim=0).abs().amax(1) > 1e-4).nonzero().flatten() + 1
    assert changes.tolist() == [3, 5, 8, 10, 13, 15, 18, 20, 23]


def test_synchformers_stream_follows_the_picture_and_can_be_stopped(tmp_path) -> None:
    encoder = SynchformerEncoder.load(synchformer_file(tmp_path), "cpu")
    frames = torch.zeros(40, *FRAME_SIZE, 3, dtype=torch.uint8)
    still = encoder.stream(frames)
    frames[32:, :, 150:200] = 255
    moved = encoder.stream(frames)
    assert still.shape == (40, WIDTH)
    different = (moved - still).abs().amax(1) > 1e-4
    # Four segments of 16 frames, of which only the last two reach the flash.
    assert not different[:20].any() and different[30:].all()
    assert encoder.stream(frames[:5]).shape == (5, WIDTH)
    with pytest.raises(KeyboardInterrupt):
        encoder.stream(frames, _stop)


def _stop() -> None:
    raise KeyboardInterrupt


def test_squares_squeeze_or_crop() -> None:
    frames = torch.zeros(1, *FRAME_SIZE, 3, dtype=torch.uint8)
    frames[:, :, :40] = 255  # outside the middle square
    squeezed, cropped = (squares(frames, (0.5,) * 3, (0.5,) * 3, "cpu", cropped=c) for c in (False, True))
    assert squeezed.shape == cropped.shape == (1, 3, 224, 224)
    assert squeezed[0, 0, :, :20].min() > 0.9 and cropped.max() == -1


def test_squares_are_scaled_as_torchvision_scales_bytes() -> None:
    """Resize((48, 48), BICUBIC) of this picture, and of its left square; every twelfth column of each sixteenth row."""
    y, x, c = torch.meshgrid(torch.arange(90), torch.arange(160), torch.arange(3), indexing="ij")
    frames = ((x * x // 7 + 3 * y * (c + 1) + x // 5 % 2 * 90) % 256).to(torch.uint8)[None]
    for shown, cropped, name in ((frames, False, "squeezed"), (frames[:, :, :90], True, "cropped")):
        scaled = squares(shown, (0.0,) * 3, (1.0,) * 3, torch.device("cpu"), cropped=cropped, side=48)
        assert (255 * scaled[0, :, ::16, ::12]).flatten().tolist() == pytest.approx(TORCHVISIONS[name], abs=1.01)


@pytest.mark.parametrize("encoder", [ClipEncoder, SynchformerEncoder])
def test_an_encoder_that_differs_is_refused_by_name(encoder, tmp_path) -> None:
    if encoder is ClipEncoder:
        path, name = tmp_path / "clip.safetensors", "visual.ln_pre.weight"
        weights = _weights(ClipVision(WIDTH, LAYERS, 16, 32), "visual.")
        del weights[name]
        save_file(weights, path)
    else:
        path, name = tmp_path / "s.pth", "vfeat_extractor.norm.bias"
        weights = _weights(SyncVision(WIDTH, LAYERS, 2), "vfeat_extractor.")
        torch.save(weights | {name: torch.ones(3)}, path)
    with pytest.raises(ModelError) as refused:
        encoder.load(path, "cpu")
    assert name in refused.value.what and refused.value.file == str(path)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(ModelError) as refused:
        encoder.load(path, "cpu")
    assert refused.value.file == str(path)
    torch.save({}, tmp_path / "empty.pth")
    save_file({"x": torch.ones(1)}, tmp_path / "empty.safetensors")
    with pytest.raises(ModelError, match="missing|belongs"):
        encoder.load(tmp_path / f"empty{path.suffix}", "cpu")
