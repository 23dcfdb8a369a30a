"""The voices to choose from: formants move as asked, and a classifier tells them apart."""

from __future__ import annotations

import pytest

from vssflow_studio.engine.voice_effects import bent
from vssflow_studio.errors import StudioError
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model, model_card
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training import speech
from vssflow_studio.training.cast import CAST
from vssflow_studio.training.sentences import EVALUATION
from vssflow_studio.training.voice_classifier import VoiceClassifier


def test_the_shipped_card_has_the_cast_and_its_learned_voices():
    card = model_card("draft")
    assert card.cast == CAST and len(CAST) >= 8
    assert {voice.learned for voice in CAST} == set(card.voices)
    assert {voice.sex for voice in CAST} >= {"woman", "man"}
    assert all(voice.age and voice.character for voice in CAST)
    assert card.voice("Boris").semitones < 0 < card.voice("Pip").semitones
    assert card.voice("slt").learned == "slt" and card.voice("nobody") is None


@pytest.mark.parametrize("learned", ["slt", "rms"])
def test_a_classifier_of_the_teachers_knows_our_voices(learned):
    try:
        speech._flite()
    except StudioError as error:
        pytest.skip(str(error))
    cast = [voice for voice in CAST if voice.learned == learned]
    taught = []
    for sentence in EVALUATION[:16]:
        sound = speech.speak(sentence, learned).sound
        taught += [(v.name, bent(sound, speech.SAMPLE_RATE, v.semitones, formants=v.formants)) for v in cast]
    judge, model = VoiceClassifier.trained(taught, speech.SAMPLE_RATE), load_model("draft", "cpu")
    line = Conditions(3.5, phonemes("Nobody told us where the money went"), (0.4, 3.1), learned)
    sound, rate = model.generate(line, Sampling(seed=2)), model.card.sample_rate
    for voice in cast:
        assert judge.voice_of(bent(sound, rate, voice.semitones, formants=voice.formants), rate) == voice.name
