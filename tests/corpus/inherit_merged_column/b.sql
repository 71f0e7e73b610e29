-- A column goes from the parent: one child keeps it as its own, the other loses it; a child's own column rises to the parent.
create table public.base (id integer, note text);
create table public.leaf (id integer, label text, note text);
alter table public.leaf inherit public.base;
create table public.twig () inherits (public.base);
create index leaf_label on public.leaf (label);
