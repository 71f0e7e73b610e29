-- one class is the default no more, another learns an operator and to order by distance; both carry an index
create type version as (major integer, minor integer);
create function version_lt(a version, b version) returns boolean language sql immutable strict as $$ select ((a).major, (a).minor) < ((b).major, (b).minor) $$;
create function version_eq(a version, b version) returns boolean language sql immutable strict as $$ select (a).major = (b).major and (a).minor = (b).minor $$;
create function version_gt(a version, b version) returns boolean language sql immutable strict as $$ select ((a).major, (a).minor) > ((b).major, (b).minor) $$;
create function version_cmp(a version, b version) returns integer language sql immutable strict as $$ select sign(((a).major - (b).major) * 1000 + (a).minor - (b).minor)::integer $$;
create operator |<| (leftarg = version, rightarg = version, function = version_lt, commutator = |>|);
create operator |=| (leftarg = version, rightarg = version, function = version_eq, commutator = |=|);
create operator |>| (leftarg = version, rightarg = version, function = version_gt, commutator = |<|);
create operator class version_ops for type version using btree as
    operator 1 |<|, operator 3 |=|, operator 5 |>|, function 1 version_cmp(version, version);
create operator class polygon_box_ops for type polygon using gist as
    operator 3 &&(polygon, polygon), operator 6 ~=(polygon, polygon),
    operator 15 <->(polygon, point) for order by pg_catalog.float_ops,
    function 1 gist_poly_consistent(internal, polygon, smallint, oid, internal),
    function 2 gist_box_union(internal, internal),
    function 3 gist_poly_compress(internal),
    function 5 gist_box_penalty(internal, internal, internal),
    function 6 gist_box_picksplit(internal, internal),
    function 7 gist_box_same(box, box, internal), function 8 gist_poly_distance(internal, polygon, smallint, oid, internal),
    storage box;
create table releases (id integer primary key, v version not null, shape polygon);
create index releases_v_idx on releases (v version_ops);
create index releases_shape_idx on releases using gist (shape polygon_box_ops);
