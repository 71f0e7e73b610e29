do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table members (team_id integer not null, login name not null, level integer not null, primary key (team_id, login));
create view my_teams as select team_id, level from members where login = current_user;
grant select on my_teams to nself_corpus_app;
create table documents (id integer primary key, team_id integer not null, body text);
alter table documents enable row level security;
create policy documents_read on documents for select to nself_corpus_app
    using (team_id in (select team_id from my_teams));
create policy documents_write on documents for update to nself_corpus_app
    using (exists (select 1 from my_teams m where m.team_id = documents.team_id and m.level > 1));
grant select, update on documents to nself_corpus_app;
