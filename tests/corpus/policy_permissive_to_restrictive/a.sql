do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
create table rows_of_tenant (id integer primary key, tenant integer not null, deleted boolean not null default false);
alter table rows_of_tenant enable row level security;
create policy tenant_only on rows_of_tenant to nself_corpus_app using (tenant = 1);
create policy not_deleted on rows_of_tenant using (not deleted);
create policy admin_all on rows_of_tenant to nself_corpus_admin using (true) with check (true);
comment on policy not_deleted on rows_of_tenant is 'soft delete';
