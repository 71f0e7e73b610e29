-- Roles of the server with their attributes; whether it is the one that is connected.
select
    rolname::text,
    pg_catalog.concat_ws(
        ' ',
        case when rolsuper then 'superuser' else 'nosuperuser' end,
        case when rolinherit then 'inherit' else 'noinherit' end,
        case when rolcreaterole then 'createrole' else 'nocreaterole' end,
        case when rolcreatedb then 'createdb' else 'nocreatedb' end,
        case when rolreplication then 'replication' else 'noreplication' end,
        case when rolbypassrls then 'bypassrls' else 'nobypassrls' end
    ),
    rolname = session_user
from pg_catalog.pg_roles
where rolname !~ '^pg_'
order by rolname
