"""What every plugin in Python needs of the app: to run it, to open a timeline in it, to keep versions apart.

Runs inside other programs' Python, which may be as old as 3.6 and has none of the app's packages:
only the standard library is used here, and all real work is the command line's.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

PROGRAM = "program.json"
"""In the plugin's folder: the command that starts the app, written when the plugin was installed."""

NO_CUES = "There are no cues in that range. Write some in VSSFlow Studio, or as markers: ANNA: line, FX: sound."


class Problem(Exception):
    """What can't be done, in the editor's words."""


class App:
    """VSSFlow Studio as the plugin `name` reaches it; `folder` is where that was installed."""

    def __init__(self, name, folder):
        self._name, self._folder = name, folder
        self._process = None
        self._cancelled = False

    def open(self, file):
        """Show a timeline in the window, which is started where none is open."""
        # Its own session, so that the app goes on when the other program is quit.
        subprocess.Popen(self._program() + ["open", file], start_new_session=True, **_QUIET)

    def save_in_window(self, file):
        """What is open in the window and not saved yet belongs to it, too."""
        said = self.try_to("window", "status", "--json")
        if said and os.path.normcase(json.loads(said).get("timeline", "")) == os.path.normcase(os.path.realpath(file)):
            self.run("window", "save")

    def carry_cues(self, before, file):
        """Give a version just written the cues of the one `before`, where there is one, and its markers'."""
        if before:
            self.save_in_window(before)
            self.run("conform", before, file, allowed=("There are no cues",))
        self.run("cues", "import", file, "--markers", allowed=("no marker",))

    def generate(self, file, start, end, told=lambda line: None):
        """Make takes for the cues between two times in seconds.

        `told(line)` hears of each cue that is over. Gives what went wrong, a sentence for
        each cue. Raises Problem when there is no take at all.
        """
        options = ["--from", "%.6f" % start, "--to", "%.6f" % end, "--json"]
        _, out, err = self._ran(["generate", file] + options, told)
        if not out.strip():
            raise Problem(_said(err))
        made = json.loads(out)
        if "error" in made:
            raise Problem(NO_CUES if made["what"].startswith("There are no cues") else _sentence(made))
        failed = [_sentence(one) for one in made["errors"].values()]
        if not made["takes"]:
            raise Problem(" ".join(failed) or NO_CUES)
        return failed

    def run(self, *arguments, **options):
        """What the command line prints. Raises Problem with what it says, unless that is `allowed`."""
        code, out, err = self._ran(list(arguments))
        if code and not any(text in err for text in options.get("allowed", ())):
            raise Problem(_said(err))
        return out

    def try_to(self, *arguments):
        """What the command line prints; nothing where it can't."""
        try:
            return self.run(*arguments)
        except (Problem, OSError):
            return ""

    def cancel(self):
        """End what is being done, at once; takes that are finished are kept."""
        self._cancelled = True
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate() if sys.platform == "win32" else process.send_signal(signal.SIGINT)

    def _ran(self, arguments, told=lambda line: None):
        """(exit code, output, errors); `told` hears each line of the errors as it comes."""
        if self._cancelled:
            raise Problem("Cancelled.")
        process = self._process = subprocess.Popen(
            self._program() + arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **_HIDDEN
        )
        if self._cancelled:  # meanwhile
            self.cancel()
        err = []

        def listen():
            for line in process.stderr:
                err.append(line.decode("utf-8", "replace"))
                told(err[-1].strip())

        # A thread, so that neither pipe fills while the other is read.
        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        out = process.stdout.read().decode("utf-8", "replace")
        listener.join()
        code = process.wait()
        process.stdout.close()
        process.stderr.close()
        if self._cancelled:
            raise Problem("Cancelled.")
        return code, out, "".join(err)

    def _program(self):
        try:
            with open(os.path.join(self._folder, PROGRAM), encoding="utf-8") as source:
                return json.load(source)
        except (OSError, ValueError):
            raise Problem("VSSFlow Studio is not where it was. Run: vssflow-studio plugins install %s" % self._name)


# --- files and names ---


def plain(name):
    """A name that every file system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(" .") or "Untitled"


def names(name):
    """`name`, `name 2`, `name 3` …"""
    yield name
    number = 2
    while True:
        yield "%s %d" % (name, number)
        number += 1


def free_version(folder, name):
    """The file of the next version: none is ever written over."""
    return next(path for path in (os.path.join(folder, n + ".otio") for n in names(name)) if not os.path.exists(path))


def newest_version(folder, name):
    """The file of the version that was sent last; None before the first."""
    newest = None
    for one in names(name):
        path = os.path.join(folder, one + ".otio")
        if not os.path.exists(path):
            return newest
        newest = path


# --- OpenTimelineIO as plain JSON ---


def time(value, rate):
    """A RationalTime."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value}


def time_range(start, duration, rate):
    """A TimeRange of two numbers of frames."""
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(duration, rate)}


def marker(name, marked, note="", colour="", metadata=None):
    """A Marker over the TimeRange `marked`."""
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": metadata or {},
        "name": name,
        "comment": note,
        "color": colour,
        "marked_range": marked,
    }


def write_json(file, document):
    """Write the file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(file), suffix=".otio")
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump(document, target)
        target.flush()
        os.fsync(target.fileno())
    os.replace(temporary, file)


def _sentence(error):
    """What went wrong, as the command line's JSON has it, and what to do."""
    return ("%s. %s" % (error.get("what", ""), error.get("remedy", ""))).strip()


def _said(err):
    return err.strip().split("vssflow-studio: ")[-1] or "VSSFlow Studio ended unexpectedly."


_HIDDEN = {"creationflags": 0x08000000} if sys.platform == "win32" else {}  # no console flashes up
_QUIET = dict(_HIDDEN, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
