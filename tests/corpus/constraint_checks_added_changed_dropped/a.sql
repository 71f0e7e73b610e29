create table public.reservation (
    id integer primary key,
    seats integer not null check (seats > 0),
    starts date not null,
    ends date not null,
    code text constraint code_form check (code ~ '^[A-Z]{3}$'),
    constraint period_order check (starts < ends),
    constraint seats_limit check (seats < 10)
);
comment on constraint period_order on public.reservation is 'no empty stays';
create view public.long_stay as select id from public.reservation where ends - starts > 7;
