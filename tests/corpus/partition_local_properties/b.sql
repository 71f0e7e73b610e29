-- Defaults, not null, checks, indexes, triggers, options and comments that belong to single partitions change.
create table public.event (id integer not null, kind text not null default 'any', day date not null, note text) partition by list (kind);
create table public.event_call partition of public.event (kind default 'call', note not null) for values in ('call') with (fillfactor = 70);
create table public.event_mail partition of public.event for values in ('mail');
create function public.seen() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger event_seen before insert on public.event_mail for each row execute function public.seen();
create unique index event_call_note on public.event_call (note, day);
alter table public.event_call add constraint event_call_day check (day > '2000-01-01');
alter table public.event_mail replica identity full;
comment on table public.event_call is 'calls';
