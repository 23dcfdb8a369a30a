from __future__ import annotations
from vssflow_studio.media.span import Span
from vssflow_studio.media.video import grey_frames

def test_numbers(movie, frame_number):
    got = grey_frames([Span(str(movie), 1.0, 0.0, 2.0)], 2.0, 24, (36, 64))
    assert [frame_number(f) for f in got] == list(range(24, 72))
    print(got.min(), got.max())
