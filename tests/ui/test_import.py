"""Timelines of other kinds in the window."""

from __future__ import annotations

import av
import opentimelineio as otio
from films import numbered_frame
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtWidgets import QInputDialog

from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.ui.viewer.frames import Stills

EDL = "TITLE: CUT\n001  A001 V     C        00:00:00:00 00:00:02:00 10:00:00:00 10:00:02:00\n"


def test_an_edl_asks_for_its_rate_and_becomes_an_otio(window, tmp_path, monkeypatch):
    path = tmp_path / "cut.edl"
    path.write_text(EDL)
    asked = []

    def answer(parent, title, label, items, *more):
        asked.append((title, items))
        return ("25.0", len(asked) > 1)

    monkeypatch.setattr(QInputDialog, "getItem", answer)
    assert not window.open(path)  # cancelled
    assert window.model.timeline is None and not (tmp_path / "cut.otio").exists()
    assert window.open(path)
    assert asked[1] == ("Frame rate", ["24.0", "25.0", "29.97", "50.0", "59.94"])
    assert window.model.path == tmp_path / "cut.otio"
    assert window.message.text.startswith("cut.edl stays as it is. You work on cut.otio")
    assert (window.model.rate, window.model.duration.value) == (25, 50)
    window.add_cue("dialogue")
    assert window.save()
    assert path.read_text() == EDL


def test_a_file_that_is_none_says_so(window, tmp_path):
    (tmp_path / "cut.aaf").write_text("no AAF")
    assert not window.open(tmp_path / "cut.aaf")
    assert "cut.aaf" in window.message.text


def test_numbered_pictures_are_shown(tmp_path):
    (tmp_path / "s").mkdir()
    for number in (7, 8):
        with av.open(str(tmp_path / "s" / f"p{number:03d}.png"), "w", format="image2") as out:
            stream = out.add_stream("png", rate=24)
            stream.height, stream.width, stream.pix_fmt = 72, 128, "rgb24"
            out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered_frame(number, (72, 128)), format="rgb24")))
            out.mux(stream.encode(None))
    two = TimeRange(RationalTime(0, 24), RationalTime(2, 24))
    shots = otio.schema.ImageSequenceReference("s", "p", ".png", 7, 1, 24, 3, available_range=two)
    made = otio.schema.Timeline("t", tracks=[otio.schema.Track(kind="Video", children=[otio.schema.Clip("c", shots, two)])])
    (view,) = clip_views(made, tmp_path)
    image = Stills(str(view.media)).at(1.5 / 24)
    bits = [image.pixelColor(8 + 16 * bit, 30).value() > 128 for bit in range(8)]
    assert sum(1 << bit for bit, on in enumerate(bits) if on) == 8
