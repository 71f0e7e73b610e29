create table public.unit (
    id integer generated always as identity,
    code text not null,
    name text not null,
    constraint unit_pkey primary key (id),
    constraint unit_code_key unique (code)
);
create table public.stock (
    id integer constraint stock_pk primary key,
    unit_code text not null,
    constraint stock_unit_fk foreign key (unit_code) references public.unit (code) on update cascade
);
create table public.order_line (
    id integer primary key,
    unit_id integer not null references public.unit
);
