-- Rules that need null somewhere, states that imply fields, and many columns in one check.
create type state as enum ('draft', 'open', 'shipped', 'closed', 'cancelled');
create table person (id integer primary key, name text not null check (name <> ''));
create table company (id integer primary key, name text not null check (length(name) > 1));
create table team (id integer primary key, lead integer references person, name text not null);
create table owner (
    id integer generated always as identity primary key,
    person_id integer references person,
    company_id integer references company,
    team_id integer references team,
    kind text not null check (kind in ('person', 'company', 'team')),
    constraint one_owner check (num_nonnulls(person_id, company_id, team_id) = 1),
    constraint kind_tells check (
        (kind = 'person' and person_id is not null) or (kind = 'company' and company_id is not null)
        or (kind = 'team' and team_id is not null)
    )
);
create table shipment (
    id bigint primary key check (id > 0),
    state state not null default 'draft',
    opened_at timestamptz,
    shipped_at timestamptz,
    closed_at timestamptz,
    cancelled_at timestamptz,
    reason text,
    tracking varchar(20),
    check (state <> 'open' or opened_at is not null),
    check (state <> 'shipped' or (shipped_at is not null and tracking is not null)),
    check ((state = 'closed') = (closed_at is not null)),
    check ((state = 'cancelled') = (cancelled_at is not null)),
    check ((cancelled_at is null) = (reason is null)),
    check (reason is null or length(reason) between 10 and 200),
    check (shipped_at is null or opened_at is null or shipped_at >= opened_at),
    check (closed_at is null or shipped_at is null or closed_at > shipped_at),
    check (tracking ~ '^[A-Z]{2}\d{9}[A-Z]{2}$')
);
create table contact (
    id serial primary key,
    email text,
    phone text,
    street text,
    city text,
    zip text,
    constraint reachable check (email is not null or phone is not null),
    constraint whole_address check (num_nulls(street, city, zip) in (0, 3)),
    constraint email_looks check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
    constraint zip_looks check (zip ~ '^[0-9]{4,5}$')
);
create table setting (
    name text primary key check (name ~ '^[a-z][a-z_.]*$'),
    type text not null,
    text_value text,
    number_value numeric,
    flag_value boolean,
    constraint value_of_type check (
        case type
            when 'text' then text_value is not null and number_value is null and flag_value is null
            when 'number' then number_value is not null and text_value is null and flag_value is null
            when 'flag' then flag_value is not null and text_value is null and number_value is null
            else false
        end
    )
);
create table poll (
    id integer primary key,
    a boolean not null, b boolean not null, c boolean not null, d boolean not null, e boolean not null,
    check (a::int + b::int + c::int + d::int + e::int = 2),
    check (not (a and b)),
    least_votes integer, most_votes integer, votes integer not null default 0 check (votes >= 0),
    check (least_votes is null or most_votes is null or least_votes <= most_votes),
    check (coalesce(least_votes, 0) <= votes and votes <= coalesce(most_votes, 1000000)),
    opens date, closes date, check ((opens is null) = (closes is null)), check (closes >= opens),
    deleted boolean not null default false, deleted_at timestamptz, check (deleted = (deleted_at is not null)),
    never text check (never is null)
);
create table wide (
    id integer primary key,
    c1 integer, c2 integer, c3 integer, c4 integer, c5 integer, c6 integer,
    c7 integer, c8 integer, c9 integer, c10 integer, c11 integer, c12 integer,
    check (c1 < c2 and c2 < c3 and c3 < c4 and c4 < c5 and c5 < c6),
    check (c7 = c1 + c2 or c7 = c2 + c3),
    check (c8 between c3 and c6),
    check (num_nonnulls(c9, c10, c11, c12) >= 3),
    check (c9 is null or c9 <> c10),
    check (c11 is null or c11 in (c1, c2, c3)),
    check (greatest(c1, c2, c3, c4, c5, c6) < 1000)
);
