# What a build lets the JDK learn, so that later starts take half the time; they work without it too. Sourced by
# scripts/env.sh after a build.

# Without the methods' profiles: the one compiler has no use for them, and to load them takes a tenth of a start.
LEARN=(-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining)

# warm_up FOLDER: learns from one run of help and of a command that an agent carries out, and from one start of an agent
# and of an executor host, each until it has answered whether all is ready.
warm_up() {
  cache_in "$1"
  classes_in "$1"
  local estate
  estate=$(mktemp -d) # a socket's path may not be long
  lay_estate "$estate"
  learn "$CACHE" ended "$TRAINING" &
  DEPLOYCLAW_HOST_SOCKET=$estate/host.sock DEPLOYCLAW_HOST_KEY_FILE=$estate/host.key \
    learn "${CACHE%.aot}-host.aot" asked "$HOST" --config "$estate/host.yaml" &
  JAVA_FLAGS+=("${AGENT_FLAGS[@]}")
  learn "${CACHE%.aot}-agent.aot" answered "$MAIN" serve --config "$estate/deployclaw.yaml" &
  wait
  rm -rf "$estate"
}

# learn CACHE UNTIL ARGUMENT…: keeps in CACHE what the JDK learns while the program runs: until it has ended, or UNTIL says
# of its output that it has done what later starts do.
learn() {
  local cache=$1 until=$2 log=$1.log exit=0 pid
  shift 2
  : >"$log"
  timeout 300 "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "${LEARN[@]}" -XX:AOTCacheOutput="$cache" "${CLASSES[@]}" "$@" \
    </dev/null >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if "$until" "$log" "${@: -1}"; then
      kill -TERM "$pid"
      break
    fi
    sleep 0.2
  done
  wait "$pid" || exit=$?
  # 143 is the signal.
  case $exit in 0 | 143) rm "$log" ;; *) rm -f "$cache" ;; esac
}

ended() { return 1; }

# answered LOG: asks an agent that listens whether all is ready, and reads its answer.
answered() {
  local said address answer
  said=$(<"$1")
  [[ $said == *'serves http://'* ]] || return 1
  address=${said##*serves http://}
  address=${address%%[!0-9.:]*}
  { exec 7<>"/dev/tcp/${address%:*}/${address#*:}"; } 2>/dev/null || return 1
  printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$address" >&7
  IFS= read -r -t 60 answer <&7
  exec 7>&-
}

# asked LOG CONFIGURATION: lets an agent of the configuration beside it ask an executor host that listens.
asked() {
  [[ $(<"$1") == *ready* ]] || return 1
  local log=$1.agent pid
  : >"$log"
  "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "${CLASSES[@]}" "$MAIN" serve --config "${2%/*}/asker.yaml" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null && ! answered "$log"; do sleep 0.2; done
  kill -TERM "$pid"
  wait "$pid" || true
  rm -f "$log"
}

# lay_estate FOLDER: configurations of agents and of a host; nothing listens where they say.
lay_estate() (
  umask 077
  local digest serve='serve: {listen: "127.0.0.1:0", tokensFile: tokens.yaml}' servers='redis: {nodes: ["127.0.0.1:9"]}
s3: {endpoint: "http://127.0.0.1:9", bucket: deployclaw, accessKeyFile: key, secretKeyFile: key}
etcd: {endpoints: ["http://127.0.0.1:9"]}
nats: {url: "nats://127.0.0.1:9"}
rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:9"}]'
  printf -v digest '%064d' 0
  printf '%s\n' "stateDir: host" "$servers" >"$1/host.yaml"
  printf '%s\n' "stateDir: agent" "$servers" "$serve" >"$1/deployclaw.yaml"
  printf '%s\n' "stateDir: asker" "$servers" "$serve" "host: {socket: host.sock, keyFile: host.key}" >"$1/asker.yaml"
  printf 'tokens: [{name: nobody, sha256: "%s", roles: [operator]}]\n' "$digest" >"$1/tokens.yaml"
  printf 'none\n' >"$1/key"
)
