"""The names of environments: their spellings, and which name was probably meant."""

from __future__ import annotations

from pathlib import Path

DEV = "dev"
STAGING = "staging"
PRODUCTION = "production"
TEST = "test"

_SPELLINGS = {
    "dev": DEV,
    "development": DEV,
    "local": DEV,
    "staging": STAGING,
    "prod": PRODUCTION,
    "production": PRODUCTION,
    "test": TEST,
}


def canonical(name: str) -> str:
    """The environment's one name: `dev`, `staging`, `production`, `test`; any other name is itself."""
    return _SPELLINGS.get(name.strip().lower(), name.strip())


def spellings(environment: str) -> tuple[str, ...]:
    """All names of an environment, its canonical name first."""
    return (environment, *(name for name, one in _SPELLINGS.items() if one == environment != name))


def is_ours(environment: str) -> bool:
    """Whether this canonical name is one that every project has."""
    return environment in _SPELLINGS.values()


def names_of_files(root: Path) -> set[str]:
    """The environments that the project's env files name, in canonical form."""
    names = {path.name.removeprefix(".env.").removesuffix(".local") for path in root.glob(".env.*") if path.is_file()}
    return {canonical(name) for name in names - {"local", "example", "sample", "template", "dist", "vault", "keys"}}


def probably_meant(name: str, known: set[str]) -> str | None:
    """The known name that this one is a slip of. `staging-2` and `prod_eu` are no slips: they say more, not less."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), sorted(known | set(_SPELLINGS)), n=1, cutoff=0.75)
    if not near or near[0] == name:
        return None
    says_more = name.lower().startswith(near[0]) and (name[len(near[0])] in "-_." or name[len(near[0])].isdigit())
    return None if says_more else canonical(near[0])
