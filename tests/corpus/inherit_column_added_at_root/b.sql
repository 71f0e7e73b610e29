-- The root gains a column with a default and a check; on the children it stands after their own.
create table public.note (id integer primary key, body text);
create table public.mail (sender text) inherits (public.note);
create table public.memo (due date) inherits (public.note);
alter table public.note add column priority integer not null default 1 constraint note_priority check (priority between 1 and 5);
comment on column public.mail.priority is 'of the mail';
