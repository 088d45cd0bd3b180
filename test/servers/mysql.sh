#!/usr/bin/env bash
# MySQL for the tests on a Debian whose own packages have MariaDB alone.
#
#   mysql.sh start     makes the server if it is not there (about 65 s, 560 MB), starts it, prints its URL
#   mysql.sh status    prints the URL of a server that answers, else fails
#   mysql.sh stop      stops it; what it has stored stays
#
# Where TAMIS_MYSQL_URL names a server, that one is used, and nothing is made, started or stopped.
# TAMIS_MYSQL_FOLDER and TAMIS_MYSQL_PORT say where else the server is to live and to listen.
#
# The server comes from Debian's unstable suite, by the mirror that apt uses, and runs in a chroot on
# 127.0.0.1 alone. It waits for no disk: its data are made up.
set -euo pipefail

folder=${TAMIS_MYSQL_FOLDER:-${TMPDIR:-/tmp}/tamis-mysql}
port=${TAMIS_MYSQL_PORT:-3399}
url=mysql://tamis:tamis@127.0.0.1:$port/test
made=$folder/tamis-made
pid_file=$folder/run/mysqld/tamis.pid
server_log=$folder/run/mysqld/server.log

fail() {
  echo "mysql.sh: $1" >&2
  echo "Or start MySQL 8.0.22 or newer and set TAMIS_MYSQL_URL, for example:" >&2
  echo "  docker run -d -p $port:3306 -e MYSQL_ROOT_PASSWORD=tamis mysql:9" >&2
  echo "  export TAMIS_MYSQL_URL=mysql://root:tamis@127.0.0.1:$port" >&2
  exit 1
}

# A server that was killed leaves its pid file, and another process may get the number.
running() {
  [ -s "$pid_file" ] && [ "$(cat "/proc/$(cat "$pid_file")/comm" 2>/dev/null)" = mysqld ]
}

stop_server() {
  kill "$(cat "$pid_file")"
  for _ in $(seq 1 120); do
    running || return 0
    sleep 0.5
  done
  fail "the server does not stop: see $server_log."
}

mysqld() {
  chroot "$folder" /usr/sbin/mysqld --no-defaults --user=mysqltest \
    --datadir=/var/lib/mysql-tamis --secure-file-priv= "$@"
}

install_server() {
  local log=$folder.log mirror
  [ "$(id -u)" = 0 ] || fail "making the server needs root."
  command -v apt-get >/dev/null && grep -q '^ID=debian' /etc/os-release ||
    fail "the server is made from Debian's packages, and this system is not Debian."
  command -v debootstrap >/dev/null ||
    { apt-get update -qq && apt-get install -y -qq debootstrap; } >"$log" 2>&1 ||
    fail "debootstrap cannot be installed: see $log."
  mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
  [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" {print $2; exit}' /etc/apt/sources.list)
  # What an interrupted run left; /proc may still be mounted in it.
  rm -rf --one-file-system "$folder"
  debootstrap --variant=minbase --include=mysql-server-core sid "$folder" "$mirror" >"$log" 2>&1 ||
    fail "debootstrap failed: see $log."
  chroot "$folder" useradd -r mysqltest
  mkdir -p "$folder/var/lib/mysql-tamis" "$folder/run/mysqld"
  chroot "$folder" chown mysqltest /var/lib/mysql-tamis /run/mysqld
  cat >"$folder/run/mysqld/init.sql" <<SQL
CREATE USER 'tamis'@'%' IDENTIFIED BY 'tamis';
GRANT ALL ON *.* TO 'tamis'@'%' WITH GRANT OPTION;
CREATE DATABASE test;
SQL
  mysqld --initialize-insecure --init-file=/run/mysqld/init.sql >"$log" 2>&1 ||
    fail "the server cannot be initialised: see $log."
  touch "$made"
}

is_ready() {
  grep -q "ready for connections.*port: $port" "$server_log"
}

start_server() {
  [ "$(id -u)" = 0 ] || fail "starting the server needs root."
  mysqld --bind-address=127.0.0.1 --port="$port" --mysqlx=OFF --socket=/run/mysqld/tamis.sock \
    --pid-file=/run/mysqld/tamis.pid --skip-log-bin --innodb-flush-method=nosync \
    --innodb-doublewrite=OFF --max-connections=400 >"$server_log" 2>&1 </dev/null &
  for _ in $(seq 1 120); do
    if is_ready; then return; fi
    sleep 0.5
  done
  fail "the server does not start: see $server_log."
}

case ${1:-} in
  start)
    if [ -n "${TAMIS_MYSQL_URL:-}" ]; then
      echo "$TAMIS_MYSQL_URL"
      exit
    fi
    if ! running; then
      [ -e "$made" ] || install_server
      start_server
    fi
    echo "$url"
    ;;
  status)
    if [ -n "${TAMIS_MYSQL_URL:-}" ]; then
      echo "$TAMIS_MYSQL_URL"
      exit
    fi
    running || { echo "mysql.sh: not running" >&2; exit 1; }
    echo "$url"
    ;;
  stop)
    if [ -z "${TAMIS_MYSQL_URL:-}" ] && running; then stop_server; fi
    ;;
  *)
    echo "usage: mysql.sh start|status|stop" >&2
    exit 2
    ;;
esac
