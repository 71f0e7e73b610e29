create table public.note (id integer primary key, body text);
create table public.mail (sender text) inherits (public.note);
create table public.memo (due date) inherits (public.note);
