-- Every relation with a file of its own: where its rows are, and whose part it is (an index's or toast table's table).
select c.oid::pg_catalog.int8, pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.int8,
       c.relkind::pg_catalog.text, c.relpersistence::pg_catalog.text, n.nspname, c.relname,
       coalesce(t.oid, i.indrelid, c.oid)::pg_catalog.int8,
       case when c.relkind in ('r', 'm') and n.nspname <> 'pg_catalog'
            then pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8
            else 0 end
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_index as i on i.indexrelid = c.oid
  left join pg_catalog.pg_class as t on t.reltoastrelid = c.oid
 where c.relkind in ('r', 'i', 'S', 't', 'm')
   and c.relpersistence <> 't'
   and not c.relisshared
   and (c.relkind <> 'i' or n.nspname <> 'pg_catalog')
 order by 1
