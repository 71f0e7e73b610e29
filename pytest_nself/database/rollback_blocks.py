"""`transaction()` blocks on a connection whose transactions are emulated."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import psycopg
from psycopg.transaction import AsyncTransaction, BaseTransaction, Transaction


class _EmulatedBlock(BaseTransaction[Any]):
    """A `transaction()` block: the outermost is an emulated transaction, the others are psycopg's savepoints."""

    def _enter_gen(self) -> Generator[Any, Any, None]:
        outermost = self._conn._emulation.idle and not self._conn._num_transactions
        asked_name = self._savepoint_name
        yield from self._conn._start_query()
        self.status = self.Status.ACTIVE
        self._push_savepoint()
        if outermost:
            self._outer_transaction = True
            self._savepoint_name = asked_name  # psycopg gave it one, believing it to be an inner block
        for command in self._get_enter_commands():
            yield from self._conn._exec_command(command)

    def _get_enter_commands(self) -> Iterator[bytes]:
        commands = super()._get_enter_commands()
        if self._outer_transaction:
            next(commands)  # BEGIN: the transaction stands already
        return commands

    def _commit_gen(self) -> Generator[Any, Any, None]:
        if not self._outer_transaction:
            yield from super()._commit_gen()
            return
        misplaced = self._pop_savepoint("commit")
        self.status = self.Status.COMMITTED
        if misplaced:
            raise misplaced
        yield from self._conn._emulated_commit_gen()

    def _rollback_gen(self, exc_val: BaseException | None) -> Generator[Any, Any, bool]:
        self._conn._emulation.forget_failed()
        if not self._outer_transaction:
            return (yield from super()._rollback_gen(exc_val))
        misplaced = self._pop_savepoint("rollback")
        explicit = isinstance(exc_val, psycopg.Rollback)
        self.status = (
            self.Status.ROLLED_BACK_EXPLICITLY
            if explicit or self.force_rollback
            else self.Status.ROLLED_BACK_WITH_ERROR
        )
        if misplaced:
            raise misplaced
        if self._conn._pipeline is not None:
            yield from self._conn._pipeline._sync_gen()
        yield from self._conn._emulated_rollback_gen()
        if not isinstance(exc_val, psycopg.Rollback):
            return False
        asked: object = exc_val.transaction
        return asked is None or asked is self


class RollbackTransaction(_EmulatedBlock, Transaction):
    """What `RollbackConnection.transaction()` gives."""


class AsyncRollbackTransaction(_EmulatedBlock, AsyncTransaction):
    """What `AsyncRollbackConnection.transaction()` gives."""
