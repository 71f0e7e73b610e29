"""Nothing is set up here: the database, its roles, the migrations and DATABASE_URL come with the plugin.

`shop.db` reads DATABASE_URL when it is imported, which is now, before any test has started.
"""

import shop.db  # noqa: F401
