-- Tables and functions that are named only inside string bodies are replaced; SQL bodies are checked at creation, so order matters.
create table public.preference (name text primary key, value jsonb);
create function public.get_preference(n text) returns jsonb language sql stable as $$ select value from public.preference where name = n $$;
create function public.setting_or(k text, fallback text) returns text language plpgsql stable as $$ begin return coalesce(public.get_preference(k) #>> '{}', fallback); end $$;
create view public.theme as select public.setting_or('theme', 'dark') as theme;
create table public.page (id integer primary key, theme text not null default public.setting_or('theme', 'dark'));
create function public.count_pages() returns bigint language plpgsql stable as $$ declare n bigint; begin execute 'select count(*) from public.page where theme is not null' into n; return n; end $$;
