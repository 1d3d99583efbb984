#!/bin/sh
# Once: makes the users of etcd by its JSON gateway, and turns its authentication on. docs/tasks/credentials.md says the
# same for etcdctl. Passwords go over standard input, so that no list of processes shows them. Where it was cut off in
# the middle, the next run goes on: who is there already gets the password again.
set -eu
etcd=${ETCD:-http://etcd:2379}
secrets=${SECRETS:-/run/secrets}
prefix=$(printf /deployclaw/default/ | base64)
sets=$(printf /deployclaw/default/policy/ | base64)
setsafter=$(printf /deployclaw/default/policy0 | base64)
after=$(printf /deployclaw/default0 | base64)          # the first key that no longer begins so

say() { curl -fsS -o /dev/null --data-binary @- "$etcd/v3/$1"; }
account() { printf '{"name":"%s","password":"%s"}' "$1" "$(cat "$secrets/$2")"; }
user() { account "$1" "$2" | say auth/user/add || account "$1" "$2" | say auth/user/changepw; }
role() { printf '{"name":"%s"}' "$1" | say auth/role/add || printf '{"role":"%s"}' "$1" | say auth/role/get; }
grant() { printf '{"user":"%s","role":"%s"}' "$1" "$1" | say auth/user/grant; }
range() {
  printf '{"name":"%s","perm":{"permType":"%s","key":"%s","range_end":"%s"}}' "$1" "$2" "$3" "$4" | say auth/role/grant
}
may() { range "$1" "$2" "$prefix" "$after"; }

until curl -fsS -o /dev/null "$etcd/health"; do sleep 1; done
if ! printf '{"key":"AA=="}' | say kv/range 2>/dev/null; then
  echo "etcd asks for users already"
  exit 0
fi
user deployclaw-agent etcd-agent
role deployclaw-agent
may deployclaw-agent READWRITE
grant deployclaw-agent
user deployclaw-host etcd-host       # stores policy sets; who leads and what is committed it may only read
role deployclaw-host
may deployclaw-host READ
range deployclaw-host READWRITE "$sets" "$setsafter"
grant deployclaw-host
user deployclaw-ratelimit etcd-ratelimit
role deployclaw-ratelimit
may deployclaw-ratelimit READ
grant deployclaw-ratelimit
user root etcd-root
role root
grant root
printf '{}' | say auth/enable
