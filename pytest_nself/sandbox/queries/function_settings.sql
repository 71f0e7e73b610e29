-- Names that functions set for the transaction, by `set local x` or `set_config('x', …, true)` in their text.
select distinct pg_catalog.lower(coalesce(found.name[1], found.name[2]))
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
cross join lateral pg_catalog.regexp_matches(
    p.prosrc, $$set_config\s*\(\s*'([^']+)'[^;]*true\s*\)|set\s+local\s+([a-z_][a-z0-9_.]*)$$, 'gi'
) as found (name)
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1
