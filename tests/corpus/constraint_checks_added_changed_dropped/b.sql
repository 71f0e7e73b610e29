-- Checks come, go and change their expression under the same name, and a comment must stay.
create table public.reservation (
    id integer primary key,
    seats integer not null check (seats > 0),
    starts date not null,
    ends date not null,
    code text constraint code_form check (code ~ '^[A-Z]{2,3}$'),
    constraint period_order check (starts <= ends),
    constraint period_length check (ends - starts < 100)
);
comment on constraint period_order on public.reservation is 'no empty stays';
create view public.long_stay as select id from public.reservation where ends - starts > 7;
