from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog


def test_importing_cues_is_one_step_and_can_be_undone(opened, monkeypatch, tmp_path: Path) -> None:
    file = tmp_path / "a.srt"
    file.write_text("00:00:00,500 --> 00:00:01,000\nANNA: Hi.\n\n00:00:01,000 --> 00:00:02,000\nHo.\n\n00:09.000 --> 00:10.000\nLate.\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    opened.actions_["import_cues"].trigger()
    assert [cue.text for cue in opened.model.project.cues] == ["Hi.", "Ho."]
    assert "2 cues imported, 1 skipped" in opened.message.text and "line 7" in opened.message.text
    opened.actions_["undo"].trigger()
    assert opened.model.project.cues == () and not opened.isWindowModified()


def test_what_can_not_be_imported_is_told(opened, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nothing\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "a.csv"), ""))
    opened.actions_["import_cues"].trigger()
    assert "no column in, out, text" in opened.message.text and not opened.isWindowModified()


def test_the_cue_sheet_holds_what_is_in_the_window(opened, monkeypatch, tmp_path: Path) -> None:
    assert not opened.actions_["export_cues"].isEnabled()
    opened.add_cue("dialogue")
    opened.inspector.text.setPlainText("Half typed")
    opened.inspector.text.document().setModified(True)
    for kind, name in (("CSV (*.csv)", "s.csv"), ("PDF to print (*.pdf)", "s.pdf")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, kind=kind: (str(tmp_path / "s"), kind))
        opened.actions_["export_cues"].trigger()
        assert str(tmp_path / name) in opened.message.text
    assert "Half typed" in (tmp_path / "s.csv").read_text()
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF-")
