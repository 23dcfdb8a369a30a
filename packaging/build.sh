#!/usr/bin/env bash
# Build VSSFlow Studio for Linux: a folder that needs no Python, a .deb and an AppImage of it.
#
#   packaging/build.sh cpu|cuda [folder|deb|appimage|all]
#
# PYTHON     an environment to build from; else one is made in $BUILD/env-cpu or -cuda
# BUILD      where everything is made (default: build/ in the checkout); about 8 GB for cpu, 25 GB for cuda
# LEVEL      of zstd's compression (default 12); 3 for a quick try
# DEB_MAINTAINER  whoever answers for the .deb: "Name <address>"
# APPIMAGE_RUNTIME  the file runtime-x86_64 of github.com/AppImage/type2-runtime; without it the
#            AppImage's file system is left as .squashfs, and the AppImage is `cat RUNTIME THAT > X.AppImage`
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
variant=${1:-} what=${2:-all}
export BUILD=${BUILD:-$here/build}
level=${LEVEL:-12}
name=vssflow-studio id=org.vssflow.Studio
arch=$(dpkg --print-architecture 2>/dev/null || uname -m)

say() { printf '• %s\n' "$*"; }
stop() { printf 'build: %s\n' "$*" >&2; exit 1; }

case $variant in
cpu) package=$name torch=https://download.pytorch.org/whl/cpu ;;
cuda) package=$name-cuda torch=https://pypi.org/simple ;;
*) stop "say which: packaging/build.sh cpu|cuda [folder|deb|appimage|all]" ;;
esac
folder=$BUILD/dist-$variant/$name
staged=$BUILD/tree-$variant

make_environment() {
    [ -n "${PYTHON:-}" ] && return
    PYTHON=$BUILD/env-$variant/bin/python
    [ -x "$PYTHON" ] && return
    say "making $BUILD/env-$variant"
    python3 -m venv "$BUILD/env-$variant"
    "$PYTHON" -m pip install --quiet "torch==2.11.0" "torchaudio==2.11.0" --index-url "$torch"
    "$PYTHON" -m pip install --quiet "${here}[farm]" "pyinstaller>=6.10,<7" packaging
}

check_variant() {
    "$PYTHON" - "$variant" <<'END' || stop "the torch of $PYTHON is not the one for $variant"
import sys, torch
sys.exit((torch.version.cuda is not None) != (sys.argv[1] == "cuda"))
END
}

make_folder() {
    make_environment
    check_variant
    say "icons and licences"
    "$PYTHON" "$here/packaging/icons.py" "$BUILD/icons" >/dev/null
    "$PYTHON" "$here/packaging/licences.py" "$BUILD/THIRD_PARTY.txt" || stop "a licence has to be read first"
    say "freezing (some minutes)"
    (cd "$here" && "$PYTHON" -m PyInstaller --noconfirm --log-level WARN --workpath "$BUILD/work-$variant" \
        --distpath "$BUILD/dist-$variant" packaging/vssflow-studio.spec)
    local private
    private=$(find "$folder" -type f -name '*.so*' -exec objdump -T {} + 2>/dev/null | grep 'UND.*GLIBC_PRIVATE' || true)
    [ -z "$private" ] || stop "a part of this machine's own glibc is in it, and would not fit another's: leave it out in the .spec"
    "$folder/$name" --version
}

# The tree that the .deb installs; the AppImage holds the same one.
stage() {
    [ -d "$folder" ] || make_folder
    say "laying out the files"
    rm -rf "$staged"
    local share=$staged/usr/share doc=$staged/usr/share/doc/$package
    mkdir -p "$staged/opt" "$staged/usr/bin" "$share"/{applications,metainfo,mime/packages,icons} "$doc"
    cp -al "$folder" "$staged/opt/$name" 2>/dev/null || cp -a "$folder" "$staged/opt/$name"
    ln -s "/opt/$name/$name" "$staged/usr/bin/$name"
    install -m 644 "$here/packaging/linux/$id.desktop" "$share/applications/"
    install -m 644 "$here/packaging/linux/$id.metainfo.xml" "$share/metainfo/"
    install -m 644 "$here/packaging/linux/$id.mime.xml" "$share/mime/packages/$id.xml"
    cp -r "$BUILD/icons/hicolor" "$share/icons/"
    cp "$here/LICENSE" "$doc/copyright"
    cp "$BUILD/THIRD_PARTY.txt" "$doc/"
}

version() { "$folder/$name" --version | cut -d' ' -f2; }

make_deb() {
    stage
    local other=$name-cuda target
    [ "$variant" = cuda ] && other=$name
    target=$BUILD/${package}_$(version)_$arch.deb
    mkdir -p "$staged/DEBIAN"
    sed -e "s/@PACKAGE@/$package/; s/@OTHER@/$other/; s/@VERSION@/$(version)/; s/@ARCH@/$arch/" \
        -e "s/@GLIBC@/$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)/" \
        -e "s/@SIZE@/$(du -sk --exclude=DEBIAN "$staged" | cut -f1)/" \
        -e "s/@MAINTAINER@/${DEB_MAINTAINER:-VSSFlow Studio <nobody@localhost>}/" \
        "$here/packaging/linux/control.in" >"$staged/DEBIAN/control"
    say "writing $target"
    dpkg-deb --root-owner-group -Zzstd -z"$level" --build "$staged" "$target" >/dev/null
    rm -r "$staged/DEBIAN"
}

make_appimage() {
    stage
    local target
    target=$BUILD/VSSFlow_Studio-$(version)-$variant-$(uname -m)
    ln -sfn "opt/$name/$name" "$staged/AppRun"
    ln -sfn "../../opt/$name/$name" "$staged/usr/bin/$name"
    cp "$staged/usr/share/applications/$id.desktop" "$staged/"
    cp "$BUILD/icons/hicolor/256x256/apps/$name.png" "$staged/$name.png"
    ln -sfn "$name.png" "$staged/.DirIcon"
    say "writing the file system of the AppImage"
    mksquashfs "$staged" "$target.squashfs" -root-owned -noappend -no-progress -quiet -comp zstd -Xcompression-level "$level"
    if [ -n "${APPIMAGE_RUNTIME:-}" ]; then
        cat "$APPIMAGE_RUNTIME" "$target.squashfs" >"$target.AppImage"
        chmod +x "$target.AppImage"
        rm "$target.squashfs"
    else
        say "no APPIMAGE_RUNTIME: left as $target.squashfs"
    fi
}

case $what in
folder) make_folder ;;
deb) make_deb ;;
appimage) make_appimage ;;
all) make_folder && make_deb && make_appimage ;;
*) stop "unknown: $what" ;;
esac
python3 "$here/packaging/sizes.py" "$BUILD" 2>/dev/null || true
