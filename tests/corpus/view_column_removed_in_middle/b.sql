-- the view patient_list loses its middle column; its grants, comments, column default and dependents stand again afterwards
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_writer; exception when duplicate_object or unique_violation then null; end $$;
create table patients (
    id integer primary key,
    name text not null,
    nickname text,
    born date not null,
    ward text not null default 'A'
);
create view patient_list as select id, name, born, ward from patients;
alter view patient_list alter column ward set default 'B';
comment on view patient_list is 'what the nurses see';
comment on column patient_list.born is 'day of birth';
grant select on patient_list to nself_corpus_reader;
grant insert (id, name), update (ward) on patient_list to nself_corpus_writer;
create view ward_sizes as select ward, count(*) as patients from patient_list group by ward;
comment on view ward_sizes is 'patients by ward';
grant select on ward_sizes to nself_corpus_reader;
create function patients_in(which text) returns bigint
    language sql stable
    begin atomic
        select coalesce(sum(patients), 0)::bigint from ward_sizes where ward = which;
    end;
