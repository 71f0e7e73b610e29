-- The key of a partitioned table gains a column while a foreign key points to it.
create table public.entry (id bigint not null, tenant integer not null, day date not null, body text, primary key (tenant, id, day)) partition by range (day);
create table public.entry_old partition of public.entry for values from (minvalue) to ('2024-01-01');
create table public.entry_new partition of public.entry for values from ('2024-01-01') to (maxvalue);
create table public.attachment (
    id integer primary key,
    entry_id bigint not null,
    day date not null,
    tenant integer,
    foreign key (tenant, entry_id, day) references public.entry
);
