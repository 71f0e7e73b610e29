-- A tenant's rows can be written under its own name only, by the owner of the tables too.
set local app.tenant_id = '7a1b6f0e-4a53-4f55-9d0e-0c1f5c1e1eaf';

insert into tenants (id, slug, name)
values ('7a1b6f0e-4a53-4f55-9d0e-0c1f5c1e1eaf', 'leaf', 'Leaf & Cup')
on conflict (id) do nothing;

insert into memberships (tenant_id, user_id, role)
select '7a1b6f0e-4a53-4f55-9d0e-0c1f5c1e1eaf', id, 'owner' from users where email = 'ada@example.com'
on conflict (tenant_id, user_id) do nothing;
