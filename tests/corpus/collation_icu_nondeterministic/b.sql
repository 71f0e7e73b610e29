-- case_blind also stops minding accents, german sorts capitals first: column, unique constraint and index are rebuilt
do $$
begin
    create collation case_blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
    create collation german (provider = icu, locale = 'de-u-kf-upper');
exception when feature_not_supported then
    create collation case_blind (provider = libc, locale = 'POSIX');
    create collation german (provider = libc, locale = 'C');
end $$;
create table users (id integer primary key, login text collate case_blind not null unique, city text collate german);
create index users_city_idx on users (city);
