-- a planner support function is attached to one function and rows changes
create function steps(n integer) returns setof integer language sql immutable rows 10 as $$ select generate_series(1, n) $$;
create function starts(what text, word text) returns boolean language sql immutable support text_starts_with_support as $$ select starts_with(what, word) $$;
create view ten as select s from steps(10) s;
