-- the roles of policies change; everything that named the leaver is gone
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
create table files (id integer primary key, path text not null);
alter table files enable row level security;
create policy read_all on files for select to nself_corpus_app, nself_corpus_admin using (true);
create policy read_some on files for select to nself_corpus_app using (path like '/pub/%');
create policy write_some on files for insert to public with check (true);
grant select on files to nself_corpus_app, nself_corpus_admin;
