-- The functions that defaults call change signature and return type, so they must be dropped from under the defaults.
create function public.short_code(length integer default 8) returns varchar language sql volatile as $$ select substr(md5('a'), 1, length) $$;
create function public.tax(rate numeric) returns double precision language sql immutable as 'select (rate * 3)::double precision';
create table public.voucher (
    id integer primary key,
    code text not null default public.short_code(12),
    tax numeric not null default public.tax(0.1),
    kept text default upper('kept')
);
create view public.voucher_code as select code from public.voucher;
