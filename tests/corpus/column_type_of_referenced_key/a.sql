create table public.team (id integer primary key, name text not null);
create table public.player (
    id integer primary key,
    team_id integer not null references public.team on delete cascade,
    captain_id integer references public.player
);
create table public.match (
    home integer not null references public.team,
    away integer not null references public.team,
    day date not null,
    primary key (home, away, day)
);
create table public.goal (
    home integer not null,
    away integer not null,
    day date not null,
    minute smallint not null,
    player_id integer not null references public.player,
    constraint goal_match_fkey foreign key (home, away, day) references public.match on update cascade
);
create view public.scorer as select player_id, count(*) as goals from public.goal group by player_id;
