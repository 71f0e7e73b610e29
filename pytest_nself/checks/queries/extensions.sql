-- Extensions that the database has, and their owners.
select e.extname::text, pg_catalog.pg_get_userbyid(e.extowner)::text
from pg_catalog.pg_extension as e
order by 1
