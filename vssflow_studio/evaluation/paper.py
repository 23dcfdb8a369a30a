"""The numbers of the papers' tables, to stand beside ours.

DeepAudio-V1 (Zhang et al. 2025), Tables 1 and 2, with its own headings. Of VSSFlow (Cheng et al.
2025, arXiv 2509.24773) only the abstract was at hand: what its tables measure, and no rows. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass

_1, _2 = "DeepAudio-V1, Table 1", "DeepAudio-V1, Table 2"


@dataclass(frozen=True)
class Row:
    """A method with its size, and its values in the order of the table's metrics."""

    method: str
    size: str
    values: tuple[float, ...]
    source: str = _1


@dataclass(frozen=True)
class Table:
    """What a table of a paper measures on which data, and its rows."""

    title: str
    metrics: tuple[str, ...]
    rows: tuple[Row, ...] = ()


_SPEECH = ("WER", "SPK-SIM", "EMO-SIM", "MCD", "MCD-SL")
_VISUAL_SPEECH = ("WER", "SPK-SIM", "UTMOS", "MCD", "MCD-SL", "LSE-C", "LSE-D")

TABLES = {
    "dub1": Table(
        "V2S, V2C-Animation Dub 1.0: the line’s own recording is the reference",
        _SPEECH,
        (
            Row("GT", "", (16.10, 100, 100, 0, 0)),
            Row("HPMDubbing", "69M", (151.02, 73.64, 39.85, 8.59, 8.32)),
            Row("Speaker2Dub", "160M", (31.23, 82.15, 65.92, 10.68, 11.21)),
            Row("StyleDubber", "163M", (27.36, 82.48, 66.24, 10.06, 10.52)),
            Row("MMAudio-L-44K", "", (119.08, 68.26, 45.12, 12.78, 12.95), _2),
            Row("F5-TTS", "", (12.66, 87.18, 72.81, 8.33, 10.61), _2),
            Row("DeepAudio MM-S16K", "493M", (7.16, 89.20, 75.27, 8.02, 8.11)),
            Row("DeepAudio MM-S44K", "493M", (6.90, 89.22, 75.56, 7.98, 8.07)),
            Row("DeepAudio MM-M44K", "957M", (7.24, 89.12, 75.37, 8.01, 8.10)),
            Row("DeepAudio MM-L44K", "1.37B", (7.18, 89.19, 75.41, 7.98, 8.07)),
            Row("DeepAudio YS-24K", "1.05B", (7.33, 89.14, 75.49, 8.01, 8.10)),
        ),
    ),
    "dub2": Table(
        "V2S, V2C-Animation Dub 2.0: another line of the speaker is the reference",
        _SPEECH,
        (
            Row("GT", "", (16.10, 100, 100, 0, 0)),
            Row("HPMDubbing", "69M", (150.83, 73.01, 34.69, 9.11, 12.15)),
            Row("Speaker2Dub", "160M", (31.28, 79.53, 59.71, 11.16, 11.70)),
            Row("StyleDubber", "163M", (26.48, 79.81, 59.08, 10.56, 11.05)),
            Row("MMAudio-L-44K", "", (119.08, 68.26, 45.12, 12.78, 12.95), _2),
            Row("F5-TTS", "", (23.25, 80.90, 61.47, 9.54, 19.88), _2),
            Row("DeepAudio MM-S16K", "493M", (10.29, 83.83, 65.70, 9.33, 9.43)),
            Row("DeepAudio MM-S44K", "493M", (10.46, 83.83, 65.65, 9.30, 9.40)),
            Row("DeepAudio MM-M44K", "957M", (10.24, 83.78, 65.83, 9.31, 9.41)),
            Row("DeepAudio MM-L44K", "1.37B", (10.40, 83.87, 65.70, 9.31, 9.42)),
            Row("DeepAudio YS-24K", "1.05B", (10.58, 83.84, 65.83, 9.32, 9.43)),
        ),
    ),
    "dub3": Table(
        "V2S, V2C-Animation Dub 3.0: a speaker of another set is the reference",
        ("WER", "SPK-SIM"),
        (
            Row("GT", "", (10.19, 100)),
            Row("HPMDubbing", "69M", (126.85, 68.14)),
            Row("Speaker2Dub", "160M", (16.57, 76.10)),
            Row("StyleDubber", "163M", (19.07, 78.30)),
            Row("MMAudio-L-44K", "", (126.54, 58.95), _2),
            Row("F5-TTS", "", (7.03, 88.62), _2),
            Row("DeepAudio MM-S16K", "493M", (3.17, 89.30)),
            Row("DeepAudio MM-S44K", "493M", (3.15, 89.38)),
            Row("DeepAudio MM-M44K", "957M", (3.15, 89.39)),
            Row("DeepAudio MM-L44K", "1.37B", (3.03, 89.22)),
            Row("DeepAudio YS-24K", "1.05B", (3.10, 89.21)),
        ),
    ),
    "v2a": Table(
        "V2A, VGGSound test set",
        ("FAD", "FD", "KL", "IS", "CLIP", "AV"),
        (
            Row("Diff-Foley", "859M", (6.05, 23.38, 3.18, 10.95, 9.40, 0.21)),
            Row("FoleyCrafter w/o text", "1.22B", (2.38, 26.70, 2.53, 9.66, 15.57, 0.25)),
            Row("FoleyCrafter w. text", "1.22B", (2.59, 20.88, 2.28, 13.60, 14.80, 0.24)),
            Row("V2A-Mapper", "229M", (0.82, 13.47, 2.67, 10.53, 15.33, 0.14)),
            Row("Frieren", "159M", (1.36, 12.48, 2.75, 12.34, 11.57, 0.21)),
            Row("DeepAudio MM-S16K", "157M", (0.79, 5.22, 1.65, 14.44, 15.22, 0.21)),
            Row("DeepAudio MM-S44K", "157M", (1.66, 5.55, 1.67, 18.02, 15.38, 0.21)),
            Row("DeepAudio MM-M44K", "621M", (1.13, 4.74, 1.66, 17.41, 15.89, 0.22)),
            Row("DeepAudio MM-L44K", "1.03B", (0.97, 4.72, 1.65, 17.40, 16.12, 0.22)),
            Row("DeepAudio YS-24K", "718M", (0.74, 5.69, 1.69, 14.63, 17.70, 0.24)),
        ),
    ),
    "tts": Table(
        "TTS, LibriSpeech-PC test-clean",
        ("SIM-O", "WER"),
        (
            Row("GT", "", (0.665, 2.281)),
            Row("F5-TTS", "336M", (0.648, 2.508)),
            Row("DeepAudio MM-S16K", "336M", (0.650, 2.267)),
            Row("DeepAudio MM-S44K", "336M", (0.648, 2.499)),
            Row("DeepAudio MM-M44K", "336M", (0.648, 2.510)),
            Row("DeepAudio MM-L44K", "336M", (0.647, 2.175)),
            Row("DeepAudio YS-24K", "336M", (0.647, 2.521)),
        ),
    ),
    "vggsound": Table(
        "V2S (video to sound), VGGSound test set, VSSFlow’s measures",
        ("FAD", "FD", "KL", "IS", "CLIP", "DeSync"),
    ),
    "visualtts": Table("VisualTTS (Chem, GRID, LRS2, V2C-Animation), VSSFlow’s measures", _VISUAL_SPEECH),
}
