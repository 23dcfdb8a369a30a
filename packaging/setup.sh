#!/usr/bin/env bash
# Set VSSFlow Studio up in .venv beside this checkout, then run the demo, the tests or the app.
#
#   packaging/setup.sh demo    set up, make the sample animatic's sound
#   packaging/setup.sh test    set up, run the tests
#   packaging/setup.sh         set up only
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$here"
task=${1:-setup}
venv=${VSSFLOW_VENV:-$here/.venv}
python=${PYTHON:-python3}

# What Qt's widgets, its offscreen and xcb platforms and its sound need on Debian.
libraries=(libegl1 libgl1 libglib2.0-0 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1
    libpulse0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core)

say() { printf '• %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Install Debian packages as root or by sudo; say exactly what is needed where neither goes.
install_packages() {
    command -v apt-get >/dev/null || stop "install these with your package manager: $*"
    local as=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || stop "system packages are missing. Ask for: apt-get install $*"
        as=(sudo -n)
    fi
    say "installing system packages: $*"
    "${as[@]}" apt-get update -qq >/dev/null
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

make_environment() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        stop "Python 3.11 or newer is needed (set PYTHON to it)"
    [ -x "$venv/bin/pip" ] && return
    say "making $venv"
    rm -rf "$venv"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    "$python" -m venv "$venv"
}

install_project() {
    local stamp="$venv/.vssflow-installed" now
    now=$(sha256sum pyproject.toml | cut -c1-64)
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && return
    say "installing VSSFlow Studio and what it needs (several GB the first time: torch)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --use-pep517 --editable ".[test]"
    echo "$now" >"$stamp"
}

qt_loads() {
    QT_QPA_PLATFORM=offscreen "$venv/bin/python" - >/dev/null 2>&1 <<'END'
import ctypes, sys
if sys.platform == "linux":
    ctypes.CDLL("libxcb-cursor.so.0")  # without it no window opens under X
from PySide6 import QtMultimedia, QtSvg, QtWidgets
QtWidgets.QApplication([])
END
}

install_libraries() {
    qt_loads && return
    install_packages "${libraries[@]}"
    qt_loads || stop "Qt still can't start; run: QT_QPA_PLATFORM=offscreen $venv/bin/python -c 'from PySide6 import QtWidgets, QtMultimedia'"
}

make_environment
install_project
install_libraries
case $task in
setup) say "ready: $venv/bin/vssflow-studio" ;;
demo) shift; exec "$venv/bin/vssflow-studio" demo "$@" ;;
test) shift; QT_QPA_PLATFORM=offscreen exec "$venv/bin/python" -m pytest "$@" ;;
app) shift; exec "$venv/bin/vssflow-studio" "$@" ;;
*) stop "unknown task “$task”: demo, test, app, or nothing" ;;
esac
