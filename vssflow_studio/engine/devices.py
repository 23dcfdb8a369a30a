"""Where the model runs. The app itself never imports torch: its worker does."""

from __future__ import annotations

import platform
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ..errors import DeviceError

NAMES = ("auto", "cuda", "mps", "cpu")


def available_devices() -> tuple[str, ...]:
    """The devices this machine shows and torch was built for, the fastest first. Cheap: torch is not imported."""
    found = []
    if has_nvidia() and built_for_cuda():
        found.append("cuda")
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        found.append("mps")
    return (*found, "cpu")


def has_nvidia() -> bool:
    """Whether NVIDIA's driver shows itself."""
    if platform.system() == "Windows":
        return Path("C:/Windows/System32/nvcuda.dll").exists()
    return Path("/dev/nvidia0").exists() or Path("/proc/driver/nvidia/version").exists()


@cache
def built_for_cuda() -> bool:
    """Whether the torch that is installed can use CUDA at all: told by its files."""
    spec = find_spec("torch")
    folders = spec.submodule_search_locations if spec else None
    libraries = ("libc10_cuda.so", "c10_cuda.dll")
    return any((Path(folder) / "lib" / name).is_file() for folder in folders or () for name in libraries)


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
