-- a foreign table moves to another server, which needs it made anew, with the view and the function on it
create foreign data wrapper corpus_wrapper;
create server first_server foreign data wrapper corpus_wrapper;
create server second_server foreign data wrapper corpus_wrapper;
create foreign table t (id integer not null, v text options (c 'V')) server second_server options (n 't');
comment on foreign table t is 'moves';
create view t_view as select id from t;
create function t_rows() returns setof t language sql stable as $$ select * from t $$;
