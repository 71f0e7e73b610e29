-- an overload comes in, a prefix operator calls another function, owner and comment differ; view and index use them
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema ops;
create function ops.flipped(text) returns text language sql immutable as $$ select upper(reverse($1)) $$;
create function ops.times(text, integer) returns text language sql immutable as $$ select repeat($1, $2) $$;
create function ops.times(integer, text) returns text language sql immutable as $$ select repeat($2, $1) $$;
create operator ops.!- (rightarg = text, function = ops.flipped);
create operator ops.*** (leftarg = text, rightarg = integer, function = ops.times, commutator = operator(ops.***));
create operator ops.*** (leftarg = integer, rightarg = text, function = ops.times, commutator = operator(ops.***));
alter operator ops.!- (none, text) owner to nself_corpus_owner;
comment on operator ops.*** (integer, text) is 'the other way round';
create table words (w text not null);
create view mirrored as select operator(ops.!-) w as w from words;
create index words_tripled_idx on words ((w operator(ops.***) 3));
