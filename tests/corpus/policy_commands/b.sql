-- policies change their command, their check, their using; update loses its check, which only a new policy can
create table notes (id integer primary key, owner name not null default current_user, body text, locked boolean not null default false);
alter table notes enable row level security;
create policy notes_select on notes for all using (true);
create policy notes_insert on notes for insert with check (owner = current_user and body <> '');
create policy notes_update on notes for update using (owner = current_user);
create policy notes_delete on notes for delete using (owner = current_user);
comment on policy notes_delete on notes is 'only your own';
