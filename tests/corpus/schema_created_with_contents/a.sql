create schema app;

create table app.account (
    id bigint generated always as identity primary key,
    email text not null unique
);

create function app.account_count() returns bigint
    language sql stable
    as 'select count(*) from app.account';

comment on schema app is 'what the application owns';
