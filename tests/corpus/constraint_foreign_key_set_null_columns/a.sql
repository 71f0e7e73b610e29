create table public.tenant (id integer primary key);
create table public.person (tenant_id integer references public.tenant, id integer, primary key (tenant_id, id));
create table public.post (
    tenant_id integer not null references public.tenant on delete cascade,
    id integer not null,
    author_id integer,
    editor_id integer default 0,
    primary key (tenant_id, id),
    constraint post_author foreign key (tenant_id, author_id) references public.person on delete set null (author_id),
    constraint post_editor foreign key (tenant_id, editor_id) references public.person on delete set default
);
