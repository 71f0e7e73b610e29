-- Two checks and two unique constraints have traded their names.
create table public.gauge (
    id integer primary key,
    low integer,
    high integer,
    constraint second_rule check (low > 0),
    constraint first_rule check (high < 100),
    constraint fourth_rule unique (low),
    constraint third_rule unique (high)
);
