-- The generated column of a partitioned table goes, another comes, partitions follow.
create table public.bill (
    id integer not null,
    region text not null,
    net integer not null,
    label text generated always as (region || '-' || id) stored
) partition by list (region);
create table public.bill_north partition of public.bill for values in ('north');
create table public.bill_south partition of public.bill for values in ('south');
create index bill_net_idx on public.bill (net);
create index bill_label_idx on public.bill (label);
