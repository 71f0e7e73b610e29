-- What is granted on objects that a role will create, everywhere or in one schema.
select
    d.oid, 0 as sub, nullif(n.nspname, '')::text as schema, pg_catalog.pg_get_userbyid(d.defaclrole)::text as name,
    case d.defaclobjtype
        when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
        when 'n' then 'schemas' when 'L' then 'large objects'
    end as part,
    array(select x::text from pg_catalog.unnest(d.defaclacl) as x order by 1) as privileges_list
from pg_catalog.pg_default_acl as d
join (
    select s.oid, s.nspname from pg_catalog.pg_namespace as s
    union all
    select 0, ''
) as n on n.oid = d.defaclnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    /* only: d.oid */
order by 3 nulls first, 4, 5
