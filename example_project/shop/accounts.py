"""Tenants and the people who work for them."""

from __future__ import annotations

from uuid import UUID, uuid4

from psycopg import Connection

from shop.db import use_tenant


def open_shop(conn: Connection, slug: str, name: str, owner_email: str) -> UUID:
    """A new tenant with its owner; `conn` works for it until the end of the transaction. Gives the tenant's id.

    The id is chosen here: the policies let a session write rows of the tenant that it works for, also the first one.
    """
    tenant_id = uuid4()
    use_tenant(conn, tenant_id)
    conn.execute("insert into tenants (id, slug, name) values (%s, %s, %s)", [tenant_id, slug, name])
    conn.execute(
        """
        with owner as (
            insert into users (email, name) values (%(email)s, %(email)s)
            on conflict (lower(email)) do update set email = excluded.email
            returning id
        )
        insert into memberships (tenant_id, user_id, role) select %(tenant)s, id, 'owner' from owner
        """,
        {"email": owner_email, "tenant": tenant_id},
    )
    return tenant_id


def members(conn: Connection) -> list[tuple[str, str]]:
    """Email and role of the people who work for the session's tenant."""
    return conn.execute(
        """
        select users.email, memberships.role::text
        from memberships join users on users.id = memberships.user_id
        order by users.email
        """
    ).fetchall()
