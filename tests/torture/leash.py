"""Runs a program as long as our standard input is open (a script: `python -I -S`): it ends with whoever started us.

Arguments: the user to run it as (empty: ourselves), a folder to remove at the end, the command.
"""

from __future__ import annotations

import shutil
import subprocess
import sys


def main() -> None:
    user, folder, *command = sys.argv[1:]
    account = {"user": user, "group": user, "extra_groups": []} if user else {}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **account) as process:  # type: ignore[call-overload]
        sys.stdin.read()
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
