"""How much memory a process of ours has, asked of the system."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Bytes: `process` of the worker, `device` of its accelerator out of `device_total`; None is unknown."""

    process: int | None = None
    device: int | None = None
    device_total: int | None = None


def resident(pid: int) -> int | None:
    """Bytes of RAM that the process `pid` holds; None when the system doesn't say."""
    try:
        if sys.platform == "linux":
            return _linux(pid)
        return _windows(pid) if sys.platform == "win32" else _ps(pid)
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def machine_memory() -> int | None:
    """Bytes of RAM in this machine; None when the system doesn't say."""
    try:
        if sys.platform == "linux":
            text = Path("/proc/meminfo").read_text()
            return 1024 * int(text.partition("MemTotal:")[2].split()[0])
        if sys.platform == "darwin":
            done = subprocess.run(["sysctl", "-n", "hw.memsize"], capture_output=True, text=True, timeout=2)
            return int(done.stdout)
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        pass
    return None


def _linux(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(text.partition("VmRSS:")[2].split()[0])


def _ps(pid: int) -> int:
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, timeout=2)
    return 1024 * int(done.stdout)


def _windows(pid: int) -> int | None:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = [("cb", wintypes.DWORD), ("faults", wintypes.DWORD)] + [
            (name, ctypes.c_size_t)
            for name in ("peak", "resident", "a", "b", "c", "d", "pagefile", "peak_pagefile")
        ]

    kernel = ctypes.windll.kernel32
    kernel.OpenProcess.restype = wintypes.HANDLE
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return None
    counters = Counters(cb=ctypes.sizeof(Counters))
    try:
        ask = kernel.K32GetProcessMemoryInfo
        ask.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD]
        return counters.resident if ask(handle, ctypes.byref(counters), counters.cb) else None
    finally:
        kernel.CloseHandle(handle)
