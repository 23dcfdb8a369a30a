"""Generate With: one cue, two models, both takes side by side."""

from __future__ import annotations

import json
import shutil

from vssflow_studio.paths import models, weights


def test_a_cue_is_given_to_another_model_to_compare(qtbot, opened) -> None:
    own = models() / "second"
    shutil.copytree(weights() / "draft", own)
    card = json.loads((own / "card.json").read_text()) | {"name": "second", "title": "Second"}
    (own / "card.json").write_text(json.dumps(card))
    speaks = models() / "speaks"
    speaks.mkdir()
    (speaks / "card.json").write_text(json.dumps(card | {"name": "speaks", "title": "Speaks", "family": "f5"}))
    cue = opened.undo_stack.add("foley", "a door closes")
    opened.model.select_cue(cue.id)
    menu = opened.lines.with_model
    menu.aboutToShow.emit()
    by_title = {action.text(): action for action in menu.actions()}
    assert set(by_title) == {"Draft, as usual", "Draft, DeepAudio-V1’s chain", "Second", "Speaks"}
    assert by_title["Second"].isEnabled() and not by_title["Speaks"].isEnabled()
    with qtbot.waitSignal(opened.jobs.made, timeout=240_000):
        by_title["Second"].trigger()
    assert opened.model.cue.circled_take.provenance["model"] == "second"
