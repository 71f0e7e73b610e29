create table tasks (id integer primary key, state text not null default 'open', priority integer not null default 3);
create view open_tasks as select id, state, priority from tasks where state = 'open';
create view urgent_tasks as select id, state, priority from open_tasks where priority = 1 with local check option;
create view plain_tasks as select id, state from tasks where priority > 3 with cascaded check option;
create view free_tasks as select id, priority from tasks where priority > 8;
