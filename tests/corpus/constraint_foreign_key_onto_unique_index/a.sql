create table public.brand (id integer primary key, slug text not null, constraint brand_slug unique (slug));
create table public.model (id integer primary key, brand_slug text not null constraint model_brand references public.brand (slug));
create view public.brand_models as select b.id, count(*) as models from public.brand b join public.model m on m.brand_slug = b.slug group by b.id;
