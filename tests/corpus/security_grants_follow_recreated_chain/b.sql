-- a column widens at the bottom: owner, grants with options, column grants, options and comments come back all the way up
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create table salaries (id integer primary key, person varchar(80) not null, cents bigint not null);
create function visible(who text) returns boolean language sql stable security definer set search_path = public as $$ select who = current_user or session_user = 'boss' $$;
alter function visible(text) owner to nself_corpus_owner;
revoke execute on function visible(text) from public;
grant execute on function visible(text) to nself_corpus_reader with grant option;
create view my_salary with (security_barrier = true) as select id, person, cents from salaries where visible(person);
alter view my_salary owner to nself_corpus_owner;
grant select on salaries to nself_corpus_owner;
grant select (person, cents) on my_salary to nself_corpus_reader;
grant select on my_salary to nself_corpus_admin with grant option;
create materialized view salary_bands as select cents / 100000 as band, count(*) as n from my_salary group by 1;
create unique index salary_bands_band_key on salary_bands (band);
alter materialized view salary_bands owner to nself_corpus_admin;
grant select on salary_bands to public;
comment on materialized view salary_bands is 'no names';
