-- Every id becomes bigint, through composite keys, a self reference and a view.
create table public.team (id bigint primary key, name text not null);
create table public.player (
    id bigint primary key,
    team_id bigint not null references public.team on delete cascade,
    captain_id bigint references public.player
);
create table public.match (
    home bigint not null references public.team,
    away bigint not null references public.team,
    day date not null,
    primary key (home, away, day)
);
create table public.goal (
    home bigint not null,
    away bigint not null,
    day date not null,
    minute smallint not null,
    player_id bigint not null references public.player,
    constraint goal_match_fkey foreign key (home, away, day) references public.match on update cascade
);
create view public.scorer as select player_id, count(*) as goals from public.goal group by player_id;
