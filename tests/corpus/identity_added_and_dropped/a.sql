create table public.entry (id integer primary key, body text);
create table public.remark (id integer generated always as identity primary key, body text);
create view public.entry_body as select id, body from public.entry;
comment on column public.remark.id is 'numbered';
