-- statistics objects change their kinds and their columns; one is named anew, one stays
create table addresses (id integer primary key, city text, zip text, street text);
create statistics city_zip (mcv) on city, zip from addresses;
create statistics city_deps (dependencies) on city, street from addresses;
create statistics counts_of_city (ndistinct, mcv) on city, zip, street from addresses;
create statistics same_stats (dependencies, ndistinct) on zip, street from addresses;
comment on statistics city_deps is 'a street has one city';
