insert into visits (page, ms) values ('/', 12), ('/', 900), ('/about', 0);
refresh materialized view page_stats;
