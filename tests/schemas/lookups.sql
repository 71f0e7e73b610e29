-- What children ask of the rows that they refer to: kinds by name, numbers that a trigger counts, late triggers.
create table models (
    tenant text not null, kind text not null, id text not null primary key, payload text, unique (tenant, kind, id)
);
create table grants (
    tenant text not null, kind text not null default 'Grant' check (kind = 'Grant'), model text not null,
    note text, primary key (tenant, model), foreign key (tenant, kind, model) references models (tenant, kind, id)
);
create table classes (id integer primary key, name text not null);
insert into classes values (1, 'vendor'), (2, 'customer'), (3, 'employee');
create table accounts (
    id serial primary key, class integer not null references classes check (class in (1, 2)), name text not null
);
create table invoices (id serial primary key, account integer not null references accounts);
