create table public.country (code char(2) primary key, name text not null);
create table public.region (id integer primary key, country char(2) not null references public.country);
create table public.city (id integer primary key, name text not null, region_id integer not null references public.region);
create function public.region_of(c public.city) returns public.region
    language sql stable
    as 'select r.* from public.region r where r.id = c.region_id';
create view public.city_country as
    select c.name, r.country from public.city c join public.region r on r.id = c.region_id;
create view public.country_size as select country, count(*) as cities from public.city_country group by country;
