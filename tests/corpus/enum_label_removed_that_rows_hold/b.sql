-- The label "plum" goes although a row holds it.
create type public.fruit as enum ('apple', 'pear');
create table public.basket (id integer primary key, fruit public.fruit not null);
create table public.recipe (id integer primary key, fruit public.fruit);
