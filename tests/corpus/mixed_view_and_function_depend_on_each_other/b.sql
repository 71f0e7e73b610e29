-- The order turns round: the view over the function comes first now, and the function returns rows of the other view.
create table public.person (id integer primary key, first text not null, last text not null);
create function public.greeting(whom text) returns text language sql stable begin atomic select 'Hello ' || whom; end;
create view public.person_greeting as select id, public.greeting(first) as greeting from public.person;
create view public.person_name as select p.id, p.first || ' ' || p.last as name, g.greeting from public.person p join public.person_greeting g on g.id = p.id;
create function public.all_greetings() returns setof public.person_name language sql stable as 'select * from public.person_name';
create table public.card (person_id integer references public.person, text text default public.greeting('you'));
