-- A generated column becomes a plain one that keeps its values, and a plain one becomes generated.
create table public.score (
    id integer primary key,
    points integer not null,
    passed boolean,
    grade integer generated always as (1 + points / 20) stored
);
create view public.passed as select id from public.score where passed;
