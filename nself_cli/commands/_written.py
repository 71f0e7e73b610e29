"""A file that a command writes out: a fixture set, a seed, factories."""

from __future__ import annotations

from pathlib import Path

from nself_cli.options import Options


def write_out(path: Path, text: str, before: bytes | None) -> None:
    """Write it, whole or not at all; `before` is what stood there when it was looked at (None: nothing)."""
    from hashlib import sha256

    from pytest_nself.core.plan import Plan
    from pytest_nself.core.step import WriteFile
    from pytest_nself.execute.files import write_files

    seen = sha256(before).hexdigest() if before is not None else None
    write_files(Plan(f"write {path}", (WriteFile(f"write {path}", str(path), text.encode(), sha256_before=seen),)))


def replace_file(options: Options, path: Path, text: str) -> None:
    """Write it; over a file that is there only when somebody says so. Raises Refused where nobody does."""
    from ._schema_files import agree

    before = path.read_bytes() if path.is_file() else None
    if before is not None:
        agree(options, f"replace {path}")
    write_out(path, text, before)
