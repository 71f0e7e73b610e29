-- Which files of one database (and which catalogs that all databases share, as database 0) were written from
-- `start` to now, by the write-ahead log: edge, database, file node, number of records, blocks up to the highest.
-- A record type is left out only if it cannot change what a query returns; docs/explanation/committed-mode.md
-- gives the reason for each. Whatever is not named here counts.
with edge as materialized (select pg_catalog.pg_current_wal_flush_lsn() as lsn),
writes as (
  select case when w.block_ref like '%%rel 1664/0/%%' then 0
              else %(database)s::pg_catalog.oid end::pg_catalog.int8 as database,
         case when w.resource_manager = 'RelMap' then 0
              when w.resource_manager = 'Storage'
              then pg_catalog.substring(w.description, %(path)s::pg_catalog.text)::pg_catalog.int8
              else pg_catalog.substring(w.block_ref, 'rel [0-9]+/[0-9]+/([0-9]+)')::pg_catalog.int8
         end as filenode,
         coalesce(pg_catalog.substring(w.block_ref, 'fork main blk ([0-9]+)')::pg_catalog.int8, 0) as block
    from edge, {walinspect}.pg_get_wal_records_info(%(start)s::pg_catalog.pg_lsn, edge.lsn) as w
   where w.resource_manager not in ('Btree', 'Hash', 'Gin', 'Gist', 'SPGist', 'BRIN', 'Transaction', 'Standby',
                                    'LogicalMessage', 'CLOG', 'MultiXact', 'CommitTs', 'Database', 'Tablespace')
     and (w.resource_manager <> 'Heap' or w.record_type not in ('LOCK', 'INPLACE'))
     and (w.resource_manager <> 'Heap2'
          or w.record_type not in ('PRUNE', 'PRUNE_ON_ACCESS', 'PRUNE_VACUUM_SCAN', 'PRUNE_VACUUM_CLEANUP', 'VACUUM',
                                   'FREEZE_PAGE', 'VISIBLE', 'LOCK_UPDATED', 'NEW_CID'))
     and (w.resource_manager <> 'XLOG' or w.record_type <> 'FPI_FOR_HINT')
     and (w.block_ref like %(inside)s::pg_catalog.text
          or w.block_ref like '%%rel 1664/0/%%'
          or (w.resource_manager = 'Storage' and w.description like %(inside)s::pg_catalog.text)
          or (w.resource_manager = 'RelMap' and w.description like %(map)s::pg_catalog.text))
     and w.xid::pg_catalog.text <> all (%(own_xids)s::pg_catalog.text[])
)
select edge.lsn::pg_catalog.text, w.database, w.filenode, pg_catalog.count(*), pg_catalog.max(w.block) + 1
  from edge left join writes as w on w.filenode is not null
 group by 1, 2, 3
 order by 2, 3
