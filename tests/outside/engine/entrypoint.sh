#!/bin/bash
# Entry point of the PostgreSQL image that the tests build from the host's own files.
#
# It keeps the environment contract of the official image: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB,
# POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA and /docker-entrypoint-initdb.d; the first start listens
# on the unix socket only, then the real server replaces this shell.
set -euo pipefail

fail() {
  printf 'entrypoint: %s\n' "$1" >&2
  exit 1
}

# "docker run image -c fsync=off" means "postgres -c fsync=off".
[[ "${1:-}" != -* ]] || set -- postgres "$@"

# Anything but the server (a shell, psql) runs as it is; so do the questions that end at once.
[[ "${1:-}" == postgres ]] || exec "$@"
for word in "$@"; do
  case "$word" in -V | --version | -\? | --help | -C) exec "$@" ;; esac
done

export PGDATA="${PGDATA:-/var/lib/postgresql/data}"
user="${POSTGRES_USER:-postgres}"
database="${POSTGRES_DB:-$user}"
method="${POSTGRES_HOST_AUTH_METHOD:-}"

if [[ "$(id -u)" == 0 ]]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

run_sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$user" --dbname "${1}"
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) if [[ -x "$file" ]]; then "$file"; else . "$file"; fi ;;
      *.sql) run_sql "$database" < "$file" ;;
      *) ;;
    esac
  done
}

initialise() {
  [[ -n "${POSTGRES_PASSWORD:-}" || "$method" == trust ]] ||
    fail "the superuser has no password: set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust"
  # Unquoted on purpose: the variable holds several arguments.
  # shellcheck disable=SC2086
  initdb --username="$user" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-}") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all %s\n' "${method:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"

  # The settings of the real server hold for the first one too, so a wrong one is found here.
  local options
  options="$(printf '%q ' "${@:2}" -c listen_addresses='')"
  pg_ctl --wait --silent --options "$options" start
  if [[ "$database" != postgres ]]; then
    printf 'create database :"name";\n' |
      psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set name="$database" --username "$user" --dbname postgres
  fi
  run_init_files
  pg_ctl --wait --silent --mode=fast stop
  printf 'entrypoint: the data folder is ready\n'
}

[[ -s "$PGDATA/PG_VERSION" ]] || initialise "$@"
exec "$@"
