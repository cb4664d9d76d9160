"""Tests that read the kernel of the Mac they run on; elsewhere none is collected."""

import sys

collect_ignore_glob = [] if sys.platform == "darwin" else ["test_*.py"]
