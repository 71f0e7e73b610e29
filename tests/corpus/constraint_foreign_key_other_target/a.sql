create table public.currency (
    code text not null,
    number integer not null,
    constraint currency_pk primary key (code),
    constraint currency_number unique (number),
    constraint currency_pair unique (code, number)
);
create table public.price (
    id integer primary key,
    currency text not null,
    currency_number integer not null,
    constraint price_currency foreign key (currency) references public.currency (code)
);
create table public.rate (
    source integer references public.currency (number),
    target text references public.currency (code),
    primary key (source, target)
);
