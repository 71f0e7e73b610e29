-- UP
alter table public.customers
    add column phone text,
    add column notes text not null default '',
    add constraint customers_phone_check check (phone ~ '^\+[0-9 ]{5,20}$');

create index customers_name_idx on public.customers (tenant_id, lower(name));

-- DOWN
drop index public.customers_name_idx;

alter table public.customers
    drop constraint customers_phone_check,
    drop column notes,
    drop column phone;
