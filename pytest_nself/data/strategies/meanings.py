"""Values by meaning: what a column's name says about its values, where its type leaves it open."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from random import Random
from string import ascii_lowercase, ascii_uppercase

from pytest_nself.data.shape.model import Column, Table

from .kinds import ENDLESS, Kind, base36, listed, numbered
from .stream import Values, below
from .types import is_text, numeric, whole
from .words import words

_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_PERSONS = frozenset("user users person people author customer employee member contact account patient student".split())  # noqa: SIM905
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8", "money"})


def meaning_of(column: Column, table: Table) -> Kind | None:
    """What the name promises, as far as the type has room for it; None where it promises nothing."""
    parts = tuple(part.lower() for part in _PART.findall(column.name))
    if not parts:
        return None
    plain = column.type.plain
    if plain.name in _NUMBERS and plain.schema == "pg_catalog":
        return _number(parts, plain.name, plain.precision)
    if not is_text(plain) or plain.name in ("char", "name"):
        return None
    name = _text_meaning(parts, table, plain.length)
    if name is None:
        return None
    kind, longest = _texts()[name]
    return kind if plain.length is None or longest <= plain.length else None


def time_rank(name: str) -> int:
    """0 for what begins (`created_at`, `start`), 2 for what ends or follows (`updated_at`, `until`), else 1."""
    parts = {part.lower() for part in _PART.findall(name)}
    if parts & _LATER:
        return 2
    return 0 if parts & _FIRST else 1


_FIRST = frozenset("created inserted start starts started begin begins began from opened since registered joined valid effective born birth birthdate dob ordered issued placed added requested submitted scheduled".split())  # noqa: SIM905, E501 # fmt: skip
_LATER = frozenset("updated modified changed end ends ended finish finished finishes to until till expires expired expiry expiration closed deleted archived completed resolved cancelled canceled revoked returned delivered shipped due thru through last removed processed paid left".split())  # noqa: SIM905, E501 # fmt: skip
_RARE = frozenset("deleted archived cancelled canceled revoked removed disabled suspended discarded".split())  # noqa: SIM905


def is_rare(name: str) -> bool:
    """Whether most rows have nothing there (`deleted_at`)."""
    return bool({part.lower() for part in _PART.findall(name)} & _RARE)


def _number(parts: tuple[str, ...], type_: str, precision: tuple[int, int] | None) -> Kind | None:
    last = parts[-1]
    known = set(parts)
    fraction = type_ in ("numeric", "float4", "float8", "money")
    room = 10 ** min(9, precision[0] - precision[1]) if precision else 32_000 if type_ == "int2" else 1_000_000_000
    if last in ("latitude", "lat"):
        return _fractions(-90, 90, precision) if fraction and room > 90 else None
    if last in ("longitude", "lon", "lng", "long"):
        return _fractions(-180, 180, precision) if fraction and room > 180 else None
    if known & {"percent", "percentage", "pct", "rate", "ratio", "probability", "confidence", "score", "discount"}:
        return (
            _fractions(0, 1, precision)
            if fraction and (precision is None or precision[1] > 0)
            else whole(min(room, 100), 99)
        )
    if last in ("age",) and room > 99:
        return numbered(lambda number: str(18 + number), 80, 60)
    if last == "year" and room > 3000:
        return numbered(lambda number: str(1990 + number), 1000, 40)
    if last == "month" and room > 12:
        return whole(12, 12)
    if last in (
        "quantity",
        "qty",
        "count",
        "stock",
        "position",
        "priority",
        "rank",
        "level",
        "weight",
        "rating",
        "stars",
    ):
        top = 5 if last in ("rating", "stars") else 100
        return whole(min(room, 1 << 30) - 1, top) if not fraction else None
    if known & {"price", "amount", "total", "subtotal", "cost", "fee", "balance", "salary", "revenue", "tax"}:
        if type_ in ("int2", "int4", "int8"):
            return whole(room - 1, 10_000 if room > 100_000 else 100)
        return numeric(*(precision or (12, 2))) if type_ == "numeric" else None
    return None


def _fractions(low: int, high: int, precision: tuple[int, int] | None) -> Kind:
    digits = min(6, precision[1]) if precision else 6

    def draw(random: Random, rows: range) -> Values:
        once, width = random.random, high - low
        return [f"{low + once() * width:.{digits}f}" for _ in rows]

    steps = (high - low) * 10**digits
    return Kind(draw, lambda number: f"{low + number / 10**digits:.{digits}f}", steps)


def _text_meaning(parts: tuple[str, ...], table: Table, length: int | None) -> str | None:
    last, known, joined = parts[-1], set(parts), "_".join(parts)
    if "email" in known or "mail" in known or joined.endswith("e_mail"):
        return "email"
    for name, wanted in _NAMES:
        if joined == name or joined.endswith("_" + name):
            if wanted == "country" and length is not None and length <= 3:
                return "country_code" if length == 2 else "country_code3"
            return wanted
    if last == "name":
        owner = {part.lower() for part in _PART.findall(table.ref.name)}
        return "person" if (owner & _PERSONS and len(parts) == 1) or {"full", "display"} & known else "name"
    return _LAST.get(last)


_NAMES: Sequence[tuple[str, str]] = (
    ("first_name", "first_name"), ("given_name", "first_name"), ("firstname", "first_name"),
    ("last_name", "last_name"), ("family_name", "last_name"), ("surname", "last_name"), ("lastname", "last_name"),
    ("middle_name", "first_name"), ("user_name", "username"), ("username", "username"), ("nickname", "username"),
    ("full_name", "person"), ("display_name", "person"), ("host_name", "domain"), ("domain_name", "domain"),
    ("file_name", "file"), ("filename", "file"), ("company_name", "company"), ("city", "city"), ("town", "city"),
    ("country_code", "country_code"), ("country", "country"), ("state", "state_name"), ("province", "state_name"),
    ("time_zone", "zone"), ("timezone", "zone"), ("user_agent", "agent"), ("useragent", "agent"),
    ("content_type", "mime"), ("mime_type", "mime"), ("mimetype", "mime"), ("ip_address", "ip"), ("zip_code", "zip"),
    ("postal_code", "zip"), ("postcode", "zip"), ("street", "street"), ("street_address", "street"),
    ("address_line1", "street"), ("address1", "street"), ("job_title", "job"), ("password_hash", "digest"),
    ("phone_number", "phone"),
)  # fmt: skip
_LAST: Mapping[str, str] = {
    "phone": "phone", "mobile": "phone", "telephone": "phone", "tel": "phone", "fax": "phone",
    "url": "url", "uri": "url", "website": "url", "link": "url", "homepage": "url", "href": "url", "webhook": "url",
    "slug": "slug", "handle": "username", "login": "username", "title": "title", "subject": "title",
    "headline": "title", "label": "title", "caption": "title", "description": "sentence", "body": "sentence",
    "content": "sentence", "comment": "sentence", "bio": "sentence", "note": "sentence", "notes": "sentence",
    "summary": "sentence", "message": "sentence", "excerpt": "sentence", "reason": "sentence", "text": "sentence",
    "zip": "zip", "address": "street", "company": "company", "organization": "company", "organisation": "company",
    "vendor": "company", "currency": "currency", "locale": "locale", "lang": "language", "language": "language",
    "path": "path", "color": "color", "colour": "color", "token": "digest", "hash": "digest", "digest": "digest",
    "checksum": "digest", "fingerprint": "digest", "sha256": "digest", "domain": "domain", "host": "domain",
    "hostname": "domain", "job": "job", "occupation": "job", "ip": "ip", "sku": "sku", "author": "person",
}  # fmt: skip


@cache
def _texts() -> Mapping[str, tuple[Kind, int]]:
    """By meaning: the kind, and how long its values get."""
    first, last, some = words("first_names"), words("last_names"), words("words")
    small_first, small_last = [one.lower() for one in first], [one.lower() for one in last]
    zones = ("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Sydney")
    codes = ("DE", "FR", "GB", "US", "JP", "BR", "IN", "ZA", "CA", "AU", "SE", "PL")
    codes3 = ("DEU", "FRA", "GBR", "USA", "JPN", "BRA", "IND", "ZAF", "CAN", "AUS", "SWE", "POL")
    types = ("text/plain", "text/html", "image/png", "image/jpeg", "application/json", "application/pdf")
    return {
        "email": (_joined([small_first, small_last], "{0}.{1}@example.com", "{0}.{1}.{n}@example.com"), 48),
        "first_name": (_suffixed(first), 24),
        "last_name": (_suffixed(last), 24),
        "person": (_joined([first, last], "{0} {1}", "{0} {1} {n}"), 36),
        "username": (_joined([small_first, some], "{0}_{1}", "{0}_{1}{n}"), 36),
        "name": (_joined([[one.title() for one in some], some], "{0} {1}", "{0} {1} {n}"), 34),
        "company": (_suffixed(words("companies")), 40),
        "city": (_suffixed(words("cities")), 32),
        "country": (_suffixed(words("countries")), 36),
        "country_code": (_few(codes, 2), 2),
        "country_code3": (_few(codes3, 3), 3),
        "state_name": (_suffixed(words("states")), 32),
        "street": (_joined([words("streets")], "{r} {0}", "{n} {0}"), 36),
        "zip": (numbered(lambda number: f"{10_000 + number}", 90_000, 80_000), 5),
        "phone": (numbered(lambda number: f"+1555{number:07d}", 10**7, 10**7), 12),
        "url": (_joined([some], "https://example.com/{0}", "https://example.com/{0}/{n}"), 43),
        "slug": (_joined([some, some], "{0}-{1}", "{0}-{1}-{n}"), 36),
        "title": (_joined([words("catch_phrases")], "{0}", "{0} {n}"), 60),
        "sentence": (_joined([words("sentences")], "{0}", "{0} {n}"), 110),
        "job": (_suffixed(words("jobs")), 44),
        "currency": (_few(("EUR", "USD", "GBP", "JPY", "CHF", "SEK", "CAD", "AUD"), 3), 3),
        "locale": (_suffixed(("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "ja_JP")), 17),
        "language": (_few(("en", "de", "fr", "es", "ja", "pt"), 2), 2),
        "zone": (_suffixed(zones), 28),
        "agent": (_suffixed(words("user_agents")), 180),
        "mime": (_suffixed(types), 28),
        "file": (_joined([some], "{0}.txt", "{0}-{n}.txt"), 28),
        "path": (_joined([some], "/{0}", "/{0}/{n}"), 25),
        "color": (_suffixed(words("colors")), 32),
        "digest": (_digests(), 64),
        "domain": (_joined([some], "{0}.example.com", "{0}-{n}.example.com"), 36),
        "ip": (numbered(lambda n: f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", 1 << 24, 1 << 24), 14),
        "sku": (numbered(lambda number: f"SKU-{number:08d}", 10**8, 10**6), 12),
    }


def _suffixed(values: Sequence[str]) -> Kind:
    """One of the values; where they must differ, with a number."""
    return _joined([values], "{0}", "{0} {n}")


def _few(values: Sequence[str], width: int) -> Kind:
    """One of the values; where they must differ, any letters of that many."""

    taken = set(values)
    letters = ascii_uppercase if values[0].isupper() else ascii_lowercase
    every = [*values, *(text for one in product(letters, repeat=width) if (text := "".join(one)) not in taken)]
    return Kind(listed(values).draw, every.__getitem__, len(every))


def _joined(parts: Sequence[Sequence[str]], usual: str, apart: str) -> Kind:
    """Words of one or two lists put together by a format; `{n}` is the row's own number, `{r}` any."""
    usual_format, apart_format = _compiled(usual, parts), _compiled(apart, parts)

    def draw(random: Random, rows: range) -> Values:
        return usual_format(below(random, _ANY, len(rows)), range(1, len(rows) + 1) if "{r}" in usual else rows)

    def distinct(random: Random, rows: range) -> Values:
        return apart_format(below(random, _ANY, len(rows)), rows)

    def nth(number: int) -> str:
        return apart_format([number % _ANY], range(number, number + 1))[0] or ""

    return Kind(draw, nth, ENDLESS, distinct)


