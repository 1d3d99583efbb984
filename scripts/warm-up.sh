# What a build lets the JDK learn, so that later starts take half the time; they work without it too. Sourced by
# scripts/env.sh after a build, and while an image is built, by bash. The caller sets JAVA_HOME, JAVA_FLAGS, CACHE (a file's
# name that ends in .aot) and CLASSES.

TRAINING=dev.deployclaw.container.remote.TrainingRun
HOST=dev.deployclaw.container.host.ExecutorHostMain
SERVICE=dev.deployclaw.ratelimit.RateLimitMain

# A log of one record.
RECORD='{"action":"none","actor":"none","detail":"none","duration_us":1,"execution_id":"arch-2026-01-01-rate-limit-001","facts":{"diff":[{"after":"2","before":"1","field":"requests","limit":"none","tenant":"none"}],"phases_us":{"plan":1},"request":"none","requester":"none","result":"COMPLETED","summary":true},"hash":"060449ea6db65e5447f650274b13b4d8c5b05eca400b137f8ddd503c3f08eeaf","phase":"end","prev":"","schema_version":2,"seq":1,"status":"OK","step":1,"time":"2026-01-01T00:00:00.000000Z"}'

# Without the methods' profiles: the one compiler has no use for them, and to load them takes a tenth of a start.
LEARN=(-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining)

# warm_up: learns from one run of help, of a command that an agent carries out, and of one that shows a log, and from one
# start of an agent and of an executor host, each until it has answered whether all is ready.
warm_up() {
  local estate
  estate=$(mktemp -d) # a socket's path may not be long
  lay_estate "$estate"
  learn "$CACHE" ended "$TRAINING" "$estate/log.yaml" &
  DEPLOYCLAW_HOST_SOCKET=$estate/host.sock DEPLOYCLAW_HOST_KEY_FILE=$estate/host.key \
    learn "${CACHE%.aot}-host.aot" asked "$HOST" --config "$estate/host.yaml" &
  JAVA_FLAGS+=("${AGENT_FLAGS[@]}")
  learn "${CACHE%.aot}-agent.aot" answered "$MAIN" serve --config "$estate/deployclaw.yaml" &
  wait
  rm -rf "$estate"
}

# warm_up_image agent|ratelimit: for an image. Its class path is a file of arguments: a folder's order may differ between
# layers, and a cache is of one order.
warm_up_image() {
  JAVA_HOME=/opt/jre
  JAVA_FLAGS=(-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
  AGENT_FLAGS=(-XX:TieredStopAtLevel=1 -Dvertx.disableFileCPResolving=true -Dvertx.disableFileCaching=true)
  MAIN=dev.deployclaw.container.Main
  CACHE=/opt/deployclaw/java.aot
  CLASSES=(@/opt/deployclaw/classpath)
  local jars=(/opt/deployclaw/{app,lib}/*.jar) jar
  for jar in "${jars[@]}"; do
    case $jar in */picocli-*) printf -- '-Xbootclasspath/a:%s\n' "$jar" ;; esac
  done >/opt/deployclaw/classpath
  (IFS=: && printf -- '-cp\n%s\n' "${jars[*]}") >>/opt/deployclaw/classpath
  if [[ $1 == agent ]]; then warm_up; else warm_up_service; fi
  ls "$CACHE" >/dev/null
}

# warm_up_service: learns from one start of a rate limit service, and from a decision that it can't make.
warm_up_service() {
  LEARN=() # it has both compilers
  DC_RATELIMIT_PORT=8089 DC_RATELIMIT_ETCD=http://127.0.0.1:9 DC_RATELIMIT_REDIS=127.0.0.1:9 \
    learn "$CACHE" decided "$SERVICE"
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
  local said address
  said=$(<"$1")
  [[ $said == *'serves http://'* ]] || return 1
  address=${said##*serves http://}
  address=${address%%[!0-9.:]*}
  get "${address/://}" /readyz
}

# decided LOG: asks a rate limit service that listens for a decision, and whether it is ready.
decided() {
  get 127.0.0.1/8089 '/v1/decide?tenant=none&service=none' && get 127.0.0.1/8089 /readyz
}

# get HOST/PORT PATH: reads the first line of an HTTP answer.
get() {
  local answer
  { exec 7<>"/dev/tcp/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "${1%/*}" >&7
  IFS= read -r -t 60 answer <&7
  exec 7>&-
}

# asked LOG CONFIGURATION: lets an agent of the configuration beside it ask an executor host that listens.
asked() {
  [[ $(<"$1") == *ready* ]] || return 1
  local log=$1.agent pid
  : >"$log"
  timeout 120 "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "${CLASSES[@]}" "$MAIN" serve --config "${2%/*}/asker.yaml" >"$log" 2>&1 &
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
rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:9"}]' files='policySources: [{folder: policies, namespace: edge}]
gateways:
  - {name: gw, namespace: edge, folder: gw, pidFile: gw.pid, accessLog: gw.log, listen: "127.0.0.1:9",
     url: "http://127.0.0.1:9", service: "127.0.0.1:9", identity: {host: none.test}, routes: [{prefix: /, service: none}],
     upstreams: {none: "127.0.0.1:9"}}'
  printf -v digest '%064d' 0
  printf '%s\n' "stateDir: host" "$servers" >"$1/host.yaml"
  printf '%s\n' "stateDir: agent" "$servers" "$serve" >"$1/deployclaw.yaml"
  printf '%s\n' "stateDir: asker" "$servers" "$serve" "host: {socket: host.sock, keyFile: host.key}" >"$1/asker.yaml"
  printf 'tokens: [{name: nobody, sha256: "%s", roles: [operator]}]\n' "$digest" >"$1/tokens.yaml"
  printf 'none\n' >"$1/key"
  mkdir -p "$1/log/executions"
  printf '%s\n' "stateDir: log" "$servers" "$serve" "$files" >"$1/log.yaml"
  printf '%s\n' "$RECORD" >"$1/log/executions/arch-2026-01-01-rate-limit-001.jsonl"
)
