"""SQL text, and what it asks of the transaction around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Transaction(Enum):
    """How a text stands to its transaction.

    SHARED        runs in the same transaction as the shared texts beside it
    ALONE         must run outside a transaction block (`create index concurrently`)
    COMMIT_AFTER  is the last text of its transaction
    """

    SHARED = "shared"
    ALONE = "alone"
    COMMIT_AFTER = "commit after"


SHARED = Transaction.SHARED
ALONE = Transaction.ALONE
COMMIT_AFTER = Transaction.COMMIT_AFTER


@dataclass(frozen=True, slots=True)
class Sql:
    """One or more SQL statements exactly as they are sent."""

    text: str
    transaction: Transaction = SHARED

    def __str__(self) -> str:
        return self.text
