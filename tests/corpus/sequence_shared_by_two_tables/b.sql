-- Two serial columns give up their own sequences for one that both share.
create sequence public.party_id as integer start 1000;
create table public.person (id integer default nextval('public.party_id') primary key, name text);
create table public.company (id integer default nextval('public.party_id') primary key, name text);
create view public.party as select id, name from public.person union all select id, name from public.company;
comment on sequence public.party_id is 'persons and companies';
