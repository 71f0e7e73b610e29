create table public.person (id integer primary key, first text not null, last text not null);
create view public.person_name as select id, first || ' ' || last as name from public.person;
create function public.greeting(which integer) returns text language sql stable begin atomic select 'Hello ' || n.name from public.person_name n where n.id = which; end;
create view public.person_greeting as select id, public.greeting(id) as greeting from public.person;
create function public.all_greetings() returns setof public.person_greeting language sql stable as 'select * from public.person_greeting';
create table public.card (person_id integer references public.person, text text default public.greeting(1));
