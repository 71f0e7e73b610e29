-- needs: btree_gist
-- What must not overlap.
create table room (id integer primary key, name text not null unique check (name ~ '^[A-Z]\d{3}$'));
create table booking (
    id integer generated always as identity primary key,
    room_id integer not null references room,
    during tstzrange not null check (not isempty(during) and upper(during) - lower(during) <= interval '4 hours'),
    guests smallint not null check (guests between 1 and 12),
    constraint one_at_a_time exclude using gist (room_id with =, during with &&)
);
create table shift (
    worker integer not null check (worker > 0),
    starts timestamptz not null,
    ends timestamptz not null,
    cancelled boolean not null default false,
    constraint in_order check (ends > starts),
    constraint not_long check (ends - starts <= interval '12 hours'),
    constraint never_twice exclude using gist (worker with =, tstzrange(starts, ends) with &&) where (not cancelled)
);
create table tariff (
    product text not null check (product in ('power', 'gas')),
    valid daterange not null,
    price numeric(6, 3) not null check (price > 0),
    exclude using gist (product with =, valid with &&)
);
create table stay (
    id integer primary key,
    arrives date not null,
    leaves date not null,
    nights integer not null check (nights = leaves - arrives and nights between 1 and 21),
    exclude using gist (daterange(arrives, leaves, '[)') with &&)
);
create table parcel (id integer primary key, place box not null, exclude using gist (place with &&));
create table plot (id integer primary key, area circle not null, exclude using gist (area with &&));
create table ticket (number integer not null check (number between 1 and 9999), exclude using btree (number with =));
create table address (
    network cidr not null check (masklen(network) = 24),
    exclude using gist (network inet_ops with &&)
);
create table numbers_given (block int4range not null check (upper(block) - lower(block) = 10), exclude using gist (block with &&));
create table one_kind (
    cage integer not null, animal text not null check (animal in ('lion', 'zebra')),
    exclude using gist (cage with =, animal with <>)
);
