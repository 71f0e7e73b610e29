"""A new migration's files, in the layout and with the numbering of the newest one."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from pytest_nself.core.errors import ConfigError, MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.core.plan import Plan
from pytest_nself.migrations.reading import marks
from pytest_nself.migrations.reading.sections import sections_of
from pytest_nself.migrations.writing.draft import Draft
from pytest_nself.migrations.writing.numbering import next_version, timestamp

from .layouts import layouts
from .migration import Migration, Migrations
from .statements import is_blank

_NEW_PROJECT = f"marked {marks.BARE}"
_SEPARATOR = re.compile(r"[0-9]+([_.\- ]+)")
_LEADING_NUMBER = re.compile(r"[0-9]+")
_LONGEST_NAME = 200


def plan_create(
    folder: Path, migrations: Migrations, name: str, *, sql: str | None, now: datetime, down: str | None = None
) -> Plan:
    """The plan that writes a new migration into `folder`, whose content is `migrations`. Nothing is overwritten.

    `sql` is its up, `down` what takes it back; None leaves a comment in their place. `now` without a time zone is local
    time. ConfigError for a name or an SQL text that cannot be used, MigrationError where drizzle's journal is broken.
    """
    now = now.astimezone(UTC)
    newest = migrations.migrations[-1] if len(migrations) else None
    layout = _layout(folder, migrations)
    draft = Draft(folder, *_numbered(folder, newest, now), safe_name(name), sql, layout, now, down_sql=down)
    _refuse(draft, migrations)
    writer = next(one for one in layouts() if one.writes(layout))
    return Plan(f"Create migration {draft.stem}", tuple(writer.files(draft)))


def safe_name(name: str) -> str:
    """`Add user prefs!` as `add_user_prefs`. ConfigError if nothing is left, or if it is too long for a file's name."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    safe = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    if not safe:
        cause = "A file's name keeps letters from a to z and digits, and of this one nothing is left."
        raise ConfigError(f"{name!r} cannot name a migration.", cause, "say what the migration does: add_user_prefs")
    if len(safe) > _LONGEST_NAME:
        cause = f"It has {len(safe)} characters; {_LONGEST_NAME} is the limit, because a file's name must hold more."
        raise ConfigError("The migration's name is too long.", cause, "shorten it")
    return safe


def _layout(folder: Path, migrations: Migrations) -> str:
    """The newest file's layout. A plain file among pairs `x.sql` + `x.down.sql` is one that lacks its down."""
    if not len(migrations):
        return "drizzle" if (folder / "meta" / "_journal.json").is_file() else _NEW_PROJECT
    newest = migrations.migrations[-1].layout
    if newest != "plain":
        return newest
    half = (one.layout for one in reversed(migrations.migrations) if re.match(r"pair [._-]down", one.layout))
    return next(half, newest)


def _numbered(folder: Path, newest: Migration | None, now: datetime) -> tuple[str, str]:
    """The new version and what stands between it and the name."""
    taken = _numbers_in(folder)
    if newest is None:
        # drizzle counts from 0000.
        drizzle = (folder / "meta" / "_journal.json").is_file()
        first = f"{max(taken, default=-1) + 1:04}" if drizzle else timestamp(now)
        return (first if int(first) not in taken else next_version(first, max(taken), now)), "_"
    path = Path(newest.place.path)
    file = next((part for part in (path.name, path.parent.name) if part.startswith(newest.version_text)), "")
    if newest.layout == "drizzle" and not file:
        return "", "_"  # drizzle's prefix `none`
    separator = _SEPARATOR.match(file) if newest.name else None
    version = next_version(newest.version_text, max(newest.version, *taken), now)
    return version, separator.group(1) if separator else "_"


def _numbers_in(folder: Path) -> set[int]:
    """Versions that any file of the folder has, be it one that can be used or not."""
    paths = list(folder.iterdir()) if folder.is_dir() else []
    names = [path.name for path in paths if path.suffix.lower() == ".sql" or path.is_dir()]
    return {int(match.group()) for name in names if (match := _LEADING_NUMBER.match(name))}


def _refuse(draft: Draft, migrations: Migrations) -> None:
    if draft.layout == "drizzle":
        for finding in migrations.findings.at_least(Severity.ERROR):
            if finding.rule.startswith("migration-journal"):
                cause = "The new migration belongs into drizzle's journal."
                raise MigrationError(finding.message, cause, finding.remedy, place=finding.place)
    by_name = draft.layout == "plain" or (draft.layout.startswith("pair ") and "up" not in draft.layout)
    if by_name and re.search(r"(?:^|_)down(?:_|$)", draft.name):
        cause = "A file with the word down in its name is never run as an up."
        raise ConfigError(f"{draft.name} cannot name a migration in this folder.", cause, "choose another word")
    if draft.sql is None:
        return
    if is_blank(draft.sql):
        raise ConfigError("The SQL is empty.", "It would be the migration's up.", "give a statement, or leave it out")
    if draft.layout.startswith("marked ") or draft.layout == "plain":
        parts = sections_of(draft.sql, "--sql", marked=True)
        if parts.dialect or parts.problems:
            cause = parts.problems[0].message if parts.problems else "It holds a mark that begins an up or a down."
            raise ConfigError("The SQL cannot be the up of a migration.", cause, "take the mark out of it")
