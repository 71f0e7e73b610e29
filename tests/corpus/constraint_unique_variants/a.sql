create table public.login (
    id integer primary key,
    name text,
    realm text,
    number integer,
    token text,
    constraint login_name_realm unique (name, realm),
    constraint login_number unique nulls not distinct (number),
    constraint login_token unique (token) include (name)
);
create table public.kept (a integer, b integer, constraint kept_ab unique nulls not distinct (a, b) include (b));
