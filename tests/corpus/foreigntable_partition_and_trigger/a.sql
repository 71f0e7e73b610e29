create foreign data wrapper corpus_wrapper;
create server corpus_server foreign data wrapper corpus_wrapper;
create table logs (day date not null, line text) partition by range (day);
create table logs_2025 partition of logs for values from ('2025-01-01') to ('2026-01-01');
create foreign table logs_2024 partition of logs for values from ('2024-01-01') to ('2025-01-01') server corpus_server options (file '/2024');
create function logs_seen() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger seen before insert on logs_2024 for each row execute function logs_seen();
create foreign table plain (id integer) server corpus_server;
