-- Labels full of quotes, spaces, commas and umlauts are inserted between such labels.
create type public."Étage" as enum ('Überall', '', ' ', 'it''s', 'it''''s', 'a "b"', 'NULL', 'x,y', '{z}', 'back\slash', 'select', 'a label of exactly sixty-three bytes, the longest there can be.');
create table public."Maison" (id integer primary key, "Étage" public."Étage" default 'it''''s', list public."Étage"[] default array['x,y', 'NULL', 'Überall']::public."Étage"[]);
create view public."Vue" as select id from public."Maison" where "Étage" = 'a "b"';
