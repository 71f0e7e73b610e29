create function public.short_code() returns text language sql volatile as $$ select substr(md5('a'), 1, 8) $$;
create function public.tax(rate numeric) returns numeric language sql immutable as 'select rate * 2';
create table public.voucher (
    id integer primary key,
    code text not null default public.short_code(),
    tax numeric not null default public.tax(0.1),
    kept text default upper('kept')
);
create view public.voucher_code as select code from public.voucher;
