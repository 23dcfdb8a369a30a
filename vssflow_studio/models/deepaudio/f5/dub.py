"""What is known of DeepAudio-V1's speech without loading it: whose voice it may have, who guides it. No torch.

The voices are the settings of V2C-Animation's benchmark: Dub 1.0 hears the clip's own sound, 2.0
another line of the same character; in 3.0 the voice is a recording of somebody else, which the
cast has as a file.
"""

from __future__ import annotations

from ...interface import Voice

OWN_SOUND = Voice("own sound", "", character="as the clip’s own sound under the line, which says the same words")
OTHER_LINE = Voice("other line", "", character="as another line of the character in its clip’s own sound")

GUIDES = {
    "v2c_s16": "mmaudio_small_16k",
    "v2c_s44": "mmaudio_small_44k",
    "v2c_m44": "mmaudio_medium_44k",
    "v2c_l44": "mmaudio_large_44k",
}
"""DeepAudio-V1's checkpoints, and the network whose energy each was tuned with."""
