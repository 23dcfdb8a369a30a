#!/usr/bin/env bash
# Install a .deb (or unpack an AppImage) on a bare Debian 12 and use it: no Python is there.
#
#   packaging/try.sh FILE.deb|FILE.AppImage        as root, or by sudo; needs debootstrap and Xvfb
#
# Ends with 0 when doctor, the demo, an export of each kind and the window do what they should. Leaves the
# window's picture as $BUILD/window.png where ImageMagick is there.
set -euo pipefail

file=$(realpath "$1")
root=${BARE:-$(mktemp -d)/debian}
[ "$(id -u)" -eq 0 ] || exec sudo --preserve-env=BARE,BUILD "$0" "$file"

say() { printf '• %s\n' "$*"; }
stop() { printf 'try: %s\n' "$*" >&2; exit 1; }
bare() { chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@"; }

leave() {
    [ -n "${window:-}" ] && kill "$window" 2>/dev/null || true
    [ -n "${screen:-}" ] && kill "$screen" 2>/dev/null || true
    for place in tmp/.X11-unix dev/shm proc; do umount "$root/$place" 2>/dev/null || true; done
}
trap leave EXIT

[ -d "$root/usr" ] || { say "a bare Debian 12 in $root"; debootstrap --variant=minbase bookworm "$root" >/dev/null; }
mkdir -p "$root"/tmp/.X11-unix
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"

case $file in
*.deb)
    cp "$file" "$root/tmp/studio.deb"
    bare apt-get update -qq
    bare env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /tmp/studio.deb >/dev/null
    program=vssflow-studio ;;
*.AppImage)
    cp "$file" "$root/tmp/studio.AppImage"
    bare apt-get update -qq # what every desktop has, and no AppImage carries
    bare env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libgl1 libegl1 libfontconfig1 fonts-dejavu-core >/dev/null
    [ -e "$root/dev/fuse" ] || mknod -m 666 "$root/dev/fuse" c 10 229
    program=/tmp/studio.AppImage ;;
*) stop "neither a .deb nor an .AppImage: $file" ;;
esac
bare sh -c 'command -v python3 python' && stop "there is a Python here"

say "command line"
bare $program doctor
bare rm -rf /root/demo
bare $program demo --out /root/demo >/dev/null
for kind in aaf xml edl kdenlive otioz mp4; do bare $program export /root/demo/animatic.otio "/root/demo/out.$kind" >/dev/null; done
bare $program cues export /root/demo/animatic.otio /root/demo/sheet.pdf >/dev/null
bare $program audit /root/demo/animatic.otio >/dev/null && stop "audit calls a temp final" || [ $? -eq 3 ]
ls "$root/root/demo"

say "window"
Xvfb :93 -screen 0 1600x1000x24 >/dev/null 2>&1 &
screen=$!
sleep 2
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
bare env DISPLAY=:93 QT_QPA_PLATFORM=xcb $program open --new-window /root/demo/animatic.otio &
window=$!
for _ in $(seq 60); do
    bare $program window status 2>/dev/null && shown=yes && break
    sleep 1
done
[ "${shown:-}" = yes ] || stop "the window did not come within a minute"
sleep 3
if command -v import >/dev/null && [ -n "${BUILD:-}" ]; then DISPLAY=:93 import -window root "$BUILD/window.png"; fi
say "done"
