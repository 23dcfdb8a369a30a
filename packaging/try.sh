#!/usr/bin/env bash
# Install a .deb (or take an AppImage) to a bare Debian 12 and use it there as an ordinary user: no Python is there.
#
#   packaging/try.sh FILE.deb|FILE.AppImage        as root, or by sudo
#
# Needs debootstrap, Xvfb, openbox, xdotool and wmctrl. Ends with 0 when doctor, the demo, an export of each kind and
# the window do what they should, and what was asked for in the window is made after it was closed. Leaves the
# window's picture as $BUILD/window.png where ImageMagick is there. BARE is the Debian, when there is one already.
set -euo pipefail

file=$(realpath "$1")
root=${BARE:-$(mktemp -d)/debian}
[ "$(id -u)" -eq 0 ] || exec sudo --preserve-env=BARE,BUILD "$0" "$file"
export DISPLAY=:93

say() { printf '• %s\n' "$*"; }
stop() { printf 'try: %s\n' "$*" >&2; exit 1; }
bare() { chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/bin:/bin:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive "$@"; }
editor() {
    chroot --userspec=editor:editor "$root" /usr/bin/env -i HOME=/home/editor LANG=C.UTF-8 PATH=/usr/bin:/bin \
        DISPLAY=$DISPLAY QT_QPA_PLATFORM=xcb sh -c 'cd && exec "$@"' sh "$@"
}

leave() {
    for process in ${window:-} ${manager:-} ${screen:-}; do kill "$process" 2>/dev/null || true; done
    for place in $(awk -v root="$root/" 'index($2, root) == 1 {print $2}' /proc/mounts | sort -r); do umount -l "$place" || true; done
}
trap leave EXIT

install_deb() {
    cp "$file" "$root/tmp/studio.deb"
    bare apt-get install -y -qq --no-install-recommends /tmp/studio.deb >/dev/null
    program=(vssflow-studio)
}

take_appimage() {
    cp "$file" "$root/home/editor/studio.AppImage"
    bare apt-get install -y -qq --no-install-recommends libgl1 libegl1 libfontconfig1 fonts-dejavu-core >/dev/null # as on any desktop
    [ -e "$root/dev/fuse" ] || mknod -m 666 "$root/dev/fuse" c 10 229
    program=(/home/editor/studio.AppImage --appimage-extract-and-run)
    editor "${program[@]}" --version # without FUSE's own program it can't be mounted
    bare apt-get install -y -qq --no-install-recommends fuse3 >/dev/null
    program=(/home/editor/studio.AppImage)
}

use_command_line() {
    editor "${program[@]}" doctor --deep
    editor "${program[@]}" demo --out demo >/dev/null
    for kind in aaf xml edl kdenlive otioz mp4; do editor "${program[@]}" export demo/animatic.otio "demo/out.$kind" >/dev/null; done
    editor "${program[@]}" cues export demo/animatic.otio demo/sheet.pdf >/dev/null
    editor "${program[@]}" audit demo/animatic.otio >/dev/null && stop "audit calls a temp final" || [ $? -eq 3 ]
    ls "$root/home/editor/demo"
}

open_window() {
    editor "${program[@]}" open --new-window demo/animatic.otio &
    window=$!
    for _ in $(seq 90); do
        editor "${program[@]}" window status 2>/dev/null && sleep 3 && return
        sleep 1
    done
    stop "the window did not come"
}

# Yes to whatever it asks: save, go on in the background.
close_window() {
    wmctrl -c "VSSFlow Studio"
    for _ in $(seq 60); do
        sleep 1
        kill -0 "$window" 2>/dev/null || return 0
        xdotool key Return
    done
    stop "the window did not close"
}

use_window() {
    Xvfb $DISPLAY -screen 0 1600x1000x24 >/dev/null 2>&1 & screen=$!
    sleep 2
    openbox >/dev/null 2>&1 & manager=$!
    mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
    for at in 1 3; do
        editor "${program[@]}" cues add demo/animatic.otio --in $at --out $((at + 2)) --text "Made while nobody looks, $at." >/dev/null
    done
    open_window
    if command -v import >/dev/null && [ -n "${BUILD:-}" ]; then import -window root "$BUILD/window.png"; fi
    xdotool search --onlyvisible --name "VSSFlow Studio" windowactivate --sync key ctrl+shift+g
    sleep 2
    close_window
    for _ in $(seq 300); do
        [ "$(find "$root/home/editor/demo" -name '*Made-while*.wav' | wc -l)" -ge 2 ] && break
        sleep 1
    done
    open_window
    editor "${program[@]}" window save
    editor "${program[@]}" cues list demo/animatic.otio >"$root/tmp/cues.txt"
    if grep ' 0 takes' "$root/tmp/cues.txt"; then stop "takes are missing"; fi
    say "made in the background"
    close_window
}

[ -d "$root/usr" ] || { say "a bare Debian 12 in $root"; debootstrap --variant=minbase bookworm "$root" >/dev/null; }
mkdir -p "$root"/tmp/.X11-unix
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
bare apt-get update -qq
bare sh -c 'id editor 2>/dev/null || useradd --create-home editor' >/dev/null
rm -rf "$root/home/editor/demo"
case $file in
*.deb) install_deb ;;
*.AppImage) take_appimage ;;
*) stop "neither a .deb nor an .AppImage: $file" ;;
esac
bare sh -c 'command -v python3 python' && stop "there is a Python here"
say "command line"
use_command_line
say "window"
use_window
say "done"
