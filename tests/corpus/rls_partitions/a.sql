do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table events (tenant integer not null, day date not null, body text) partition by range (day);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
alter table events enable row level security;
create policy by_tenant on events to nself_corpus_app using (tenant = current_setting('app.tenant', true)::integer);
grant select on events to nself_corpus_app;
