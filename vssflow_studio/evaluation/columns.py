"""How each metric stands in a table. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A metric's heading and unit; what is measured is shown times `scale`, with so many `digits`."""

    heading: str
    scale: float = 1.0
    digits: int = 2

    def shown(self, value: float) -> float:
        """A measured value in the table's unit."""
        return round(self.scale * value, self.digits)


COLUMNS = {
    "WER": Column("WER(%)↓", 100),
    "SPK-SIM": Column("SPK-SIM(%)↑", 100),
    "EMO-SIM": Column("EMO-SIM(%)↑", 100),
    "MCD": Column("MCD↓"),
    "MCD-SL": Column("MCD_SL↓"),
    "FAD": Column("FAD↓"),
    "FD": Column("FD↓"),
    "KL": Column("KL↓"),
    "IS": Column("IS↑"),
    "CLIP": Column("CLIP↑", 100),
    "AV": Column("AV↑"),
    "SIM-O": Column("SIM-O↑", digits=3),
    "UTMOS": Column("UTMOS↑"),
    "DeSync": Column("DeSync↓", digits=3),
    "LSE-C": Column("LSE-C↑"),
    "LSE-D": Column("LSE-D↓"),
    "WER (pocketsphinx)": Column("WER by pocketsphinx (%)↓", 100),
    "SPK-SIM (d-vector)": Column("SPK-SIM by d-vector (%)↑", 100),
    "SPK-SIM (RawNet3)": Column("SPK-SIM by RawNet3 (%)↑", 100),
    "FD (mel)": Column("FD of log-mels↓"),
}
"""By the names that the meters use."""
