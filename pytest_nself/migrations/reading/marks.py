"""The marks that divide a single file into its up and its down, as each tool writes them.

-- UP                 -- DOWN              (also -- Up:, -- === UP ===, -- Up Migration)
-- migrate:up         -- migrate:down      dbmate; `transaction:false` may follow
-- +goose Up          -- +goose Down       goose; NO TRANSACTION, StatementBegin and StatementEnd too
-- +migrate Up        -- +migrate Down     sql-migrate; `notransaction` may follow; StatementBegin …
"""

from __future__ import annotations

import re
from typing import NamedTuple

BARE = "-- UP"
DBMATE = "-- migrate:up"
GOOSE = "-- +goose Up"
SQL_MIGRATE = "-- +migrate Up"

UP, DOWN, BEGIN, END, ALONE = "up", "down", "begin", "end", "no transaction"

CANDIDATE = re.compile(
    r"--[ \t=#*-]*+(?i:(?P<bare>up|down)(?:[ \t]+migration)?[ \t:=#*-]*+$|\+?[ \t]*+(?:migrate|goose)\b[^\n\r]*+)",
    re.MULTILINE,
)
"""Comments that may be marks. It begins with two plain characters, which makes the search cheap."""

# Compiled, and kept by `re`, when a file with such a mark is met.
_DBMATE = r"(?i)--\s*migrate\s*:\s*(?P<part>up|down)(?:\s+(?P<options>.*))?"
_PLUS = r"(?i)--\s*\+\s*(?P<tool>goose|migrate)\b\s*(?P<words>.*)"


class Mark(NamedTuple):
    """One mark: what it says (UP, DOWN, BEGIN, END or ALONE), in which dialect, and the text's range of its line.

    `problem` is what is wrong with it, empty if nothing is.
    """

    dialect: str
    kind: str
    start: int
    end: int
    no_transaction: bool = False
    problem: str = ""


def read_mark(candidate: re.Match[str], start: int) -> Mark | None:
    """The mark that a match of CANDIDATE is, on a line that begins at `start`; None if it is just a comment."""
    if bare := candidate["bare"]:
        return Mark(BARE, bare.lower(), start, candidate.end())
    comment = candidate.group().rstrip()
    if match := re.fullmatch(_PLUS, comment):
        return _plus(match, start, candidate.end())
    if match := re.fullmatch(_DBMATE, comment):
        return _dbmate(match, start, candidate.end())
    return None


def _dbmate(match: re.Match[str], start: int, end: int) -> Mark:
    options = (match["options"] or "").lower().split()
    unknown = [option for option in options if option not in ("transaction:false", "transaction:true")]
    problem = f"`{unknown[0]}` is not an option of migrate:{match['part'].lower()}" if unknown else ""
    return Mark(DBMATE, match["part"].lower(), start, end, "transaction:false" in options, problem)


def _plus(match: re.Match[str], start: int, end: int) -> Mark:
    goose = match["tool"].lower() == "goose"
    dialect = GOOSE if goose else SQL_MIGRATE
    words = match["words"].lower().split()
    known = {"up": UP, "down": DOWN, "statementbegin": BEGIN, "statementend": END}
    said = match["words"].strip()
    if goose and words == ["no", "transaction"]:
        return Mark(dialect, ALONE, start, end)
    if goose and words[:1] == ["envsub"]:
        problem = "ENVSUB puts variables of the environment into the SQL, which is not done here"
        return Mark(dialect, ALONE, start, end, problem=problem)
    if not words or words[0] not in known:
        problem = f"+{match['tool']} {said}".rstrip() + " is not known" + _did_you_mean(words, known)
        return Mark(dialect, ALONE, start, end, problem=problem)
    kind = known[words[0]]
    if not goose and kind in (UP, DOWN) and words[1:] == ["notransaction"]:
        return Mark(dialect, kind, start, end, no_transaction=True)
    problem = f"`{' '.join(words[1:])}` is not an option of +{match['tool']} {said.split()[0]}" if words[1:] else ""
    return Mark(dialect, kind, start, end, problem=problem)


def _did_you_mean(words: list[str], known: dict[str, str]) -> str:
    from difflib import get_close_matches

    spelled = {"up": "Up", "down": "Down", "statementbegin": "StatementBegin", "statementend": "StatementEnd"}
    close = get_close_matches("".join(words), known, 1)
    return f": did you mean {spelled[close[0]]}?" if close else ""
