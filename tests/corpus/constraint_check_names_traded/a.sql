create table public.gauge (
    id integer primary key,
    low integer,
    high integer,
    constraint first_rule check (low > 0),
    constraint second_rule check (high < 100),
    constraint third_rule unique (low),
    constraint fourth_rule unique (high)
);
