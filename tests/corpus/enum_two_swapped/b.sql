-- The two enums have traded names; tables name the other one and keep their labels.
create type public.dog_state as enum ('asleep', 'awake');
create type public.cat_state as enum ('barking', 'silent');
create table public.cat (id integer primary key, state public.dog_state not null default 'asleep');
create table public.dog (id integer primary key, state public.cat_state not null default 'silent');
create view public.loud_dog as select id from public.dog where state = 'barking';
