-- Element types of arrays change under views and a function; one text column becomes an array.
create table public.survey (
    id integer primary key,
    score integer,
    marks bigint[],
    labels varchar(20)[] not null default array['none'],
    note text[]
);
create index survey_labels_idx on public.survey using gin (labels);
create view public.survey_marks as select id, cardinality(marks) as n from public.survey;
create function public.best(m bigint[]) returns bigint language sql immutable as 'select max(x) from unnest(m) x';
create view public.survey_best as select id, public.best(marks) as best from public.survey;
