create table public.draft (id integer primary key, body text not null);
create table public.final (id integer primary key, body text not null, printed date);
create view public.printed as select id from public.final where printed is not null;
create table public.remark (id integer primary key, final_id integer references public.final);
