-- Two columns go, and with them check, index, view, trigger, policy and column grant take another form.
do $$ begin
    create role nself_corpus_reader;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.document (
    id integer primary key,
    title text not null
);
create view public.open_document as select id, title from public.document;
create function public.note_owner() returns trigger
    language plpgsql
    as $$ begin raise notice 'title of %', new.id; return null; end $$;
create trigger owner_changed after update of title on public.document for each row execute function public.note_owner();
alter table public.document enable row level security;
create policy own on public.document for select to nself_corpus_reader using (title <> '');
grant select (id) on public.document to nself_corpus_reader;
