-- The table was renamed by hand once: constraints, sequence and index still carry its old name.
create table public.person (id serial primary key, name text not null check (name <> ''), boss_id integer references public.person);
create index person_name_idx on public.person (name);
create table public.visit (person_id integer not null references public.person, day date not null);
alter table public.person rename to human;
