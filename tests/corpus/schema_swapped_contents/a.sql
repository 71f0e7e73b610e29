create schema live;
create schema staged;

create table live.setting (key text primary key, value text not null);
create view live.setting_count as select count(*) as n from live.setting;

create table staged.setting (key text primary key, value jsonb not null, since date);
create index setting_since_idx on staged.setting (since);
create view staged.setting_count as select count(*) as n from staged.setting where since is not null;

create view public.current_setting_count as select n from live.setting_count;
