-- Numbers, dates and times that stand in some relation to each other.
create schema money;
create domain money.amount as numeric(12, 2) check (value >= 0);
create domain money.price as money.amount check (value > 0 and value < 100000);
create domain money.percent as smallint check (value between 0 and 100) not null;
create domain money.currency as char(3) default 'EUR' check (value in ('EUR', 'USD', 'CHF', 'GBP'));
create table money.invoice (
    id bigserial primary key,
    net money.price not null,
    tax money.amount not null,
    gross money.amount not null check (gross = net + tax),
    discount money.percent,
    paid money.amount not null default 0,
    currency money.currency not null,
    issued_on date not null check (issued_on >= '2020-01-01'),
    due_on date not null,
    paid_at timestamptz,
    constraint due_after_issue check (due_on > issued_on and due_on <= issued_on + 90),
    constraint not_overpaid check (paid <= gross),
    constraint paid_means_time check ((paid = gross) = (paid_at is not null)),
    constraint paid_later check (paid_at is null or paid_at >= issued_on)
);
create table money.line (
    invoice_id bigint not null references money.invoice on delete cascade,
    number smallint not null check (number > 0),
    quantity integer not null check (quantity between 1 and 1000),
    unit_price money.price not null,
    total numeric(14, 2) generated always as (quantity * unit_price) stored,
    weight real check (weight > 0 and weight < 'Infinity'),
    ratio double precision check (ratio > 0.5 and ratio <= 0.75),
    primary key (invoice_id, number),
    check (total <= 50000)
);
create table money.measure (
    id integer primary key check (id > 0),
    low integer not null,
    middle integer not null,
    high integer not null,
    check (low < middle),
    check (middle < high),
    check (high - low <= 100),
    step integer not null check (step % 5 = 0 and step > 0),
    odd integer not null check (odd % 2 = 1),
    power bigint not null check (power in (1, 2, 4, 8, 16, 32, 64, 128)),
    big bigint not null check (big > 10000000000),
    small smallint not null check (small between -5 and -1),
    exact numeric(5, 4) not null check (exact between 0.1 and 0.1999),
    latitude numeric(8, 6) not null check (latitude between -90 and 90),
    longitude numeric(9, 6) not null check (longitude between -180 and 180),
    share numeric not null check (share > 0 and share < 1),
    tiny numeric(20, 12) not null check (tiny > 0 and tiny < 0.0001),
    inverse numeric not null check (1 / inverse > 0.1),
    even_sum integer not null,
    check ((even_sum + step) % 2 = 0),
    a integer not null, b integer not null, c integer not null, d integer not null,
    check (a + b + c + d = 100),
    check (a >= 0 and b >= 0 and c >= 0 and d >= 0),
    check (a <= b)
);
create table money.calendar (
    day date primary key check (extract(isodow from day) = 1),
    month date not null check (month = date_trunc('month', month)),
    year smallint not null check (year between 1990 and 2100),
    quarter smallint not null check (quarter in (1, 2, 3, 4)),
    opens time not null check (opens >= '06:00'),
    closes time not null,
    pause interval not null check (pause > '0'::interval and pause <= '2 hours'),
    begins timestamptz not null,
    ends timestamptz not null,
    born date check (born < current_date - 6000 and born > '1900-01-01'),
    seen timestamp not null check (seen <= now()),
    expires timestamptz not null check (expires > '2020-01-01 00:00:00+00'),
    constraint open_hours check (closes > opens),
    constraint in_order check (ends > begins and ends - begins <= interval '8 hours'),
    constraint same_day check ((begins at time zone 'UTC')::date = (ends at time zone 'UTC')::date),
    constraint quarter_of_month check (quarter = extract(quarter from month)),
    constraint year_of_month check (year = extract(year from month))
);
create table money.rate (
    source money.currency not null,
    target money.currency not null,
    rate numeric(12, 6) not null check (rate > 0),
    valid daterange not null check (not isempty(valid) and lower(valid) is not null),
    share numrange check (share <@ '[0,1]'::numrange),
    spans int4multirange check (not isempty(spans) and upper(spans) <= 1000),
    check (source <> target),
    unique (source, target, valid)
);
