"""Publications: what they do with changes. Which tables and schemas they publish are objects of their own."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Written:
    everything = [what for what in ("tables", "sequences") if entry[f"all_{what}"]]
    whole = f" for {', '.join(f'all {what}' for what in everything)}" if everything else ""
    settings = [f"publish = '{entry['operations']}'"]
    if entry["via_root"]:
        settings.append("publish_via_partition_root = true")
    if entry["generated_columns"]:
        settings.append(f"publish_generated_columns = {entry['generated_columns']}")
    return [f"create publication {qualified(entry.ref)}{whole} with ({', '.join(settings)})"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"all_tables", "all_sequences"}:
        return None
    settings = []
    if "operations" in changed:
        settings.append(f"publish = '{new['operations']}'")
    if "via_root" in changed:
        settings.append(f"publish_via_partition_root = {'true' if new['via_root'] else 'false'}")
    if "generated_columns" in changed:
        settings.append(f"publish_generated_columns = {new['generated_columns'] or 'none'}")
    return [f"alter publication {qualified(new.ref)} set ({', '.join(settings)})"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop publication {qualified(entry.ref)}"]


KIND = Kind(
    name="publication",
    catalog=6104,
    rank=400,
    words="publication",
    create=_create,
    alter=_alter,
    drop=_drop,
)
