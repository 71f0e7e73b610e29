-- columns that a disabled rule reads and writes become bigint; the rule comes back disabled, with its comment
create table prices (id integer primary key, cents bigint not null, label text);
create table price_history (price_id integer not null, cents bigint not null);
create rule keep_history as on update to prices where old.cents <> new.cents do also insert into price_history values (old.id, old.cents);
alter table prices disable rule keep_history;
comment on rule keep_history on prices is 'before the change';
create rule never as on delete to price_history do instead nothing;
