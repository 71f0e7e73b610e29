create table public.tariff (id integer primary key, name text not null, cents integer not null, gone text);
create function public.tariff_cents(which integer) returns integer
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
