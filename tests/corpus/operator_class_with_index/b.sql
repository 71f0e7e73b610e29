-- the operator class loses an operator and moves into a family of its own name; the index over it is rebuilt
create function shorter(a text, b text) returns boolean language sql immutable strict as $$ select length(a) < length(b) $$;
create function longer(a text, b text) returns boolean language sql immutable strict as $$ select length(a) > length(b) $$;
create function as_long(a text, b text) returns boolean language sql immutable strict as $$ select length(a) = length(b) $$;
create function cmp_length(a text, b text) returns integer language sql immutable strict as $$ select sign(length(a) - length(b))::integer $$;
create operator #< (leftarg = text, rightarg = text, function = shorter, commutator = #>);
create operator #> (leftarg = text, rightarg = text, function = longer, commutator = #<);
create operator #= (leftarg = text, rightarg = text, function = as_long, commutator = #=);
create operator family length_family using btree;
create operator class length_ops for type text using btree family length_family as
    operator 1 #<, operator 3 #=, function 1 cmp_length(text, text);
create table lines (id integer primary key, line text not null);
create index lines_length_idx on lines (line length_ops desc);
create index lines_plain_idx on lines (line text_pattern_ops);
