"""Films of what moves and makes contact, from the rendered scenes."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from vssflow_studio.training.foley_scenes import moving


def write_moving(path: Path, motion: str, seed: int) -> tuple[float, ...]:
    """An .mp4 of 5 s at 25 fps; the moments of contact in seconds."""
    frames, onsets = moving(motion, seed)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = 144, 256, "yuv420p"
        for frame in frames:
            big = np.kron(frame, np.ones((4, 4), np.float32))
            shown = av.VideoFrame.from_ndarray((255 * big).astype(np.uint8), format="gray")
            out.mux(stream.encode(shown.reformat(format="yuv420p")))
        out.mux(stream.encode(None))
    return onsets
