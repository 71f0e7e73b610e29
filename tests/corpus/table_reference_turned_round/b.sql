-- The reference between two tables turns round: the old parent is the child now.
create table public.beta (id integer primary key, alpha_id integer, note text);
create table public.alpha (id integer primary key, beta_id integer, note text);
alter table public.beta add constraint beta_alpha foreign key (alpha_id) references public.alpha on delete cascade;
create index beta_alpha_id on public.beta (alpha_id);
create view public.notes as select note from public.alpha union all select note from public.beta;
