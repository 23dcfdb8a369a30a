from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from vssflow_studio.errors import ModelError, TextError
from vssflow_studio.models import precision
from vssflow_studio.models.conditions.motion import CHANNELS, motion_features
from vssflow_studio.models.interface import Conditions, Sampling, WEIGHTS
from vssflow_studio.models.registry import load_model, model_card, model_cards
from vssflow_studio.models.vssflow.config import VSSFlowConfig, draft
from vssflow_studio.models.vssflow.dit import DiT, Grain, rotary_tables, rotate
from vssflow_studio.models.vssflow.draft_model import DraftModel
from vssflow_studio.models.vssflow.network import Streams, VSSFlow
from vssflow_studio.paths import weights
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training import foley_sounds


@pytest.fixture(scope="module")
def model():
    torch.set_num_threads(2)
    return load_model("draft", "cpu")


def test_the_papers_sizes() -> None:
    config = VSSFlowConfig()
    assert (config.joined_channels, config.window_frames, config.width) == (1952, 250, 1536)
    assert VSSFlowConfig.from_json(config.to_json()) == config
    assert draft().window_frames == 250


def test_parameter_names_of_the_public_layout() -> None:
    with torch.device("meta"):
        names = set(VSSFlow(VSSFlowConfig()).state_dict())
    for name in (
        "vaflow.time_proj.weight",
        "vaflow.timestep_proj.2.bias",
        "vaflow.preprocess_conv.weight",
        "vaflow.transformer_blocks.9.attn2.to_out.0.weight",
        "vaflow.transformer_blocks.0.ff.net.0.proj.bias",
        "lip_proj.0.weight",
        "synch_proj.2.weight",
        "ref_proj.0.weight",
        "cond_proj.2.weight",
        "phone_embedding.weight",
    ):
        assert name in names


def test_rotary_attention_depends_on_distance_alone() -> None:
    tables = rotary_tables(20, 8, torch.device("cpu"))
    q, k = torch.randn(1, 1, 1, 16), torch.randn(1, 1, 1, 16)
    turned_q, turned_k = (rotate(x.expand(1, 1, 20, 16), tables)[0, 0] for x in (q, k))
    assert torch.allclose(turned_q[3] @ turned_k[7], turned_q[11] @ turned_k[15], atol=1e-5)
    assert not torch.allclose(turned_q[3] @ turned_k[7], turned_q[3] @ turned_k[12], atol=1e-3)


def test_conditions_enter_by_their_own_way() -> None:
    config = replace(draft(), layers=1)
    network, torch_seed = VSSFlow(config).eval(), torch.manual_seed(0)
    streams = Streams(
        semantics=torch.randn(1, 10, config.semantic_raw, generator=torch_seed),
        voice=torch.randn(1, config.voice_raw),
        sync=torch.randn(1, 125, config.sync_raw),
        lips=torch.zeros(1, 1, config.lip_channels),
        phonemes=torch.randint(1, 70, (1, 500)),
    )
    projected = network.project(streams, 250)
    assert projected.joined.shape == (1, config.joined_channels - config.latent_channels, 250)
    assert projected.context.shape == (1, 251, config.cross_channels)
    silent = network.project(replace(streams, sync=torch.zeros_like(streams.sync)), 250)
    assert torch.equal(silent.context, projected.context)
    assert not torch.equal(silent.joined, projected.joined)
    assert projected.masked(torch.zeros(1)).joined.abs().max() == 0
    out = network(torch.randn(1, config.latent_channels, 250), torch.rand(1), projected)
    assert out.shape == (1, config.latent_channels, 250)


def test_time_is_a_token_in_front() -> None:
    config = replace(draft(), layers=1)
    dit, joined = DiT(config).eval(), torch.randn(1, config.joined_channels, 8)
    context = torch.randn(1, 9, config.cross_channels)
    early, late = (dit(joined, torch.tensor([t]), context) for t in (0.1, 0.9))
    assert early.shape == joined.shape and not torch.allclose(early, late)


