-- security_barrier and security_invoker are turned on here and off there, no query changes
create table notes (id integer primary key, author text not null, body text not null, secret boolean not null default false);
create view open_notes with (security_invoker = true) as select id, author, body from notes where not secret;
create view my_notes with (security_invoker = false) as select id, body from notes where author = current_user;
create view all_notes with (security_barrier = true) as select id, author from notes;
create view both_options with (security_barrier = true) as select id from notes;
