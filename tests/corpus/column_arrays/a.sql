create table public.survey (
    id integer primary key,
    score integer,
    marks integer[],
    labels text[] not null default '{}',
    note text
);
create index survey_labels_idx on public.survey using gin (labels);
create view public.survey_marks as select id, cardinality(marks) as n from public.survey;
create function public.best(m integer[]) returns integer language sql immutable as 'select max(x) from unnest(m) x';
create view public.survey_best as select id, public.best(marks) as best from public.survey;
