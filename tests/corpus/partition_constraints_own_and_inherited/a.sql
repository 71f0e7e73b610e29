create table public.piece (id integer not null, kind text not null, size integer, constraint piece_size check (size > 0)) partition by list (kind);
create table public.piece_small (id integer not null, kind text not null, size integer, constraint piece_size check (size > 0), constraint small_size check (size < 10));
alter table public.piece attach partition public.piece_small for values in ('small');
create table public.piece_large partition of public.piece for values in ('large');
alter table public.piece_large add constraint large_unique unique (id);
