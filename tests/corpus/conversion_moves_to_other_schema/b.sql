-- a conversion moves to another schema under another name, and the old schema goes
create schema new_enc;
create conversion new_enc."Greek" for 'ISO_8859_7' to 'UTF8' from iso8859_to_utf8;
comment on conversion new_enc."Greek" is 'greek';
create table t (id integer primary key);
