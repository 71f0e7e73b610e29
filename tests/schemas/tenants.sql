-- Composite keys that share tenant_id, self references, circles, and an "and" of many things in one check.
create table tenant (id integer primary key check (id between 1 and 100000), slug text not null unique check (slug ~ '^[a-z]{3,20}$'));
create table branch (
    tenant_id integer not null references tenant,
    id integer not null check (id > 0),
    parent_id integer,
    depth smallint not null default 0 check (depth >= 0 and depth < 10),
    name text not null check (length(name) between 1 and 60),
    primary key (tenant_id, id),
    foreign key (tenant_id, parent_id) references branch (tenant_id, id),
    check (parent_id <> id)
);
create table member (
    tenant_id integer not null,
    id integer not null,
    branch_id integer not null,
    manager_id integer,
    email text not null check (email ~ '^.+@.+\..+$' and email = lower(email)),
    role text not null check (role in ('owner', 'admin', 'member', 'guest')),
    invited_at timestamptz not null,
    joined_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, email),
    foreign key (tenant_id, branch_id) references branch (tenant_id, id),
    foreign key (tenant_id, manager_id) references member (tenant_id, id),
    check (manager_id is distinct from id),
    check (joined_at >= invited_at)
);
create unique index one_owner on member (tenant_id) where role = 'owner';
create unique index member_email_lower on member (tenant_id, lower(email));
create table project (
    tenant_id integer not null,
    id integer not null,
    lead_id integer not null,
    key varchar(8) not null check (key ~ '^[A-Z][A-Z0-9]{1,7}$'),
    current_task integer,
    budget numeric(10, 2) not null check (budget >= 0 and budget < 1000000),
    spent numeric(10, 2) not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, key),
    foreign key (tenant_id, lead_id) references member (tenant_id, id),
    check (spent between 0 and budget)
);
create table task (
    tenant_id integer not null,
    id integer not null,
    project_id integer not null,
    assignee_id integer,
    reviewer_id integer,
    number integer not null check (number > 0),
    estimate interval check (estimate between '1 hour' and '30 days'),
    primary key (tenant_id, id),
    unique nulls not distinct (tenant_id, project_id, number),
    foreign key (tenant_id, project_id) references project (tenant_id, id),
    foreign key (tenant_id, assignee_id) references member (tenant_id, id),
    foreign key (tenant_id, reviewer_id) references member (tenant_id, id),
    check (assignee_id is null or reviewer_id is null or assignee_id <> reviewer_id)
);
alter table project add foreign key (tenant_id, current_task) references task (tenant_id, id) deferrable initially deferred;
create table chicken (id integer primary key, egg_id integer not null, weight numeric(4, 1) check (weight between 0.5 and 9.9));
create table egg (id integer primary key, chicken_id integer not null references chicken deferrable initially immediate);
alter table chicken add foreign key (egg_id) references egg deferrable initially deferred;
create table "Order" (
    "Id" integer primary key,
    "select" text not null check ("select" in ('a', 'b')),
    "Weird ""name""" integer not null check ("Weird ""name""" > 5),
    "ends At" date not null,
    "starts At" date not null,
    check ("ends At" > "starts At" and "Weird ""name""" < 10)
);
create table "Order Line" (
    "Order" integer not null references "Order",
    "no." smallint not null check ("no." between 1 and 99),
    "größe" text not null check ("größe" ~ '^(S|M|L|XL)$'),
    primary key ("Order", "no.")
);
