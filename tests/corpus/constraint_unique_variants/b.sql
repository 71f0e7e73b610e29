-- Unique constraints change their columns' order, how they treat nulls, what they include and their fill factor.
create table public.login (
    id integer primary key,
    name text,
    realm text,
    number integer,
    token text,
    constraint login_name_realm unique nulls not distinct (realm, name),
    constraint login_number unique (number) with (fillfactor = 60),
    constraint login_token unique (token) include (name, realm)
);
create table public.kept (a integer, b integer, constraint kept_ab unique nulls not distinct (a, b) include (b));
