do $$
begin
    create collation case_blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create collation german (provider = icu, locale = 'de');
exception when feature_not_supported then
    create collation case_blind (provider = libc, locale = 'C');
    create collation german (provider = libc, locale = 'POSIX');
end $$;
create table users (id integer primary key, login text collate case_blind not null unique, city text collate german);
create index users_city_idx on users (city);
