"""Tests that read the kernel of this Mac; on other systems they are not collected."""

import sys

collect_ignore_glob = [] if sys.platform == "darwin" else ["test_*.py"]
