-- policies on two tables read each other, and one reads a third table that is new
create table teams (id integer primary key, name text not null);
create table members (team_id integer not null references teams, login name not null, primary key (team_id, login));
create table guests (team_id integer not null references teams, login name not null);
alter table teams enable row level security;
alter table members enable row level security;
alter table guests enable row level security;
create policy via_members on teams using (exists (select 1 from members m where m.team_id = teams.id and m.login = current_user));
create policy own on members using (login = current_user or exists (select 1 from teams t where t.id = members.team_id and t.name = 'open'));
create policy via_teams on guests using (exists (select 1 from teams t join members m on m.team_id = t.id where t.id = guests.team_id));
create policy via_guests on members as restrictive using (not exists (select 1 from guests g where g.login = members.login));
