create schema auth;
create schema profile;
create table auth.person (id integer primary key, name text);
create table profile.person (id integer primary key, name text);
create table profile.picture (
    id integer primary key,
    person_id integer not null constraint picture_person references profile.person on delete cascade
);
create table auth.session (
    id integer primary key,
    person_id integer not null constraint session_person references auth.person
);
