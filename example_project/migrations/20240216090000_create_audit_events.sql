-- One partition per year; the default partition takes what no year is there for.
-- The app role may add and read events, never change them.

-- UP
create table public.audit_events (
    id bigint generated always as identity,
    tenant_id uuid not null references public.tenants (id) on delete cascade,
    happened_at timestamptz not null default now(),
    kind text not null,
    subject uuid not null,
    details jsonb not null default '{}',
    primary key (happened_at, id)
) partition by range (happened_at);

create table public.audit_events_2024 partition of public.audit_events
for values from ('2024-01-01 00:00:00+00') to ('2025-01-01 00:00:00+00');

create table public.audit_events_2025 partition of public.audit_events
for values from ('2025-01-01 00:00:00+00') to ('2026-01-01 00:00:00+00');

create table public.audit_events_other partition of public.audit_events default;

create index audit_events_tenant_idx on public.audit_events (tenant_id, subject);

create function public.record_order_event() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        insert into public.audit_events (tenant_id, kind, subject, details)
        values (new.tenant_id, 'order placed', new.id, pg_catalog.jsonb_build_object('number', new.number));
    elsif new.status is distinct from old.status then
        insert into public.audit_events (tenant_id, kind, subject, details)
        values (
            new.tenant_id,
            'order ' || new.status::text,
            new.id,
            pg_catalog.jsonb_build_object('from', old.status, 'to', new.status)
        );
    end if;
    return null;
end
$$;

create trigger orders_record_event
after insert or update on public.orders
for each row execute function public.record_order_event();

grant select, insert on public.audit_events to shop_app;

-- DOWN
drop trigger orders_record_event on public.orders;
drop function public.record_order_event();
drop table public.audit_events;
