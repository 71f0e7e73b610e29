"""Databases of their own for single tests: made ahead while a core is idle, dropped behind."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_nself.database.database import EphemeralDatabase
    from pytest_nself.sandbox.sandbox import Sandbox


class Clones:
    """After the first test that took one, the next is made while that test runs; a used one is dropped meanwhile.

    A role that a test made is dropped with its clone where this worker is `alone`: roles belong to the whole server,
    and of several workers nobody knows who made one.
    """

    def __init__(self, sandbox: Sandbox, prefix: str, *, ahead: bool, alone: bool) -> None:
        self._alone = alone
        self._sandbox = sandbox
        self._prefix = prefix
        self._ahead = ahead
        self._number = 0
        self._next: Future[EphemeralDatabase] | None = None
        self._worker: ThreadPoolExecutor | None = None
        self._roles: frozenset[str] = frozenset()

    def take(self) -> EphemeralDatabase:
        """A fresh clone, as the owner role."""
        ahead, self._next = self._next, None
        try:
            clone = ahead.result() if ahead is not None else self._make()
        except Exception:
            if ahead is None:
                raise
            clone = self._make()  # what kept the one ahead from being made may be gone
        self._roles = self._known_roles()
        if self._ahead:
            if self._worker is None:
                # One thread: clones and drops of one worker never wait for each other's checkpoints.
                self._worker = ThreadPoolExecutor(1, thread_name_prefix="nself: clones")
            self._next = self._worker.submit(self._make)
        return clone

    def drop(self, database: EphemeralDatabase) -> None:
        """Drop a clone, and the roles that came while it was out."""
        new = self._known_roles() - self._roles
        if self._worker is not None and not new:
            self._worker.submit(self._sandbox.drop, database)
            return
        self._sandbox.drop(database)
        self._sandbox.drop_roles(new)

    def close(self) -> None:
        """Wait for what is being made; it ends with the run."""
        if self._worker is not None:
            self._worker.shutdown(wait=True)

    def _known_roles(self) -> frozenset[str]:
        return self._sandbox.roles() if self._alone else frozenset()

    def _make(self) -> EphemeralDatabase:
        self._number += 1
        return self._sandbox.clone(f"{self._prefix}{self._number}", as_owner=True)
