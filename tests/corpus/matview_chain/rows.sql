insert into trades values (1, 'AAA', 3, 10), (2, 'BBB', 1, 99.5);
refresh materialized view by_symbol;
refresh materialized view top_symbols;
