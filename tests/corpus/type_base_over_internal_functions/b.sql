-- A base type comes, made with the server's own input and output functions, and a table stores it.
create type public.tag;
create function public.tag_in(cstring) returns public.tag language internal immutable strict as 'textin';
create function public.tag_out(public.tag) returns cstring language internal immutable strict as 'textout';
create type public.tag (input = public.tag_in, output = public.tag_out, internallength = variable, storage = extended, category = 'S', default = 'none');
comment on type public.tag is 'text by another name';
create cast (public.tag as text) without function as implicit;
create table public.plain (id integer primary key, n integer, tag public.tag, tags public.tag[]);
