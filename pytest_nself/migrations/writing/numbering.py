"""The next version, in the style of the one before: `004` after `003`, a timestamp after a timestamp."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_TIMES = {
    8: ("%Y%m%d", timedelta(days=1)),
    10: ("%Y%m%d%H", timedelta(hours=1)),
    12: ("%Y%m%d%H%M", timedelta(minutes=1)),
    14: ("%Y%m%d%H%M%S", timedelta(seconds=1)),
}
_UNIX_SECONDS, _UNIX_MILLISECONDS = 10, 13
_YEARS = range(1990, 2200)
_SOON = timedelta(days=366)


def timestamp(now: datetime) -> str:
    """`YYYYMMDDHHMMSS` in UTC."""
    return f"{now.astimezone(UTC):%Y%m%d%H%M%S}"


def next_version(newest: str, highest: int, now: datetime) -> str:
    """A version above `highest`, written as `newest` is. `now` has a time zone; versions that are times are in UTC."""
    unix = _unix_unit(newest, now)
    if unix is not None:
        return str(max(int(now.timestamp() * unix), highest + 1))
    style = _TIMES.get(len(newest))
    if style is not None and _moment(newest) is not None:
        form, unit = style
        present = f"{now.astimezone(UTC):{form}}"
        if int(present) > highest:
            return present
        latest = _moment(str(highest))
        if latest is not None and len(str(highest)) == len(newest):
            return f"{latest + unit:{form}}"
    return str(highest + 1).zfill(len(newest))


def _moment(version: str) -> datetime | None:
    """The time that a version writes out; None for a number that is none."""
    if len(version) not in _TIMES:
        return None
    try:
        moment = datetime.strptime(version, _TIMES[len(version)][0]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None


def _unix_unit(version: str, now: datetime) -> int | None:
    """How many of the version's units make a second, if it counts them since 1970."""
    unit = {_UNIX_SECONDS: 1, _UNIX_MILLISECONDS: 1000}.get(len(version))
    # 2026020307 is an hour of 2026, not a second of 2034.
    return unit if unit is not None and int(version) / unit <= (now + _SOON).timestamp() else None
