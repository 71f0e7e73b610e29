-- The check moves from the root to one partition, the partition's own one to the root, and a unique becomes everybody's.
create table public.piece (id integer not null, kind text not null, size integer, constraint small_size check (size < 10), constraint piece_unique unique (id, kind)) partition by list (kind);
create table public.piece_small (id integer not null, kind text not null, size integer, constraint small_size check (size < 10), constraint small_unique unique (id, kind));
alter table public.piece attach partition public.piece_small for values in ('small');
create table public.piece_large partition of public.piece for values in ('large');
alter table public.piece_large add constraint piece_size check (size > 0);
