do $$ begin
    create role nself_corpus_reader;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.document (
    id integer primary key,
    title text not null,
    owner_name text not null default current_user,
    secret boolean not null default false,
    constraint document_secret_owned check (not secret or owner_name <> '')
);
create index document_owner_idx on public.document (owner_name) where not secret;
create view public.open_document as select id, title, owner_name from public.document where not secret;
create function public.note_owner() returns trigger
    language plpgsql
    as $$ begin raise notice 'owner of %', new.id; return null; end $$;
create trigger owner_changed after update of owner_name, secret on public.document for each row execute function public.note_owner();
alter table public.document enable row level security;
create policy own on public.document for select to nself_corpus_reader using (owner_name = current_user);
grant select (id, owner_name) on public.document to nself_corpus_reader;
