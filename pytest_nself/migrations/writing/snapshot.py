"""drizzle's snapshot of a schema, carried over to a migration that it knows nothing of."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.place import Place


def again(snapshot: Path, tag: str) -> str:
    """A snapshot as the one after itself: a new id, and its own as the one before. Nothing else changes."""
    text = snapshot.read_text("utf-8-sig")
    try:
        own = json.loads(text)["id"]
        if not isinstance(own, str):
            raise ValueError("its id is no text")
    except (ValueError, KeyError, TypeError) as error:
        cause = f"drizzle-kit's last snapshot carries the next one, and this is none: {error}"
        raise ConfigError(
            "The snapshot cannot be read.", cause, "take it from git", place=Place(str(snapshot))
        ) from error
    new = str(UUID(bytes=sha256(f"{own} {tag}".encode()).digest()[:16], version=4))
    text = text.replace(json.dumps(own), json.dumps(new), 1)
    before = json.dumps(own)
    text = re.sub(r'("prevId"\s*:\s*)"[^"]*"', lambda match: match.group(1) + before, text, count=1)
    return re.sub(
        r'("prevIds"\s*:\s*\[\s*)[^\]]*?(\s*\])', lambda match: match.group(1) + before + match.group(2), text, count=1
    )
