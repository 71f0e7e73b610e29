-- ids become bigint under policies that read them, on this table and on another
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table tenants (id bigint primary key, name text not null);
create table invoices (id bigint primary key, tenant_id bigint not null references tenants, total numeric not null);
create table lines (invoice_id bigint not null references invoices, text text not null);
alter table invoices enable row level security;
alter table lines enable row level security;
create policy by_tenant on invoices to nself_corpus_app
    using (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint)
    with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
create policy by_invoice on lines to nself_corpus_app
    using (exists (select 1 from invoices i where i.id = lines.invoice_id and i.tenant_id > 0));
comment on policy by_tenant on invoices is 'one tenant at a time';
grant select on invoices, lines to nself_corpus_app;
