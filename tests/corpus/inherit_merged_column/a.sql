create table public.base (id integer, label text);
create table public.leaf (id integer, label text, note text) inherits (public.base);
create table public.twig (note text) inherits (public.base);
create index leaf_label on public.leaf (label);
