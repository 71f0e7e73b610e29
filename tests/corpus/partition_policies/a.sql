do $$ begin
    create role nself_corpus_tenant;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.doc (id integer not null, tenant text not null, body text) partition by list (tenant);
create table public.doc_a partition of public.doc for values in ('a');
create table public.doc_b partition of public.doc for values in ('b');
alter table public.doc enable row level security;
create policy own on public.doc for select to nself_corpus_tenant using (tenant = current_setting('app.tenant'));
alter table public.doc_a enable row level security;
create policy own_a on public.doc_a using (tenant = 'a');
grant select on public.doc to nself_corpus_tenant;
