create table addresses (id integer primary key, city text, zip text, street text);
create statistics city_zip on city, zip from addresses;
create statistics city_deps (dependencies) on city, zip from addresses;
create statistics city_counts (ndistinct, mcv) on city, zip, street from addresses;
create statistics same_stats (dependencies, ndistinct) on zip, street from addresses;
comment on statistics city_deps is 'a zip has one city';
