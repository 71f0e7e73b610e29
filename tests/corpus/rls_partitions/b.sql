-- row security also on the partitions, one with the same policy, one closed, a new one with none
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table events (tenant integer not null, day date not null, body text) partition by range (day);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
alter table events enable row level security;
alter table events force row level security;
alter table events_2024 enable row level security;
alter table events_2025 enable row level security;
alter table events_2026 enable row level security;
create policy by_tenant on events to nself_corpus_app using (tenant = current_setting('app.tenant', true)::integer);
create policy by_tenant on events_2024 to nself_corpus_app using (tenant = current_setting('app.tenant', true)::integer);
create policy nobody on events_2025 as restrictive using (false);
grant select on events to nself_corpus_app;
