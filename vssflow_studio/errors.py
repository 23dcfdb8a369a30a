"""The one family of errors that a user can cause.

Every message says what happened, where, and what to do about it. Anything else
that escapes is a defect of ours and may show a traceback.
"""

from __future__ import annotations


class StudioError(Exception):
    """What happened, where (file, clip, timecode) and what to do.

    `where` parts that do not apply are left empty; `str()` joins what is known
    into one message that can be shown as it is.
    """

    def __init__(
        self,
        what: str,
        *,
        file: object = "",
        clip: str = "",
        timecode: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.file = str(file)
        self.clip = clip
        self.timecode = timecode
        self.remedy = remedy

    def __str__(self) -> str:
        places = [
            part
            for part in (
                self.file,
                f"clip “{self.clip}”" if self.clip else "",
                f"at {self.timecode}" if self.timecode else "",
            )
            if part
        ]
        where = f" ({', '.join(places)})" if places else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.what.rstrip('.')}{where}.{remedy}"

    def __reduce__(self):
        """Errors cross from the worker process to the app whole."""
        return _rebuild, (type(self), self.what, self.file, self.clip, self.timecode, self.remedy)

    def as_dict(self) -> dict[str, str]:
        """The parts, for `--json`."""
        return {
            "error": type(self).__name__,
            "what": self.what,
            "file": self.file,
            "clip": self.clip,
            "timecode": self.timecode,
            "remedy": self.remedy,
        }


def _rebuild(kind, what, file, clip, timecode, remedy):
    return kind(what, file=file, clip=clip, timecode=timecode, remedy=remedy)


class TimelineError(StudioError):
    """The timeline file can't be read, written or understood."""


class LockedError(StudioError):
    """Somebody else has the timeline open, here or (`elsewhere`) on another machine."""

    elsewhere = False


class ChangedError(StudioError):
    """The timeline file was changed by another program since it was read."""


class ChoiceNeeded(TimelineError):
    """The file can be read in more than one way: `option` of `read_timeline` takes one of `choices`."""

    option = ""
    choices: tuple = ()

    @classmethod
    def between(cls, what: str, option: str, choices: tuple, path: object) -> ChoiceNeeded:
        """The error for `what` in the file `path`."""
        listed = ", ".join(str(choice) for choice in choices)
        error = cls(f"{what}: {listed}", file=path, remedy=f"Choose one: vssflow-studio import FILE --{option} …")
        error.option, error.choices = option, choices
        return error


class MediaError(StudioError):
    """Picture or sound is missing, unreadable or lacks what is needed."""


class CueError(StudioError):
    """A cue asks for something that can't be made (empty line, no length …)."""


class TextError(CueError):
    """A line has characters for which there are no phonemes."""


class ModelError(StudioError):
    """Weights are missing, damaged or of another architecture."""


class DeviceError(StudioError):
    """The device asked for is not there, or gave out of memory."""


class HubError(StudioError):
    """The model hub can't be reached, refuses, or its licence was not accepted."""


class StorageError(StudioError):
    """The disk is full, the folder is read-only, the file is gone."""


class Cancelled(Exception):
    """The user asked to stop. Not an error: nothing is reported but the fact."""
