"""Privileges: what the server writes is understood, and the statements lead from one state to the other."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.catalog.acl import change_grants, foreign_grantors, parse_acl, renamed_owner
from pytest_nself.core.names import spell_identifier

LETTERS = "arwdDxt"
WORDS = {
    "insert": "a", "select": "r", "update": "w", "delete": "d", "truncate": "D", "references": "x", "trigger": "t",
}  # fmt: skip

_names = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=8)
_rights = st.dictionaries(st.sampled_from(LETTERS), st.booleans(), min_size=1)
_public = st.dictionaries(st.sampled_from(LETTERS), st.just(False), min_size=1)
_privileges = st.builds(
    lambda some, all_: some | ({"": all_} if all_ else {}),
    st.dictionaries(st.one_of(st.sampled_from(["app", "reader", "Mixed Role"]), _names), _rights, max_size=4),
    st.one_of(st.none(), _public),
)

_STATEMENT = re.compile(
    r"(grant|revoke) (grant option for )?(.+?) on table t "
    r'(?:to|from) ("(?:[^"]|"")+"|\w+)( with grant option| cascade)?',
    re.DOTALL,
)


def applied(before: dict[str, dict[str, bool]], statements: list[str]) -> dict[str, dict[str, bool]]:
    """What the server makes of grants and revokes by the owner."""
    state = {grantee: dict(rights) for grantee, rights in before.items()}
    for text in statements:
        found = _STATEMENT.fullmatch(text)
        assert found is not None, text
        verb, only_option, said, who, tail = found.groups()
        letters = LETTERS if said == "all" else [WORDS[word] for word in said.split(", ")]
        grantee = "" if who == "public" else who[1:-1].replace('""', '"') if who[0] == '"' else who
        rights = state.setdefault(grantee, {})
        for letter in letters:
            if verb == "grant":
                rights[letter] = rights.get(letter, False) or tail == " with grant option"
            elif only_option:
                rights[letter] = False
            else:
                rights.pop(letter, None)
    return {grantee: rights for grantee, rights in state.items() if rights}


@given(_privileges, _privileges)
def test_statements_lead_from_before_to_after(
    before: dict[str, dict[str, bool]], after: dict[str, dict[str, bool]]
) -> None:
    """Granted and revoked is exactly what differs, whatever the roles are called."""
    statements = list(change_grants(before, after, "table t", LETTERS))
    assert applied(before, statements) == after
    assert list(change_grants(after, after, "table t", LETTERS)) == []
    assert len(statements) <= 4 * len({*before, *after})


@given(_privileges, _privileges)
def test_what_can_be_granted_on_is_revoked_with_cascade(
    before: dict[str, dict[str, bool]], after: dict[str, dict[str, bool]]
) -> None:
    """A role that could grant something on may have done so, and the server would refuse to take only its own away."""
    for text in change_grants(before, after, "table t", LETTERS):
        found = _STATEMENT.fullmatch(text)
        assert found is not None
        if found[1] == "revoke" and not found[2]:
            who = "" if found[4] == "public" else found[4]
            (grantee,) = [one for one in before if (spell_identifier(one) if one else "") == who]
            gone = set(before[grantee]) - set(after.get(grantee, {}))
            assert (found[5] == " cascade") is any(before[grantee][letter] for letter in gone)


def as_server(privileges: dict[str, dict[str, bool]], grantor: str) -> list[str]:
    """ACL items as the server shows them."""
    items = []
    for grantee, rights in privileges.items():
        letters = "".join(letter + "*" * grantable for letter, grantable in rights.items())
        items.append(f"{_shown(grantee)}={letters}/{_shown(grantor)}")
    return items


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


@given(_privileges, _names)
def test_items_are_understood(privileges: dict[str, dict[str, bool]], grantor: str) -> None:
    """Names may hold `=`, `/`, quotes and line ends."""
    items = as_server(privileges, grantor)
    assert parse_acl(items, owner="me", privileges=LETTERS, public="") == privileges
    assert foreign_grantors(items, grantor) == []
    assert foreign_grantors(items, grantor + "x") == ([grantor] if items else [])


@given(_privileges, _privileges)
def test_rights_from_several_grantors_add_up(
    one: dict[str, dict[str, bool]], other: dict[str, dict[str, bool]]
) -> None:
    """A role has what anybody granted it, and may grant on what it got so from one of them."""
    found = parse_acl(as_server(one, "a") + as_server(other, "b"), owner="me", privileges=LETTERS, public="")
    for grantee in {*one, *other}:
        mine, theirs = one.get(grantee, {}), other.get(grantee, {})
        assert found[grantee] == {
            letter: mine.get(letter, False) or theirs.get(letter, False) for letter in {*mine, *theirs}
        }


def test_without_an_acl_the_start_holds() -> None:
    """The owner has everything and everybody what the kind gives them; an empty ACL gives nothing to anybody."""
    assert parse_acl(None, owner="me", privileges="X", public="X") == {"me": {"X": False}, "": {"X": False}}
    assert parse_acl(None, owner="me", privileges="rw", public="") == {"me": {"r": False, "w": False}}
    assert parse_acl([], owner="me", privileges="rw", public="") == {}


@given(_privileges, st.sampled_from(["app", "reader"]), _names)
def test_a_new_owner_has_what_the_old_one_had(privileges: dict[str, dict[str, bool]], old: str, new: str) -> None:
    """Nobody else's rights change; what both had is had once, and can be granted on if one of them could."""
    found = renamed_owner(privileges, old, new)
    assert (old in found) is (old == new and old in privileges)
    for grantee, rights in privileges.items():
        if grantee not in (old, new):
            assert found[grantee] == rights
    if old in privileges or new in privileges:
        both = [privileges.get(old, {}), privileges.get(new, {})]
        assert found[new] == {
            letter: any(rights.get(letter, False) for rights in both) for rights in both for letter in rights
        }


def test_columns_are_named_with_each_privilege() -> None:
    """`grant select (name), update (name) on …`, never all of them: that would be the table's."""
    after = {"app": {"r": False, "w": False, "a": False, "x": False}}
    assert list(change_grants({}, after, "public.users", "arwx", column='"Na""me"')) == [
        'grant select ("Na""me"), insert ("Na""me"), update ("Na""me"), references ("Na""me") on public.users to app'
    ]


def test_all_is_said_of_all() -> None:
    """All privileges of a kind are `all`, so that one that a newer server knows is in it."""
    everything = {"app": dict.fromkeys(LETTERS, False)}
    assert list(change_grants({}, everything, "table t", LETTERS)) == ["grant all on table t to app"]
    assert list(change_grants(everything, {}, "table t", LETTERS)) == ["revoke all on table t from app"]
