"""What the frozen builds run: the command line, which opens the window when no verb is given."""

import sys
from multiprocessing import freeze_support

if __name__ == "__main__":
    freeze_support()  # the worker of the queue is this program once more, and goes no further
    from vssflow_studio.cli import main

    sys.exit(main())
