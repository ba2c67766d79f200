"""`python -m winpod`: the command line of winpod."""

import signal
import sys

from winpod import _native

if __name__ == "__main__":
    # The command line runs outside the interpreter: Ctrl-C ends it as it ends any program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.main(["winpod", *sys.argv[1:]]))
