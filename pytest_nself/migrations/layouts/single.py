"""Single files: with marks that divide them into up and down, or plain, which is nothing but an up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_nself.migrations.reading import marks
from pytest_nself.migrations.reading.folder import Reading, Source, version_and_name

if TYPE_CHECKING:
    from pytest_nself.core.step import WriteFile
    from pytest_nself.migrations.writing.draft import Draft

RANK = 50
PLAIN = "plain"

_UP = re.compile(r"(?i)[._-]up$")
_DOWN_WORD = re.compile(r"(?i)(?:^|[._\- ])down(?:$|[._\- ])")


def read(reading: Reading) -> None:
    """Take every file that begins with a version."""
    for name in list(reading.listing.sql):
        stem = name[:-4]
        parts = version_and_name(stem)
        if parts is None:
            continue
        path = reading.listing.take(name)
        if "down" in stem.lower() and _DOWN_WORD.search(_UP.sub("", stem)) and not reading.says_up(path):
            remedy = "end its name in .down.sql or .up.sql, or mark its parts with -- UP and -- DOWN"
            reading.error("down-or-up", path, f"{name} could be a down: it is not run as an up.", remedy)
        else:
            reading.add(Source(*parts, path, None, PLAIN, marked=True))


def writes(layout: str) -> bool:
    return layout == PLAIN or layout.startswith("marked ")


def files(draft: Draft) -> list[WriteFile]:
    if draft.layout == PLAIN:
        return [draft.file(f"{draft.stem}.sql", draft.header + draft.up), *_beside(draft)]
    mark = draft.layout.removeprefix("marked ")
    up, down = {
        marks.BARE: ("-- UP", "-- DOWN"),
        marks.DBMATE: ("-- migrate:up", "-- migrate:down"),
        marks.GOOSE: ("-- +goose Up", "-- +goose Down"),
        marks.SQL_MIGRATE: ("-- +migrate Up", "-- +migrate Down"),
    }[mark]
    there, back = draft.up, draft.down
    if up.startswith("-- +"):
        # These tools end a statement at any semicolon, in a function's body too.
        tool = up.removesuffix(" Up")
        there, back = (
            body if sql is None else f"{tool} StatementBegin\n{body}{tool} StatementEnd\n"
            for body, sql in ((there, draft.sql), (back, draft.down_sql))
        )
    return [draft.file(f"{draft.stem}.sql", f"{draft.header}{up}\n{there}\n{down}\n{back}")]


def _beside(draft: Draft) -> list[WriteFile]:
    """A plain file has no place for a down: one that is known stands in a file of its own."""
    return [] if draft.down_sql is None else [draft.file(f"{draft.stem}.down.sql", draft.header + draft.down)]
