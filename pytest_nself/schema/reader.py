"""Reads a schema.dbml: its text into a `Schema`, and all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pytest_nself.core.finding import Findings
from pytest_nself.core.garbage import no_collection
from pytest_nself.core.names import ObjectRef

from .file_reader import read_file
from .links import read_linked_files
from .model import Schema
from .problems import IGNORED, Problems, raise_errors
from .weave import weave


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says as far as it could be read, and what is wrong with it."""

    schema: Schema
    findings: Findings


@no_collection()
def read_text(text: str, path: str) -> Reading:
    """Read the text of a schema.dbml; `path` is what its places name. Nothing is raised.

    Other files that it uses are not read: that is told as a warning. Only what the text shows by itself is judged here:
    see `validation` for what its parts say of each other.
    """
    problems = Problems(path)
    parts = read_file(text, path, problems)
    for use in parts.uses:
        message = f'"{use.path}" is not read: what it defines is not in this schema'
        problems.warn(IGNORED, message, use.place, "read the file together with those it uses")
    problems.subject = ObjectRef("file", None, path)
    return Reading(weave(parts, path, problems), problems.findings())


@no_collection()
def read_linked(path: str, load: Callable[[str], str | None]) -> Reading:
    """Read a schema.dbml and all files that it uses, as one schema. Nothing is raised.

    `load` gives the text of a path (relative ones are put together with `/`), or None where there is no such file.
    Every file that is reached is part of the schema as a whole: a database has no half of a file.
    """
    problems = Problems(path)
    parts = read_linked_files(path, load, problems)
    problems.subject = ObjectRef("file", None, path)
    return Reading(weave(parts, path, problems), problems.findings())


def read_schema(text: str, path: str) -> Schema:
    """The schema of a text; raises one SchemaError that tells every error in it, each with its line and column."""
    reading = read_text(text, path)
    raise_errors(reading.findings, path)
    return reading.schema
