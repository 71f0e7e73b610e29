-- security_invoker: the view shows a role what its own policies let it see, not what the view's owner may see.

-- UP
create view public.order_summaries with (security_invoker = true) as
select
    orders.tenant_id,
    orders.id,
    orders.reference,
    orders.status,
    orders.placed_at,
    customers.name as customer,
    coalesce(items.lines, 0) as lines,
    coalesce(items.total, 0) as total,
    coalesce(paid.total, 0) as paid,
    coalesce(items.total, 0) - coalesce(paid.total, 0) as due
from public.orders
join public.customers on customers.tenant_id = orders.tenant_id and customers.id = orders.customer_id
left join lateral (
    select count(*) as lines, sum(order_items.line_total) as total
    from public.order_items
    where order_items.tenant_id = orders.tenant_id and order_items.order_id = orders.id
) as items on true
left join lateral (
    select sum(payments.amount) as total
    from public.payments
    where payments.tenant_id = orders.tenant_id and payments.order_id = orders.id
) as paid on true;

grant select on public.order_summaries to shop_app;

-- DOWN
drop view public.order_summaries;
