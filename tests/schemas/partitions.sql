-- Partitions of all kinds; each of them should get rows.
create type region as enum ('north', 'south', 'east', 'west');
create table reading (
    id bigint generated always as identity,
    at timestamptz not null,
    value double precision not null check (value between -50 and 50),
    primary key (id, at)
) partition by range (at);
create table reading_2023 partition of reading for values from ('2023-01-01 00:00+00') to ('2024-01-01 00:00+00');
create table reading_2024 partition of reading for values from ('2024-01-01 00:00+00') to ('2025-01-01 00:00+00');
alter table reading_2024 add constraint only_warm check (value > 0);
create table reading_2025 partition of reading for values from ('2025-01-01 00:00+00') to (maxvalue);
create table sale (
    id integer not null,
    region region not null,
    amount numeric(8, 2) not null check (amount > 0),
    primary key (id, region)
) partition by list (region);
create table sale_north partition of sale for values in ('north');
create table sale_south partition of sale for values in ('south', 'east');
create table sale_rest partition of sale default;
create table session (id uuid primary key, started timestamptz not null) partition by hash (id);
create table session_0 partition of session for values with (modulus 3, remainder 0);
create table session_1 partition of session for values with (modulus 3, remainder 1);
create table session_2 partition of session for values with (modulus 3, remainder 2);
create table half_hashed (id integer primary key check (id > 0)) partition by hash (id);
create table half_hashed_1 partition of half_hashed for values with (modulus 4, remainder 1);
create table half_hashed_3 partition of half_hashed for values with (modulus 4, remainder 3);
create table log (
    tenant integer not null,
    year smallint not null check (year >= 2020),
    month smallint not null check (month between 1 and 12),
    line text not null
) partition by range (year, month);
create table log_2023 partition of log for values from (2023, 1) to (2023, 7);
create table log_2023b partition of log for values from (2023, 7) to (2024, 1) partition by list (tenant);
create table log_2023b_1 partition of log_2023b for values in (1, 2);
create table log_2023b_2 partition of log_2023b for values in (7);
create table log_2024 partition of log for values from (2024, 1) to (2024, maxvalue) partition by hash (tenant);
create table log_2024_0 partition of log_2024 for values with (modulus 2, remainder 0);
create table log_2024_1 partition of log_2024 for values with (modulus 2, remainder 1);
create table document (id integer not null, title text not null, state text not null check (state in ('a', 'b', 'c')))
    partition by list (lower(state));
create table document_a partition of document for values in ('a');
create table document_bc partition of document for values in ('b', 'c');
create table note (id integer primary key, body text) partition by range (id);
create table note_low partition of note for values from (minvalue) to (100);
create table note_high partition of note for values from (100000) to (200000);
create table reading_comment (
    reading_id bigint not null, reading_at timestamptz not null, body text not null check (body <> ''),
    foreign key (reading_id, reading_at) references reading (id, at)
);
create table flagged (id integer not null, done boolean, kind char(2) not null check (kind ~ '^[a-z]{2}$'))
    partition by list (done);
create table flagged_yes partition of flagged for values in (true);
create table flagged_no partition of flagged for values in (false, null);
