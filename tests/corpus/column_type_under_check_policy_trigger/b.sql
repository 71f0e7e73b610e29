-- "tenant" becomes bigint and "body" longer below a check, a policy, a trigger condition, a partial index, statistics and a rule.
create table public.message (
    id integer primary key,
    tenant bigint not null,
    body varchar(400) not null,
    constraint message_tenant_positive check (tenant > 0),
    constraint message_body_filled check (length(body) > 0)
);
alter table public.message enable row level security;
create policy of_tenant on public.message using (tenant = current_setting('app.tenant')::bigint);
create function public.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger on_tenant before update of tenant on public.message
    for each row when (new.tenant <> old.tenant) execute function public.stamp();
create index message_tenant_idx on public.message (tenant) where tenant > 10;
create statistics public.message_both (dependencies) on tenant, body from public.message;
create rule no_delete as on delete to public.message where old.tenant = 1 do instead nothing;
