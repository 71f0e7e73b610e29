"""Files that a plan writes: whole, or not at all, and never over something that the plan has not seen."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from pytest_nself.core.errors import NselfError, Refused
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import WriteFile


def write_files(plan: Plan) -> None:
    """Do the plan's steps, which must all be files; all are compared with what the plan saw before one is written.

    Raises Refused (nothing was written), or NselfError that says which are written and which are not.
    """
    steps = [step for step in plan.steps if isinstance(step, WriteFile)]
    if len(steps) != len(plan.steps):
        raise Refused(f"The plan to {plan.title} holds more than files.", "Nothing was done.")
    for step in steps:
        _check(step)
    for number, step in enumerate(steps):
        try:
            _write(step)
        except OSError as error:
            done = ", ".join(one.path for one in steps[:number]) or "none"
            raise NselfError(
                f"{step.path} cannot be written.",
                f"{error.strerror or error}. Written before it: {done}.",
                "make room, or the folder writable, then see which of the files are as you want them",
            ) from error


def _check(step: WriteFile) -> None:
    path = Path(step.path)
    now = sha256(path.read_bytes()).hexdigest() if path.is_file() else None
    if path.exists() and now is None:
        raise Refused(f"{step.path} is not a file.", "Nothing was done.", "move it out of the way")
    if now != step.sha256_before:
        what = "is there already" if step.sha256_before is None else "is gone" if now is None else "has changed"
        raise Refused(
            f"{step.path} {what}.",
            f"The plan to {step.title} was made before. Nothing was done.",
            "run the command again: it plans anew",
        )


def _write(step: WriteFile) -> None:
    path = Path(step.path)
    if step.content is None:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".nself-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(step.content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; these are for whoever the project's other files are for.
        Path(name).chmod(step.mode & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
