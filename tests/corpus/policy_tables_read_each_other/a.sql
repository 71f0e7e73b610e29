create table teams (id integer primary key, name text not null);
create table members (team_id integer not null references teams, login name not null, primary key (team_id, login));
alter table teams enable row level security;
alter table members enable row level security;
create policy via_members on teams using (exists (select 1 from members m where m.team_id = teams.id and m.login = current_user));
create policy own on members using (login = current_user);