@torch.inference_mode()
def test_grain_is_left_at_the_end_of_the_path_as_much_as_it_says() -> None:
    """Of noise round a mean that is known, the exact answer (Wiener's) makes noise of its variance."""
    grain, clean, variance = Grain(4, 3), torch.tensor([-1.0, 0.5, 2.0]), torch.tensor([1e-6, 0.01, 0.09])
    grain.strays.bias.copy_((variance / 0.1).logit())
    predicted, hidden = clean.view(1, 3, 1).expand(1, 3, 4000), torch.zeros(1, 4000, 4)
    state = torch.randn(1, 3, 4000, generator=torch.Generator().manual_seed(0))
    for step in range(200):
        time = torch.tensor([step / 200])
        answer = grain(hidden, predicted, state, time, torch.tensor([True]))
        state = state + (answer - state) / (1 - time) / 200
    assert torch.allclose(state.mean(2)[0], clean, atol=0.05)
    assert torch.allclose(state.std(2)[0], variance.sqrt(), rtol=0.05, atol=0.02)


@torch.inference_mode()
def test_grain_that_has_learned_nothing_leaves_a_network_as_it_was() -> None:
    torch.manual_seed(0)
    config = replace(draft(), layers=1)
    dit, plain = DiT(config).eval(), DiT(replace(config, grain=False)).eval()
    plain.load_state_dict(dit.state_dict(), strict=False)
    joined, context = torch.randn(2, config.joined_channels, 8), torch.randn(2, 9, config.cross_channels)
    times, without = torch.tensor([0.2, 0.6]), slice(config.latent_channels)
    answers = dit(joined, times, context, rough=torch.tensor([True, True])), plain(joined, times, context)[:, without]
    assert torch.allclose(*answers, atol=5e-3)
    assert "grain" not in replace(config, grain=False).to_json() and VSSFlowConfig.from_json(config.to_json()) == config


@torch.inference_mode()
def test_a_voice_in_the_same_batch_is_left_without_grain(model) -> None:
    network, config = model.flow.flow, model.flow.config
    latent, times = torch.randn(2, config.latent_channels, 10), torch.tensor([0.8, 0.8])
    streams = Streams(
        semantics=torch.zeros(2, 1, config.semantic_raw),
        voice=torch.zeros(2, config.voice_raw),
        sync=torch.zeros(2, 1, config.sync_raw),
        lips=torch.zeros(2, 1, config.lip_channels),
        phonemes=torch.tensor([[5] * 20, [0] * 20]),
    )
    told = network.project(streams, 10)
    assert told.rough.tolist() == [False, True] and told.with_unconditioned().rough.tolist() == [False, True] * 2
    rough, smooth = (network(latent, times, one) for one in (told, replace(told, rough=None)))
    assert torch.allclose(rough[0], smooth[0], atol=1e-6) and not torch.allclose(rough[1], smooth[1], atol=1e-2)


@pytest.mark.parametrize("kind", ["room tone", "engine", "rain"])
def test_what_is_noise_is_as_rough_as_the_teachers(model, kind: str) -> None:
    def roughness(mel: torch.Tensor) -> float:
        return 8.7 * float(mel[0, :40, 50:350].std(1).mean())  # decibels in time, below 2 kHz

    bed = torch.from_numpy(foley_sounds.bed(kind, np.random.default_rng(0), 96_000))
    teacher = roughness(model.codec.mel(bed[None]))
    made = roughness(model.codec.untokens(model.latent(Conditions(4.0, prompt=kind), Sampling(seed=1))))
    assert 0.5 * teacher < made < 1.2 * teacher


def test_motion_sees_change_and_not_texture() -> None:
    still = torch.rand(36, 64).expand(25, 36, 64)
    assert motion_features(still).abs().max() < 1e-3
    moving = still.clone()
    moving[10:, 10:20, 10:20] += 0.5
    features = motion_features(moving)
    assert features.shape == (25, CHANNELS)
    assert features[10].abs().sum() > 10 * features[5].abs().sum()


