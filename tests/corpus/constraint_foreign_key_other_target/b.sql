-- The foreign key turns from one key of its parent to two others.
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
    constraint price_currency foreign key (currency_number) references public.currency (number),
    constraint price_currency_pair foreign key (currency, currency_number) references public.currency (code, number)
);
create table public.rate (
    source integer references public.currency (number),
    target text references public.currency (code),
    primary key (source, target)
);
