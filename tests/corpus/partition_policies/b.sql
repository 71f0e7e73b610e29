-- Row-level security and policies of the root and of single partitions change each for itself.
do $$ begin
    create role nself_corpus_tenant;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.doc (id integer not null, tenant text not null, body text) partition by list (tenant);
create table public.doc_a partition of public.doc for values in ('a');
create table public.doc_b partition of public.doc for values in ('b');
alter table public.doc enable row level security;
alter table public.doc force row level security;
create policy own on public.doc to nself_corpus_tenant using (tenant = current_setting('app.tenant', true));
alter table public.doc_b enable row level security;
create policy own_b on public.doc_b as restrictive for update to nself_corpus_tenant using (tenant = 'b') with check (body <> '');
grant select on public.doc to nself_corpus_tenant;
grant update (body) on public.doc_b to nself_corpus_tenant;
