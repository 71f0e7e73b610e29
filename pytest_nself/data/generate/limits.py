"""Checks about the columns of one foreign key: only rows may be referred to with which they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.shape.order import root_of

from .existing import read_parents
from .judge import Judge, Rule
from .later import Coming
from .linking import Linked
from .links import Link, Links
from .parents import Parents, Some

if TYPE_CHECKING:
    import psycopg

_LOOKED_AT = 10_000


def limited(
    connection: psycopg.Connection[Any], shape: Shape, table: Table, linked: Linked, rules: Sequence[Rule]
) -> Linked:
    """The same references, each to those rows alone with which the rules hold that speak of nothing else.

    Where none of the new rows will do, those that are in the table already are looked at.
    """
    groups = []
    for group in linked.links:
        links = tuple(_limited(connection, shape, table, link, rules) for link in group.links)
        groups.append(group if links == group.links else Links(links, group.columns, group.key))
    return replace(linked, links=tuple(groups))


def _limited(
    connection: psycopg.Connection[Any], shape: Shape, table: Table, link: Link, rules: Sequence[Rule]
) -> Link:
    own = [rule for rule in rules if rule.columns and rule.columns <= set(link.columns)]
    if not own or link.own or link.alone or isinstance(link.parents, Coming):
        return link
    judge = Judge(connection, table, link.columns)
    places = _passing(judge, link, link.parents, own)
    if places:
        return link if len(places) == link.parents.count else replace(link, parents=Some(link.parents, places))
    target = next(root_of(shape, one.target) for one in table.references if one.name == link.name)
    there = read_parents(connection, shape.tables[target], link.targets)
    places = _passing(judge, link, there, own)
    return replace(link, parents=Some(there, places)) if places else link


def _passing(judge: Judge, link: Link, parents: Parents, rules: Sequence[Rule]) -> list[int]:
    count = min(parents.count, _LOOKED_AT)
    texts = [parents.texts(target) for target in link.targets] if count else []
    rows = [tuple(get(place) for get in texts) for place in range(count)]
    failing: set[int] = set().union(*judge.failing_each(rows, rules))
    return [place for place in range(count) if place not in failing]
