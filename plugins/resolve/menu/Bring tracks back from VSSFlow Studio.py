import sys

sys.path.insert(0, r"@FOLDER@")

import vssflow_resolve

vssflow_resolve.bring_back(resolve)  # noqa: F821 - Resolve gives its scripts this name
