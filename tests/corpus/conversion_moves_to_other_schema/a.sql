create schema old_enc;
create conversion old_enc.greek for 'ISO_8859_7' to 'UTF8' from iso8859_to_utf8;
comment on conversion old_enc.greek is 'greek';
create table t (id integer primary key);
