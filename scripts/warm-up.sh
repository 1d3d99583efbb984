# What a build lets the JDK learn, so that later starts take half the time; they work without it too. Sourced by
# scripts/env.sh after a build.

# warm_up FOLDER: learns from one run of help and of a command that an agent carries out, and from one start of an agent
# and of an executor host.
warm_up() {
  cache_in "$1"
  classes_in "$1"
  local estate
  estate=$(mktemp -d) # a socket's path may not be long
  lay_estate "$estate"
  learn "$CACHE" '' "$TRAINING" &
  DEPLOYCLAW_HOST_SOCKET=$estate/host.sock DEPLOYCLAW_HOST_KEY_FILE=$estate/host.key \
    learn "${CACHE%.aot}-host.aot" ready "$HOST" --config "$estate/host.yaml" &
  JAVA_FLAGS+=("${AGENT_FLAGS[@]}")
  learn "${CACHE%.aot}-agent.aot" serves "$MAIN" serve --config "$estate/deployclaw.yaml" &
  wait
  rm -rf "$estate"
}

# learn CACHE WORD ARGUMENT…: keeps in CACHE what the JDK learns while the program runs: until it prints the word, or ends.
learn() {
  local cache=$1 word=$2 log=$1.log exit=0 pid
  shift 2
  : >"$log"
  timeout 300 "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" -XX:AOTCacheOutput="$cache" "${CLASSES[@]}" "$@" </dev/null >"$log" 2>&1 &
  pid=$!
  while [[ -n $word ]] && kill -0 "$pid" 2>/dev/null; do
    if [[ $(<"$log") == *"$word"* ]]; then
      kill -TERM "$pid"
      break
    fi
    sleep 0.2
  done
  wait "$pid" || exit=$?
  # 143 is the signal.
  case $exit in 0 | 143) rm "$log" ;; *) rm -f "$cache" ;; esac
}

# lay_estate FOLDER: configurations of an agent and of a host; nothing listens where they say.
lay_estate() (
  umask 077
  local digest servers='redis: {nodes: ["127.0.0.1:9"]}
s3: {endpoint: "http://127.0.0.1:9", bucket: deployclaw, accessKeyFile: key, secretKeyFile: key}
etcd: {endpoints: ["http://127.0.0.1:9"]}
nats: {url: "nats://127.0.0.1:9"}'
  printf -v digest '%064d' 0
  printf '%s\n' "stateDir: host" "$servers" >"$1/host.yaml"
  printf '%s\n' "stateDir: agent" "$servers" 'serve: {listen: "127.0.0.1:0", tokensFile: tokens.yaml}' >"$1/deployclaw.yaml"
  printf 'tokens: [{name: nobody, sha256: "%s", roles: [operator]}]\n' "$digest" >"$1/tokens.yaml"
  printf 'none\n' >"$1/key"
)
