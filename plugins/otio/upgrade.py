"""After a file is read: metadata of earlier versions gets what the present schema has.

Nothing that is there is changed, and files without cues of ours are left as they are.
"""

KEY = "vssflow_studio"
SCHEMA = 1

_PROJECT = {"cast": {}, "search_folders": [], "lexicon": "", "relinked": {}, "cues": []}
_CUE = {
    "character": "", "voice": "", "notes": "", "clip": None, "takes": [], "circled": "",
    "pace": None, "pitch": 0.0, "energy": 0.0, "delivery": "normal", "picture": "",
    "distance": "", "room": "",
}  # fmt: skip


def hook_function(in_timeline, argument_map=None):
    """The timeline with its cues as schema 1 has them; one of a newer schema as it is."""
    ours = getattr(in_timeline, "metadata", {}).get(KEY)
    if ours is None or int(ours.get("schema", 0)) > SCHEMA:
        return in_timeline
    _fill(ours, _PROJECT)
    for cue in ours["cues"]:
        _fill(cue, _CUE)
    ours["schema"] = SCHEMA
    return in_timeline


def _fill(row, defaults):
    for name, value in defaults.items():
        if name not in row:
            row[name] = value
