create table public.owner (id integer primary key);
create table public.plot (id integer not null, zone integer not null, owner_id integer, size integer) partition by list (zone);
create table public.plot_1 partition of public.plot for values in (1);
create table public.plot_2 partition of public.plot for values in (2);
alter table public.plot add constraint plot_owner foreign key (owner_id) references public.owner not valid;
alter table public.plot_1 add constraint plot_1_size not null size not valid;
