create table public.score (id integer primary key, player integer not null, points integer, at timestamptz);
create index score_plain on public.score (player, points);
create index score_desc on public.score (points desc);
create index score_nulls on public.score (points nulls first, at desc nulls last);
create index score_include on public.score (player) include (points);
create index score_kept on public.score (at desc nulls last) include (player, points);
