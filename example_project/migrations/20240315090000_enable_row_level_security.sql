-- A session works for one tenant: app.tenant_id, set for the transaction. Without it, no row is visible.
-- FORCE: the policies hold for the owner of the tables too.
-- The scalar sub-select lets PostgreSQL look the setting up once per statement instead of once per row.

-- UP
alter table public.tenants enable row level security;
alter table public.tenants force row level security;
create policy tenant_isolation on public.tenants
using (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.memberships enable row level security;
alter table public.memberships force row level security;
create policy tenant_isolation on public.memberships
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.products enable row level security;
alter table public.products force row level security;
create policy tenant_isolation on public.products
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.product_prices enable row level security;
alter table public.product_prices force row level security;
create policy tenant_isolation on public.product_prices
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.customers enable row level security;
alter table public.customers force row level security;
create policy tenant_isolation on public.customers
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.orders enable row level security;
alter table public.orders force row level security;
create policy tenant_isolation on public.orders
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.order_items enable row level security;
alter table public.order_items force row level security;
create policy tenant_isolation on public.order_items
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.payments enable row level security;
alter table public.payments force row level security;
create policy tenant_isolation on public.payments
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table public.audit_events enable row level security;
alter table public.audit_events force row level security;
create policy tenant_isolation on public.audit_events
using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- Rows are reached through the partitioned table; without a policy of its own a partition shows nothing.
alter table public.audit_events_2024 enable row level security;
alter table public.audit_events_2024 force row level security;
alter table public.audit_events_2025 enable row level security;
alter table public.audit_events_2025 force row level security;
alter table public.audit_events_other enable row level security;
alter table public.audit_events_other force row level security;

-- DOWN
alter table public.audit_events_other no force row level security;
alter table public.audit_events_other disable row level security;
alter table public.audit_events_2025 no force row level security;
alter table public.audit_events_2025 disable row level security;
alter table public.audit_events_2024 no force row level security;
alter table public.audit_events_2024 disable row level security;
drop policy tenant_isolation on public.audit_events;
alter table public.audit_events no force row level security;
alter table public.audit_events disable row level security;
drop policy tenant_isolation on public.payments;
alter table public.payments no force row level security;
alter table public.payments disable row level security;
drop policy tenant_isolation on public.order_items;
alter table public.order_items no force row level security;
alter table public.order_items disable row level security;
drop policy tenant_isolation on public.orders;
alter table public.orders no force row level security;
alter table public.orders disable row level security;
drop policy tenant_isolation on public.customers;
alter table public.customers no force row level security;
alter table public.customers disable row level security;
drop policy tenant_isolation on public.product_prices;
alter table public.product_prices no force row level security;
alter table public.product_prices disable row level security;
drop policy tenant_isolation on public.products;
alter table public.products no force row level security;
alter table public.products disable row level security;
drop policy tenant_isolation on public.memberships;
alter table public.memberships no force row level security;
alter table public.memberships disable row level security;
drop policy tenant_isolation on public.tenants;
alter table public.tenants no force row level security;
alter table public.tenants disable row level security;
