create table public.log (level text not null, line text) partition by list (level);
create table public.log_error partition of public.log for values in ('error');
create table public.log_info partition of public.log for values in ('info');
create table public.audit (day date not null, what text) partition by range (day);
create table public.audit_rest partition of public.audit default;
create index audit_what on public.audit (what);
