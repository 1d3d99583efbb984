#!/bin/sh
# Makes the secrets of compose.yaml in files, and prints a token that may do everything. Keeps those that are there.
set -eu
umask 077
cd "$(dirname "$0")"
if [ -e secrets ]; then
  echo "container/compose/secrets is there already" >&2
  exit 1
fi
mkdir secrets
cd secrets
random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
token=$(random 32)
hash=$(printf %s "$token" | sha256sum | cut -d ' ' -f 1)
printf 'tokens:\n  - {name: operator, sha256: %s, roles: [operator, approver]}\n' "$hash" >tokens.yaml
random 10 >s3-access
random 20 >s3-secret
for name in redis-agent redis-ratelimit redis-operator etcd-agent etcd-ratelimit etcd-root nats-agent nats-watcher \
  nats-operator; do
  random 20 >"$name"
done
printf 'DC_AGENT: "%s"\nDC_WATCHER: "%s"\nDC_OPERATOR: "%s"\n' \
  "$(cat nats-agent)" "$(cat nats-watcher)" "$(cat nats-operator)" >nats-users.conf
hash() { sha256sum "$1" | cut -d ' ' -f 1; }
sed "s/AGENT_SHA256/$(hash redis-agent)/; s/RATELIMIT_SHA256/$(hash redis-ratelimit)/" ../../redis/users.acl >users.acl
printf 'user operator on #%s ~* &* +@all\n' "$(hash redis-operator)" >>users.acl
# Compose mounts them with their owner and mode: the services' users must be able to read them.
chmod 755 . && chmod 444 -- *
echo "the token, which is kept nowhere: $token"
