"""Text search dictionaries."""

from __future__ import annotations

import re

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry

# As the server writes them: `"stopwords" = 'english', accept = 'false'`.
_OPTION = re.compile(r"""("(?:[^"]|"")+"|\w+) = (E?'(?:[^'\\]|''|\\\\)*'|[^,\s]+)""")


def _create(entry: Entry, scene: Scene) -> Written:
    options = f", {entry['options']}" if entry["options"] else ""
    return [f"create text search dictionary {qualified(entry.ref)} (template = {entry['template']}{options})"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if "template" in changed:
        return None
    before = dict(_OPTION.findall(old["options"] or ""))
    after = dict(_OPTION.findall(new["options"] or ""))
    # One that is set goes to the end, so that setting all of them gives them their order.
    settings = [name for name in before if name not in after] + [f"{name} = {after[name]}" for name in after]
    return [f"alter text search dictionary {qualified(new.ref)} ({', '.join(settings)})"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop text search dictionary {qualified(entry.ref)}"]


KIND = Kind(
    name="text_search_dictionary",
    catalog=3600,
    rank=62,
    words="text search dictionary",
    create=_create,
    alter=_alter,
    drop=_drop,
)
