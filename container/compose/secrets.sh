#!/bin/sh
# Makes the secrets of compose.yaml in files, and prints a token that may do everything. Keeps those that are there.
# Compose mounts them with their owner and mode: each belongs to the one user that reads it, and to nobody else.
set -eu
umask 077
cd "$(dirname "$0")"
if [ -e secrets ]; then
  echo "container/compose/secrets is there already" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  echo "each secret gets its reader as its owner, which only root may do: sudo container/compose/secrets.sh" >&2
  exit 1
fi
agent=10001 ratelimit=10002 host=10004 redis=999 root=0   # as in compose.yaml; 999 is redis in its image

mkdir secrets
cd secrets
random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
token=$(random 32)
hash=$(printf %s "$token" | sha256sum | cut -d ' ' -f 1)
printf 'tokens:\n  - {name: operator, sha256: %s, roles: [operator, approver]}\n' "$hash" >tokens.yaml
random 10 >s3-access
random 20 >s3-secret
for name in redis-agent redis-ratelimit redis-operator etcd-agent etcd-host etcd-ratelimit etcd-root nats-agent nats-watcher \
  nats-requester nats-operator status-agent; do
  random 20 >"$name"
done
cp status-agent status-ratelimit
# The pair that signs synthetic requests (Ed25519): Base64 of the public half, and of the private one on a second line.
openssl genpkey -algorithm ed25519 -out probe.pem
openssl pkey -in probe.pem -pubout -outform DER | openssl base64 -A >probe.pub
echo >>probe.pub
{ cat probe.pub; openssl pkey -in probe.pem -outform DER | openssl base64 -A; echo; } >probe.key
rm probe.pem
for user in agent watcher requester operator; do
  printf 'DC_%s: "%s"\n' "$(echo $user | tr a-z A-Z)" "$(cat nats-$user)"
done >nats-users.conf
hash() { sha256sum "$1" | cut -d ' ' -f 1; }
sed "s/AGENT_SHA256/$(hash redis-agent)/; s/RATELIMIT_SHA256/$(hash redis-ratelimit)/" ../../redis/users.acl >users.acl
printf 'user operator on #%s ~* &* +@all\n' "$(hash redis-operator)" >>users.acl

# Of root's are those that only containers read that run as root, once (etcd's and Redis' users, NATS) or as S3 does.
chmod 400 -- *
own() { user=$1 && shift && chown "$user:$user" -- "$@"; }
own $root ./*
own $agent tokens.yaml etcd-agent nats-agent probe.pub
own $host s3-access s3-secret redis-agent etcd-host status-agent probe.key
own $ratelimit redis-ratelimit etcd-ratelimit status-ratelimit
own $redis users.acl
echo "the token, which is kept nowhere: $token"
