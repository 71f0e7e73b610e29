create type public."Étage" as enum ('', ' ', 'it''s', 'a "b"', 'NULL', 'x,y', '{z}', 'back\slash');
create table public."Maison" (id integer primary key, "Étage" public."Étage" default 'it''s', list public."Étage"[] default array['x,y', 'NULL']::public."Étage"[]);
create view public."Vue" as select id from public."Maison" where "Étage" = 'a "b"';
