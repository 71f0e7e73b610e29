create table metrics (day date not null, value integer not null) partition by range (day);
create table metrics_2023 partition of metrics for values from ('2023-01-01') to ('2024-01-01');
create table metrics_2024 partition of metrics for values from ('2024-01-01') to ('2025-01-01');
create function metrics_check() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger metrics_watch after insert on metrics for each row execute function metrics_check();
create trigger metrics_audit after update on metrics for each row execute function metrics_check();
create trigger only_2024 before insert on metrics_2024 for each row execute function metrics_check();
alter table metrics_2023 disable trigger metrics_watch;
