"""Where the model runs. The app itself never imports torch: its worker does."""

from __future__ import annotations

import platform
from pathlib import Path

from ..errors import DeviceError

NAMES = ("auto", "cuda", "mps", "cpu")


def available_devices() -> tuple[str, ...]:
    """The devices this machine shows, the fastest first. Cheap: asks the system, not torch."""
    found = []
    if Path("/dev/nvidia0").exists() or Path("/proc/driver/nvidia/version").exists():
        found.append("cuda")
    if platform.system() == "Windows" and Path("C:/Windows/System32/nvcuda.dll").exists():
        found.append("cuda")
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        found.append("mps")
    return (*found, "cpu")


def choose_device(name: str) -> str:
    """`name`, or the fastest for `auto`. Raises DeviceError for one that isn't there."""
    devices = available_devices()
    if name == "auto":
        return devices[0]
    if name not in devices:
        raise DeviceError(
            f"There is no device “{name}” here", remedy=f"Available: {', '.join(devices)}."
        )
    return name
