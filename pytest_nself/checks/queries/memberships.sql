-- Which role is a member of which, and whether it may pass that on.
select granted.rolname::text, member.rolname::text, pg_catalog.bool_or(m.admin_option)
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as granted on granted.oid = m.roleid
join pg_catalog.pg_roles as member on member.oid = m.member
group by 1, 2
order by 1, 2
