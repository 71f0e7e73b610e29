-- Per relation, what decides how it may be emptied: kind of fact, relation, number.
select 'fires anyway' as fact, t.tgrelid::pg_catalog.int8 as relation, 0::pg_catalog.int8 as number
  from pg_catalog.pg_trigger as t
 where t.tgenabled in ('A', 'R')
union all
select 'fires anyway', r.ev_class::pg_catalog.int8, 0
  from pg_catalog.pg_rewrite as r
 where r.ev_enabled in ('A', 'R') and r.ev_type <> '1'
union all
select 'referenced by', c.confrelid::pg_catalog.int8, c.conrelid::pg_catalog.int8
  from pg_catalog.pg_constraint as c
 where c.contype = 'f' and c.conrelid <> c.confrelid
union all
select 'cache', s.seqrelid::pg_catalog.int8, s.seqcache
  from pg_catalog.pg_sequence as s
 where s.seqcache > 1
 order by 1, 2, 3
