-- Neighbouring bounds move, so that no order of single changes is free of overlap.
create table public.letter (initial text not null, body text) partition by range (initial);
create table public.letter_low partition of public.letter for values from (minvalue) to ('k');
create table public.letter_mid partition of public.letter for values from ('k') to ('s');
create table public.letter_high partition of public.letter for values from ('s') to (maxvalue);
create unique index letter_mid_body on public.letter_mid (body);
create table public.pair (a integer, b integer) partition by range (a, b);
create table public.pair_low partition of public.pair for values from (minvalue, minvalue) to (20, 5);
create table public.pair_high partition of public.pair for values from (20, 5) to (maxvalue, maxvalue);
