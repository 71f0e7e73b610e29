-- A generated column becomes a plain one that keeps its values, and a plain one becomes generated.
create table public.score (
    id integer primary key,
    points integer not null,
    passed boolean
);
create table public.exam (
    id integer primary key,
    points integer not null,
    grade integer generated always as (1 + points / 20) stored
);
create index exam_grade on public.exam (grade);
create view public.passed as select s.id, e.grade from public.score s join public.exam e on e.id = s.id where s.passed;
