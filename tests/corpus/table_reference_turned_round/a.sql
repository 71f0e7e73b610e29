create table public.alpha (id integer primary key, beta_id integer, note text);
create table public.beta (id integer primary key, alpha_id integer, note text);
alter table public.alpha add constraint alpha_beta foreign key (beta_id) references public.beta;
create view public.notes as select note from public.alpha union all select note from public.beta;
