-- What a database carries outside itself, in the catalogs that all databases share.
select 'database', (pg_catalog.to_jsonb(d) - array['datfrozenxid', 'datminmxid', 'datlastsysoid'])::pg_catalog.text
  from pg_catalog.pg_database as d
 where d.oid = %(database)s::pg_catalog.oid
union all
select 'setting', pg_catalog.format('%%s %%s', s.setrole, s.setconfig)
  from pg_catalog.pg_db_role_setting as s
 where s.setdatabase = %(database)s::pg_catalog.oid
union all
select 'comment', d.description
  from pg_catalog.pg_shdescription as d
 where d.objoid = %(database)s::pg_catalog.oid and d.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
union all
select 'label', pg_catalog.format('%%s %%s', l.provider, l.label)
  from pg_catalog.pg_shseclabel as l
 where l.objoid = %(database)s::pg_catalog.oid and l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
 order by 1, 2
