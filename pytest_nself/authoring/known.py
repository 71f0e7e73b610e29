"""What was compared before and found to be the same, so that nothing is started to find it again."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from pytest_nself.core.version import __version__
from pytest_nself.migrations.migration import Migrations

FILE = ".nself/schema.hash"


def is_known(root: Path, texts: Mapping[Path, str], migrations: Migrations) -> bool:
    """Whether this schema and these migrations, by this release, were found to say the same."""
    try:
        return (root / FILE).read_text(encoding="utf-8").strip() == _hash(root, texts, migrations)
    except (OSError, UnicodeDecodeError):
        return False


def remember(root: Path, texts: Mapping[Path, str], migrations: Migrations) -> None:
    """Note that they say the same. A folder that cannot be written costs the next run its time, and nothing else."""
    path = root / FILE
    try:
        path.parent.mkdir(exist_ok=True)
        ignored = path.parent / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
        path.write_text(_hash(root, texts, migrations) + "\n", encoding="utf-8")
    except OSError:
        return


def _hash(root: Path, texts: Mapping[Path, str], migrations: Migrations) -> str:
    digest = sha256(__version__.encode())
    for path, text in sorted((str(path), text) for path, text in texts.items()):
        digest.update(f"\0{path}\0{text}".encode())
    for one in migrations:
        digest.update(f"\0{one.version}\0{one.checksum}\0{one.down or ''}".encode())
    return digest.hexdigest()
