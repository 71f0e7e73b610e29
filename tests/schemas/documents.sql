-- json and arrays under checks.
create table event (
    id uuid primary key default gen_random_uuid(),
    payload jsonb not null check (jsonb_typeof(payload) = 'object'),
    kinded jsonb not null check (kinded ->> 'kind' in ('click', 'view') and kinded ? 'at'),
    nested jsonb not null check ((nested -> 'user' ->> 'id')::integer > 0),
    listed jsonb not null check (jsonb_typeof(listed) = 'array' and jsonb_array_length(listed) between 1 and 5),
    keyed jsonb not null check (keyed ?& array['width', 'height'] and jsonb_typeof(keyed -> 'width') = 'number'),
    contained jsonb not null check (contained @> '{"version": 2}'),
    text_json json not null check (json_typeof(text_json) = 'object'),
    mailed jsonb not null check (mailed ->> 'email' ~ '^[^@]+@[^@]+$'),
    paths jsonb not null check (paths #>> '{a,b,c}' is not null),
    query jsonb not null check (query @? '$.items[*] ? (@ > 0)' or query @? '$.count'),
    sized jsonb not null check (pg_column_size(sized) < 2000 and sized <> '{}' and sized <> 'null'),
    optional jsonb check (optional is null or optional ->> 'name' <> ''),
    level integer not null,
    levelled jsonb not null,
    check ((levelled ->> 'level')::integer = level)
);
create type unit as enum ('g', 'kg', 't');
create table bag (
    id integer primary key,
    tags text[] not null check (cardinality(tags) between 1 and 10),
    three integer[] not null check (array_length(three, 1) = 3),
    subset text[] not null check (subset <@ array['a', 'b', 'c']),
    superset text[] not null check (superset @> array['must']),
    no_nulls text[] not null check (array_position(no_nulls, null) is null),
    no_empty text[] not null check ('' <> all (no_empty) and cardinality(no_empty) > 0),
    positive integer[] not null check (0 < all (positive)),
    units unit[] not null check (cardinality(units) >= 1 and units[1] <> 'kg'),
    pairs text[] not null check (array_ndims(pairs) = 1 and cardinality(pairs) % 2 = 0),
    vector real[] check (vector is null or array_length(vector, 1) = 4),
    amounts numeric(6, 2)[] check (array_length(amounts, 1) <= 2),
    one_dimension integer[] not null check (array_ndims(one_dimension) = 1 and array_lower(one_dimension, 1) = 1)
);
