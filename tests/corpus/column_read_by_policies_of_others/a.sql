do $$ begin
    create role nself_corpus_member;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.team (id integer primary key, code text not null);
create table public.membership (team_id integer references public.team, person text, level integer not null default 0, primary key (team_id, person));
create table public.paper (id integer primary key, team_id integer references public.team, body text);
alter table public.paper enable row level security;
create policy readable on public.paper for select to nself_corpus_member
    using (exists (select from public.membership m where m.team_id = paper.team_id and m.person = current_user and m.level > 1));
create policy writable on public.paper for insert to nself_corpus_member
    with check (team_id in (select t.id from public.team t where t.code <> 'closed'));
