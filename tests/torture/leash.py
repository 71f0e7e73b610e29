"""Runs a program as long as our standard input is open (a script: `python -I -S`): it ends with whoever started us."""

from __future__ import annotations

import subprocess
import sys


def main() -> None:
    user, *command = sys.argv[1:]
    account = {"user": user, "group": user, "extra_groups": []} if user else {}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **account) as process:  # type: ignore[call-overload]
        sys.stdin.read()
        process.kill()


if __name__ == "__main__":
    main()
