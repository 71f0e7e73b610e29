-- a foreign table's columns change type, default, nullability and options, its check too; the view over it stands
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper corpus_wrapper;
create server corpus_server foreign data wrapper corpus_wrapper;
create foreign table people (
    id bigint options (key 'true') not null,
    name text options (remote 'FULL_NAME') collate "C" not null,
    age integer options (unit 'years'),
    born date,
    constraint age_sane check (age >= 0)
) server corpus_server options (file '/people.csv', delimiter ';');
create view adults as select id, name from people where age >= 18;
comment on foreign table people is 'over there';
comment on column people.name is 'trimmed';
grant select on people to nself_corpus_app;
