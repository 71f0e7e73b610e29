do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema enc;
create conversion latin_in for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create default conversion enc.latin_out for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
create conversion same_conv for 'KOI8R' to 'UTF8' from koi8r_to_utf8;
alter conversion latin_in owner to nself_corpus_owner;
comment on conversion latin_in is 'for old files';
