create table public.setting (key text primary key, value text);
create function public.get_setting(k text) returns text language sql stable as $$ select value from public.setting where key = k $$;
create function public.setting_or(k text, fallback text) returns text language plpgsql stable as $$ begin return coalesce(public.get_setting(k), fallback); end $$;
create view public.theme as select public.setting_or('theme', 'light') as theme;
create table public.page (id integer primary key, theme text not null default public.setting_or('theme', 'light'));
create function public.count_pages() returns bigint language plpgsql stable as $$ declare n bigint; begin execute 'select count(*) from public.page' into n; return n; end $$;
