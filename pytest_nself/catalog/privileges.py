"""What may be done with an object from the start, and after `alter default privileges`."""

from __future__ import annotations

from collections.abc import Collection

from pytest_nself.core.names import ObjectRef

from .acl import parse_acl, renamed_owner
from .fact import Catalog, Entry
from .kinds import kinds


def own_privileges(entry: Entry, version: int) -> dict[str, str]:
    """The owner, and what the owner and everybody may do from the start, as `parse_acl` takes it."""
    kind = kinds()[entry.ref.kind]
    privileges = kind.privileges if version >= 170000 else kind.privileges.replace("m", "")
    return {"owner": entry["owner"] or entry["_owner"] or "", "privileges": privileges, "public": kind.public}


_TYPES = {
    "table": "tables",
    "sequence": "sequences",
    "routine": "functions",
    "function": "functions",
    "type": "types",
    "domain": "types",
    "schema": "schemas",
}
"""What `alter default privileges` calls the objects that `grant` names so."""


def initial_privileges(
    entry: Entry, catalog: Catalog, gone: Collection[ObjectRef] = frozenset()
) -> dict[str, dict[str, bool]]:
    """What the object has right after its creation by the catalog's reader, once it belongs to its owner.

    `gone` are objects that are dropped before, default privileges among them.
    """
    own = own_privileges(entry, catalog.version)
    creator = {**own, "owner": catalog.role}
    found = parse_acl(None, **creator)
    type_ = _TYPES.get(kinds()[entry.ref.kind].grants)
    if type_ is not None:
        everywhere = ObjectRef("default_privileges", None, catalog.role, type_)
        here = ObjectRef("default_privileges", entry.ref.schema, catalog.role, type_)
        said = catalog.get(everywhere)
        if said is not None and everywhere not in gone:
            found = parse_acl(said["privileges_list"] or [], **creator)
        said = catalog.get(here) if here != everywhere and here not in gone else None
        if said is not None:
            for grantee, privileges in parse_acl(said["privileges_list"] or [], **creator).items():
                mine = found.setdefault(grantee, {})
                for letter, grantable in privileges.items():
                    mine[letter] = mine.get(letter, False) or grantable
    return renamed_owner(found, catalog.role, own["owner"])
