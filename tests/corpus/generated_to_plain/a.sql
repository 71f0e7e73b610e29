create table public.score (
    id integer primary key,
    points integer not null,
    passed boolean generated always as (points >= 50) stored,
    grade integer not null default 1
);
create view public.passed as select id from public.score where passed;