_ANY = 1 << 20
"""One number chooses from two lists."""


def _compiled(template: str, parts: Sequence[Sequence[str]]) -> Callable[[Sequence[int], range], Values]:
    """The format as one comprehension over numbers: `str.format` for each row would take three times as long."""
    text = template.replace("{r}", "{n}")
    first, known = parts[0], len(parts[0])
    if "{1}" in text:
        second, others = parts[1], len(parts[1])
        before, middle, after = re.split(r"\{[01]\}", text)
        left, _, right = after.partition("{n}")
        if "{n}" in after:
            return lambda drawn, rows: [
                f"{before}{first[one % known]}{middle}{second[one // known % others]}{left}{n}{right}"
                for one, n in zip(drawn, rows, strict=True)
            ]
        return lambda drawn, rows: [
            f"{before}{first[one % known]}{middle}{second[one // known % others]}{after}" for one in drawn
        ]
    if "{n}" in text:
        return lambda drawn, rows: [
            text.replace("{0}", first[one % known]).replace("{n}", str(n)) for one, n in zip(drawn, rows, strict=True)
        ]
    before, after = text.split("{0}")
    if not before and not after:
        return lambda drawn, rows: [first[one % known] for one in drawn]
    return lambda drawn, rows: [f"{before}{first[one % known]}{after}" for one in drawn]


def _digests() -> Kind:
    def draw(random: Random, rows: range) -> Values:
        data = random.randbytes(32 * len(rows)).hex()
        return [data[at : at + 64] for at in range(0, 64 * len(rows), 64)]

    return Kind(draw, lambda number: f"{base36(number):0>64}", ENDLESS, draw)