def test_same_seed_same_samples_other_seed_others(model) -> None:
    line = Conditions(1.6, phonemes("Hello there."), (0.3, 1.3), "slt")
    one, two, other = (model.generate(line, Sampling(seed=s, steps=2)) for s in (1, 1, 2))
    assert len(one) == 38_400 and (one == two).all() and (one != other).any()


@pytest.mark.parametrize("kind", ["dialogue", "foley"])
def test_rounded_products_change_little(model, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Conditions(1.6, phonemes("Hello there."), (0.3, 1.3), "rms")
    asked = line if kind == "dialogue" else Conditions(1.6, prompt="rain")
    latents = []
    for rounded in (False, True):
        monkeypatch.setattr(precision, "has_bfloat16", lambda device, rounded=rounded: rounded)
        latents.append(model.latent(asked, Sampling(seed=1)))
        assert latents[-1].dtype == torch.float32
    exact, rough = latents
    off = (rough - exact).pow(2).mean().sqrt() / exact.pow(2).mean().sqrt()
    assert 0 < off < 0.05


def test_with_less_memory_the_sound_is_the_same(model) -> None:
    asked = Conditions(1.6, phonemes("Hello there."), (0.3, 1.3), "rms")
    try:
        model.frugal = True
        frugal = model.latent(asked, Sampling(seed=1))
    finally:
        model.frugal = False
    assert torch.allclose(frugal, model.latent(asked, Sampling(seed=1)), atol=0.05)


def test_longer_than_a_window_is_whole(model) -> None:
    sound = model.generate(Conditions(8.0, prompt="rain"), Sampling(seed=0, steps=4))
    seconds = sound.reshape(8, -1)
    levels = (seconds**2).mean(1) ** 0.5
    assert levels.min() > 0.3 * levels.max() > 0


def test_a_shipped_line_is_understood(model) -> None:
    from vssflow_studio.training.evaluate_speech import Recogniser, word_errors

    text = "The train to the coast is late this morning."
    length = 2.7
    sound = model.generate(Conditions(length + 1, phonemes(text), (0.5, 0.5 + length), "rms"), Sampling(seed=1))
    heard = Recogniser().hear(sound, model.card.sample_rate)
    assert word_errors(text, heard) <= 4, heard


def test_a_voice_it_does_not_have_is_named(model) -> None:
    with pytest.raises(TextError, match="nobody"):
        model.generate(Conditions(1.0, phonemes("Hi."), (0.2, 0.8), "nobody"), Sampling(seed=0, steps=1))


def test_shipped_weights_are_those_of_the_card() -> None:
    from vssflow_studio.models.checkpoints import file_hash

    for card in model_cards():
        assert file_hash(weights() / card.name / WEIGHTS) == card.checkpoint
    assert sum(p.stat().st_size for p in weights().rglob("*")) < 60e6
    with pytest.raises(ModelError, match="nothing-like-it"):
        model_card("nothing-like-it")


@pytest.mark.parametrize("damage", ["truncated", "missing", "shape", "nan", "extra"])
def test_damaged_weights_are_refused_by_name(damage: str, tmp_path) -> None:
    source = weights() / "draft" / WEIGHTS
    path = tmp_path / WEIGHTS
    if damage == "truncated":
        path.write_bytes(source.read_bytes()[:100_000])
        says = "can't be read"
    else:
        tensors, name = load_file(source), "draft.voices.weight"
        from safetensors import safe_open

        with safe_open(source, "pt") as file:
            facts = file.metadata()
        if damage == "missing":
            del tensors[name]
        elif damage == "shape":
            tensors[name] = tensors[name][:, :3].contiguous()
        elif damage == "nan":
            tensors[name][0, 0] = float("nan")
        else:
            name = "draft.stranger"
            tensors[name] = torch.zeros(1)
        save_file(tensors, path, facts)
        says = name
    with pytest.raises(ModelError, match=says):
        DraftModel.load(tmp_path, model_card("draft"), "cpu")
