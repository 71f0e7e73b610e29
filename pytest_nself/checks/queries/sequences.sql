-- Sequences that columns of a table draw from: the column and the sequence, both as SQL. Parameter: the table.
select pg_catalog.quote_ident(a.attname), q.sequence
from pg_catalog.pg_attribute as a
cross join lateral (
    select pg_catalog.pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)
) as q (sequence)
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and q.sequence is not null
order by a.attnum
