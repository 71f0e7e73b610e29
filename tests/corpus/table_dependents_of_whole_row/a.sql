create table public.stock (id integer primary key, name text not null, amount integer not null default 0);
create table public.stock_history (at timestamptz not null default now(), old public.stock);
create function public.keep_stock() returns trigger
    language plpgsql
    as $$ begin insert into public.stock_history (old) values (old); return new; end $$;
create trigger keep before update on public.stock for each row when (old.* is distinct from new.*) execute function public.keep_stock();
create view public.stock_json as select to_jsonb(s) as doc from public.stock s;
create index stock_text_idx on public.stock ((amount * 2));
