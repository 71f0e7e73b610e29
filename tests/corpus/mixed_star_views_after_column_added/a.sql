create table public.base (id integer primary key, a text);
create view public.star as select * from public.base;
create view public.joined as select s.*, b.a as again from public.star s join public.base b using (id);
create view public.counted as select a, count(*) as n from public.joined group by a;
create function public.stars() returns setof public.star language sql stable as 'select * from public.star';
