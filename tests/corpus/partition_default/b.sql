-- One partitioned table gets a default partition, another loses it for bounded ones.
create table public.log (level text not null, line text) partition by list (level);
create table public.log_error partition of public.log for values in ('error');
create table public.log_info partition of public.log default;
create table public.audit (day date not null, what text) partition by range (day);
create table public.audit_old partition of public.audit for values from (minvalue) to ('2024-01-01');
create table public.audit_rest partition of public.audit for values from ('2024-01-01') to (maxvalue);
create index audit_what on public.audit (what);
