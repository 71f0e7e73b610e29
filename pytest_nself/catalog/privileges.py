"""What may be done with an object from the start, and after `alter default privileges`."""

from __future__ import annotations

from .acl import parse_acl, renamed_owner
from .fact import Catalog, Entry
from .kinds import kinds


def own_privileges(entry: Entry, version: int) -> dict[str, str]:
    """The owner, and what the owner and everybody may do from the start, as `parse_acl` takes it."""
    kind = kinds()[entry.ref.kind]
    privileges = kind.privileges if version >= 170000 else kind.privileges.replace("m", "")
    return {"owner": entry["owner"] or entry["_owner"] or "", "privileges": privileges, "public": kind.public}


def initial_privileges(entry: Entry, catalog: Catalog) -> dict[str, dict[str, bool]]:
    """What the object has right after its creation by the catalog's reader, once it belongs to its owner."""
    own = own_privileges(entry, catalog.version)
    return renamed_owner(parse_acl(None, **{**own, "owner": catalog.role}), catalog.role, own["owner"])
