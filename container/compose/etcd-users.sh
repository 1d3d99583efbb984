#!/bin/sh
# Once: makes the users of etcd by its JSON gateway, and turns its authentication on. ETCD is its address (curl's
# CURL_CA_BUNDLE names an authority), SECRETS the folder of files with passwords. These go over standard input, so that
# no list of processes shows them. Where it was cut off in the middle, the next run goes on: who is there already gets
# the password again.
set -eu
etcd=${ETCD:-http://etcd:2379}
secrets=${SECRETS:-/run/secrets}
all=/deployclaw/default/

say() { curl -fsS -o /dev/null --data-binary @- "$etcd/v3/$1"; }
account() { printf '{"name":"%s","password":"%s"}' "$1" "$(cat "$secrets/$2")"; }
user() { account "$1" "$2" | say auth/user/add || account "$1" "$2" | say auth/user/changepw; }
role() { printf '{"name":"%s"}' "$1" | say auth/role/add || printf '{"role":"%s"}' "$1" | say auth/role/get; }
grant() { printf '{"user":"%s","role":"%s"}' "$1" "$1" | say auth/user/grant; }
code() { printf %s "$1" | base64; }
may() { # ROLE RIGHT FROM [UNTIL]: one key, or all from the first to before the second
  printf '{"name":"%s","perm":{"permType":"%s","key":"%s","range_end":"%s"}}' "$1" "$2" "$(code "$3")" "$(code "${4:-}")" |
    say auth/role/grant
}
below() { may "$1" "$2" "$3/" "${3}0"; }                # 0 is the character behind the slash

until curl -fsS -o /dev/null "$etcd/health"; do sleep 1; done
if ! printf '{"key":"AA=="}' | say kv/range 2>/dev/null; then
  echo "etcd asks for users already"
  exit 0
fi
user deployclaw-agent etcd-agent
role deployclaw-agent
below deployclaw-agent READWRITE "${all%/}"
grant deployclaw-agent
user deployclaw-host etcd-host                         # stores policy sets, and reads whether it may
role deployclaw-host
below deployclaw-host READWRITE "${all}policy"
may deployclaw-host READ "${all}term"
may deployclaw-host READ "${all}active"
below deployclaw-host READ "${all}checkpoint"
below deployclaw-host READ "${all}change"
grant deployclaw-host
user deployclaw-ratelimit etcd-ratelimit
role deployclaw-ratelimit
below deployclaw-ratelimit READ "${all%/}"
grant deployclaw-ratelimit
user root etcd-root
role root
grant root
printf '{}' | say auth/enable
