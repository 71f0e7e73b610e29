create table public.event (id integer not null, kind text not null default 'any', day date not null, note text) partition by list (kind);
create table public.event_call partition of public.event for values in ('call');
create table public.event_mail partition of public.event (note default 'mailed') for values in ('mail');
create function public.seen() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger event_seen before insert on public.event_call for each row execute function public.seen();
create index event_call_note on public.event_call (note);
alter table public.event_mail add constraint event_mail_note check (note <> '');
comment on table public.event_mail is 'letters';
