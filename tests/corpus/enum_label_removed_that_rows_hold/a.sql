create type public.fruit as enum ('apple', 'pear', 'plum');
create table public.basket (id integer primary key, fruit public.fruit not null);
create table public.recipe (id integer primary key, fruit public.fruit);
