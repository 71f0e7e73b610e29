-- A foreign key of a partitioned table that was not valid is valid now; another comes not valid, and a not-null rises to the root.
create table public.owner (id integer primary key);
create table public.plot (id integer not null, zone integer not null, owner_id integer, size integer constraint plot_size not null) partition by list (zone);
create table public.plot_1 partition of public.plot for values in (1);
create table public.plot_2 partition of public.plot for values in (2);
alter table public.plot add constraint plot_owner foreign key (owner_id) references public.owner;
alter table public.plot add constraint plot_id_owner foreign key (id) references public.owner not valid;
