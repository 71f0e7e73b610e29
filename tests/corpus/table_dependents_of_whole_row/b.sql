-- A column is dropped and another added below a whole-row trigger condition, a whole-row view and a column of the row type.
create table public.stock (id integer primary key, name text not null, price numeric(10, 2));
create table public.stock_history (at timestamptz not null default now(), old public.stock);
create function public.keep_stock() returns trigger
    language plpgsql
    as $$ begin insert into public.stock_history (old) values (old); return new; end $$;
create trigger keep before update on public.stock for each row when (old.* is distinct from new.*) execute function public.keep_stock();
create view public.stock_json as select to_jsonb(s) as doc from public.stock s;
create index stock_text_idx on public.stock ((price * 2));
