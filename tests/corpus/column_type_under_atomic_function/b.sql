-- A column changes type and another goes under a function and a procedure with parsed (begin atomic) bodies.
create table public.tariff (id integer primary key, name text not null, cents bigint not null);
create function public.tariff_cents(which integer) returns bigint
    language sql stable
    begin atomic
        select t.cents from public.tariff t where t.id = which;
    end;
create procedure public.raise_tariff(which integer, by integer)
    language sql
    begin atomic
        update public.tariff set cents = cents + by where id = which;
    end;
create view public.tariff_view as select id, public.tariff_cents(id) as cents from public.tariff;
