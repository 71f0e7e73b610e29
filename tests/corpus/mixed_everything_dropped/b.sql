-- Everything goes, and one lonely table comes in "public".
create table public.lonely (id integer primary key);
