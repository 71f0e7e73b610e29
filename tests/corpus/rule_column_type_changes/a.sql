create table prices (id integer primary key, cents integer not null, label text);
create table price_history (price_id integer not null, cents integer not null);
create rule keep_history as on update to prices where old.cents <> new.cents do also insert into price_history values (old.id, old.cents);
alter table prices disable rule keep_history;
comment on rule keep_history on prices is 'before the change';
create rule never as on delete to price_history do instead nothing;
