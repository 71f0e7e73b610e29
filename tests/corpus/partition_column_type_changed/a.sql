create table public.bet (id integer not null, round integer not null, stake integer not null default 1, note varchar(10)) partition by range (round);
create table public.bet_1 partition of public.bet for values from (0) to (100);
create table public.bet_2 partition of public.bet for values from (100) to (200);
create index bet_stake on public.bet (stake);
create unique index bet_1_id on public.bet_1 (id);
create view public.bet_view as select id, stake, note from public.bet;
create table public.gone_column (a integer, b integer) partition by hash (a);
create table public.gone_column_0 partition of public.gone_column for values with (modulus 1, remainder 0);
