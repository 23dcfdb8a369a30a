# Build the folder and an .msi of it, on Windows with .NET:
#   dotnet tool install --global wix --version 5.0.2
#   $env:PYTHON = "…\python.exe"; packaging\windows\build.ps1
# PYTHON is an environment with the project, its farm extra, pyinstaller and packaging.
# An .msi holds at most 2 GB, so this is for the CPU; the CUDA variant is the folder, zipped.
param([switch]$FolderOnly)
$ErrorActionPreference = "Stop"
$PSNativeCommandUseErrorActionPreference = $true

$here = Resolve-Path "$PSScriptRoot\..\.."
if (-not $env:BUILD) { $env:BUILD = "$here\build" }
$folder = "$env:BUILD\dist-win\vssflow-studio"

& $env:PYTHON "$here\packaging\icons.py" "$env:BUILD\icons" | Out-Null
& $env:PYTHON "$here\packaging\licences.py" "$env:BUILD\THIRD_PARTY.txt"
Push-Location $here
& $env:PYTHON -m PyInstaller --noconfirm --log-level WARN --workpath "$env:BUILD\work-win" --distpath "$env:BUILD\dist-win" packaging\vssflow-studio.spec
Pop-Location

$version = (& "$folder\vssflow-studio.exe" --version).Split(" ")[1]
if ($FolderOnly) {
    # Compress-Archive ends at 2 GB.
    & tar -a -c -f "$env:BUILD\VSSFlow_Studio-$version-x64.zip" -C (Split-Path $folder) vssflow-studio
} else {
    & wix build "$here\packaging\windows\vssflow-studio.wxs" -arch x64 -d "Version=$version" -d "Source=$folder" `
        -d "Icon=$env:BUILD\icons\vssflow-studio.ico" -o "$env:BUILD\VSSFlow_Studio-$version-x64.msi"
}
& $env:PYTHON "$here\packaging\sizes.py" $env:BUILD
