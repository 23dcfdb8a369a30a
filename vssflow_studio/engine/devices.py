"""Where the model runs. The app itself never imports torch: its worker does."""

from __future__ import annotations

import ctypes
import platform
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ..errors import DeviceError

NAMES = ("auto", "cuda", "mps", "cpu")


def available_devices() -> tuple[str, ...]:
    """The devices this machine shows and torch was built for, the fastest first. Cheap: torch is not imported."""
    found = []
    if has_nvidia() and not unused():
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
def unused() -> str:
    """What keeps an NVIDIA card from being used, in a user's words; empty where nothing does, or none is here.

    A driver runs what was built for its own major version of CUDA or an older one (NVIDIA's "CUDA Compatibility").
    """
    if not has_nvidia():
        return ""
    if not built_for_cuda():
        return "this torch is built for the CPU alone"
    known, needed = _driver(), _needed()
    if not known:
        return "its driver's library can't be loaded: install the driver anew"
    if known // 1000 < needed:
        return f"its driver knows CUDA up to {known // 1000}.{known % 1000 // 10} and torch needs {needed}.0: update the driver"
    return ""


@cache
def built_for_cuda() -> bool:
    """Whether the torch that is installed can use CUDA at all: told by its files."""
    return any((folder / "lib" / name).is_file() for folder in _torch() for name in ("libc10_cuda.so", "c10_cuda.dll"))


def _torch() -> list[Path]:
    """Where torch is installed; none where it isn't."""
    spec = find_spec("torch")
    return [Path(folder) for folder in (spec.submodule_search_locations if spec else None) or ()]


def _driver() -> int:
    """The newest CUDA that the driver knows, as it says it: 12020 for 12.2. 0 where it doesn't answer."""
    version = ctypes.c_int(0)
    try:
        library = ctypes.CDLL("nvcuda.dll" if platform.system() == "Windows" else "libcuda.so.1")
        library.cuDriverGetVersion(ctypes.byref(version))
    except (OSError, AttributeError):
        return 0
    return version.value


def _needed() -> int:
    """The major version of the CUDA runtime that torch brings; 0 where it brings none of its own."""
    files = [file for folder in _torch() for place in ("torch/lib", "nvidia/*/lib") for file in folder.parent.glob(f"{place}/*cudart*")]
    found = [re.search(r"cudart64_(\d+)\.dll$|cudart[^/]*\.so\.(\d+)", file.name) for file in files]
    return max((int(one[1] or one[2]) for one in found if one), default=0)


def choose_device(name: str) -> str:
    """`name`, or the fastest for `auto`. Raises DeviceError for one that isn't there."""
    devices = available_devices()
    if name == "auto":
        return devices[0]
    if name not in devices:
        why = f" (an NVIDIA card is: {unused()})" if name == "cuda" and unused() else ""
        raise DeviceError(f"There is no device “{name}” here{why}", remedy=f"Available: {', '.join(devices)}.")
    return name
