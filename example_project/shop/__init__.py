"""A small shop for many tenants on one PostgreSQL database."""
