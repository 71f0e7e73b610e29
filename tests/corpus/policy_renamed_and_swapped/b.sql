-- two policies change places, one gets a name without quotes
create table t (id integer primary key, a integer, b integer);
alter table t enable row level security;
create policy first on t using (b > 0);
create policy second on t using (a > 0);
create policy third_one on t for select using (a = b);
