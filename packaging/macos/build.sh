#!/usr/bin/env bash
# Build the .app and a .dmg of it, on a Mac with Apple silicon (PyTorch has no build for Intel any more).
#
#   PYTHON=… packaging/macos/build.sh
#
# PYTHON   an environment with the project, its farm extra, pyinstaller and packaging
# IDENTITY a "Developer ID Application: …" in the keychain: signs; with NOTARY, the name of a
#          `notarytool store-credentials` profile, notarises too. Without it the app is signed ad hoc and
#          macOS asks before it opens it. The signing is PyInstaller's (see the .spec): what --deep of
#          codesign alone leaves unsigned, Apple's notaries refuse.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BUILD=${BUILD:-$here/build}
app="$BUILD/dist-mac/VSSFlow Studio.app"

"$PYTHON" "$here/packaging/icons.py" "$BUILD/icons" >/dev/null
"$PYTHON" "$here/packaging/licences.py" "$BUILD/THIRD_PARTY.txt"
(cd "$here" && "$PYTHON" -m PyInstaller --noconfirm --log-level WARN --workpath "$BUILD/work-mac" \
    --distpath "$BUILD/dist-mac" packaging/vssflow-studio.spec)

version=$("$app/Contents/MacOS/vssflow-studio" --version | cut -d' ' -f2)
dmg="$BUILD/VSSFlow_Studio-$version-arm64.dmg"
codesign --verify --deep --strict "$app" # PyInstaller signed each library in it, and then the whole
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
cp -R "$app" "$staged/"
ln -s /Applications "$staged/Applications"
for _ in $(seq 10); do # macOS looks at what is new in it meanwhile, and hdiutil then finds it busy
    hdiutil create -volname "VSSFlow Studio" -srcfolder "$staged" -format ULFO -ov "$dmg" && break
    sleep 10
done
[ -f "$dmg" ]
[ -z "${IDENTITY:-}" ] || codesign --timestamp --sign "$IDENTITY" "$dmg"
if [ -n "${IDENTITY:-}" ] && [ -n "${NOTARY:-}" ]; then
    xcrun notarytool submit "$dmg" --keychain-profile "$NOTARY" --wait
    xcrun stapler staple "$dmg"
fi
"$PYTHON" "$here/packaging/sizes.py" "$BUILD"
