-- A foreign key turns to the table of the same name in the other schema.
create schema auth;
create schema profile;
create table auth.person (id integer primary key, name text);
create table profile.person (id integer primary key, name text);
create table profile.picture (
    id integer primary key,
    person_id integer not null constraint picture_person references auth.person on delete cascade
);
create table auth.session (
    id integer primary key,
    person_id integer not null constraint session_person references auth.person
);
