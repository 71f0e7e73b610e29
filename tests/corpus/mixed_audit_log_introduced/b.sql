-- A generic audit comes: schema, enum, partitioned log, trigger function and triggers on the old tables.
create schema audit;
create type audit.operation as enum ('insert', 'update', 'delete');
create table audit.log (
    id bigint not null default 0,
    at timestamptz not null default now(),
    table_name regclass not null,
    operation audit.operation not null,
    old_row jsonb,
    new_row jsonb,
    constraint log_rows check ((operation = 'insert') = (old_row is null)),
    primary key (id, at)
) partition by range (at);
create sequence audit.log_id owned by audit.log.id;
alter table audit.log alter column id set default nextval('audit.log_id');
create table audit.log_rest partition of audit.log default;
create index log_of_table on audit.log (table_name, at desc);
create function audit.record() returns trigger
    language plpgsql security definer set search_path = ''
    as $$
begin
    insert into audit.log (table_name, operation, old_row, new_row)
    values (tg_relid, lower(tg_op)::audit.operation, case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
    return null;
end $$;
create table public.invoice (id integer primary key, cents integer not null);
create table public.payment (id integer primary key, invoice_id integer not null references public.invoice, cents integer not null);
create trigger audit after insert or update or delete on public.invoice for each row execute function audit.record();
create trigger audit after insert or update or delete on public.payment for each row execute function audit.record();
create view public.balance as select i.id, i.cents - coalesce(sum(p.cents), 0) as cents from public.invoice i left join public.payment p on p.invoice_id = i.id group by i.id;
create view audit.recent as select table_name::text as table_name, operation, at from audit.log where at > now() - interval '1 day';
