-- row security and its force are turned on and off table by table, with policies that stand while it is off
create table plain (id integer primary key);
create table enabled (id integer primary key);
create table enabled_and_forced (id integer primary key);
create table forced_only (id integer primary key);
create table turned_off (id integer primary key);
create table untouched (id integer primary key);
alter table plain enable row level security;
alter table enabled enable row level security;
alter table enabled force row level security;
alter table enabled_and_forced force row level security;
alter table untouched enable row level security;
alter table untouched force row level security;
create policy waits on plain using (id > 0);
create policy waits on turned_off using (id > 0);
