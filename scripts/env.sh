# What ./deployclaw and ./test share: finding or installing what they need, and building once.
# Sourced by bash with `set -euo pipefail`. Progress and problems go to standard error. What each start of a built
# program passes through starts as few processes as it can.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
JAVA_WANTED=25
MAIN=dev.deployclaw.container.Main
# A folder for each program that was built, named after the digest of its sources, and which of them is up to date.
PROGRAMS=$ROOT/.deployclaw/programs
STAMP=$PROGRAMS/stamp
PROGRAM=
KEPT_PROGRAMS=3
MOST_BUILDS=3
BUILD_LOG=$ROOT/.deployclaw/build.log
INSTALL_LOG=$ROOT/.deployclaw/install.log
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='written by deployclaw'

# Fast to start, and silent about the JDK's own warnings: standard output is the program's. Named, the JDK's provider of
# channels isn't looked for in each jar, which takes half of a short command's time.
JAVA_FLAGS=(
  -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  -Djava.nio.channels.spi.SelectorProvider=sun.nio.ch.EPollSelectorProvider
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  -Xlog:disable -Xlog:all=error:stderr
)
# Of an agent that serves, and of its executor host: heap and buffers begin small, and memory that the C library keeps is
# given back, as they are idle most of the time.
AGENT_FLAGS=(
  -Xms16m -XX:TrimNativeHeapInterval=10000 -Dio.netty.jfr.enabled=false
  -Dio.netty.allocator.numHeapArenas=1 -Dio.netty.allocator.numDirectArenas=1 -Dio.netty.allocator.maxOrder=3
)

say() { printf 'deployclaw: %s\n' "$*" >&2; }

# --- What is needed -------------------------------------------------------------------------------

# find_java: puts the first JDK that is new enough into JAVA_HOME, or nothing.
find_java() {
  local home
  if is_new_java "${JAVA_HOME:-}"; then return; fi
  for home in "$(javac_home)" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
    if is_new_java "$home"; then
      JAVA_HOME=$home
      return
    fi
  done
  JAVA_HOME=
}

# javac_home: prints the JDK of the javac on the path.
javac_home() {
  local javac
  javac=$(readlink -f "$(command -v javac || true)")
  printf '%s\n' "${javac%/bin/javac}"
}

is_new_java() {
  local version
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  version=$(<"$1/release")
  version=${version#*JAVA_VERSION=\"}
  version=${version%%[!0-9]*}
  ((${version:-0} >= JAVA_WANTED))
}

has() { PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null; }

# missing_packages java|maven|servers|plugins|firewall|docker…: prints the Debian packages of what isn't there.
missing_packages() {
  local part
  for part; do
    case $part in
      java) [[ -n ${JAVA_HOME:-} ]] || echo "openjdk-$JAVA_WANTED-jdk-headless" ;;
      maven) has mvn || echo maven ;;
      servers)
        has redis-server || echo redis-server
        has redis-cli || echo redis-tools
        has etcd || echo etcd-server
        has etcdctl || echo etcd-client
        has nats-server || echo nats-server
        has nginx || echo nginx
        has gcc || echo gcc
        [[ -e /usr/include/time.h ]] || echo libc6-dev
        has curl || echo curl
        ;;
      plugins)
        has python3 || echo python3
        [[ -d /usr/lib/python3/dist-packages/grpc ]] || echo python3-grpcio
        [[ -d /usr/lib/python3/dist-packages/google/protobuf ]] || echo python3-protobuf
        ;;
      firewall)
        has iptables || echo iptables
        has ip || echo iproute2
        has auditctl || echo auditd
        ;;
      docker)
        has dockerd || echo docker.io
        has ip || echo iproute2
        ;;
      browser)
        has chromium || echo chromium
        has python3 || echo python3
        [[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || echo fonts-dejavu-core
        ;;
      clients)
        [[ -d /usr/lib/python3/dist-packages/dateutil ]] || echo python3-dateutil
        [[ -d /usr/lib/python3/dist-packages/pydantic ]] || echo python3-pydantic
        [[ -d /usr/lib/python3/dist-packages/urllib3 ]] || echo python3-urllib3
        ;;
    esac
  done
}

# provide java|maven|servers|firewall…: installs what is missing, or says what and ends with 2. Exports JAVA_HOME.
provide() {
  local packages
  find_java
  mapfile -t packages < <(missing_packages "$@")
  if ((${#packages[@]} > 0)); then
    if ((EUID != 0)) || ! has apt-get; then
      say "missing here: ${packages[*]}"
      say "on Debian or Ubuntu: sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}"
      say "a JDK $JAVA_WANTED may also be named by JAVA_HOME, programs by PATH"
      exit 2
    fi
    install_packages "${packages[@]}"
    find_java
    mapfile -t packages < <(missing_packages "$@")
    if ((${#packages[@]} > 0)); then
      say "still missing after the installation: ${packages[*]}"
      exit 2
    fi
  fi
  export JAVA_HOME
}

# provide_optional docker…: installs what is missing where it may; else says so, and goes on.
provide_optional() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  if ((${#packages[@]} == 0)); then return; fi
  if ((EUID != 0)) || ! has apt-get || ! install_packages "${packages[@]}"; then
    say "goes on without ${packages[*]}: what needs it is skipped, and says so"
  fi
}

# --- Installing -----------------------------------------------------------------------------------

# The packages' services are neither started now nor at the next boot: the lab runs its own processes.
install_packages() (
  mkdir -p "$ROOT/.deployclaw"
  mkdir -p /run/lock
  exec 8>/run/lock/deployclaw-install.lock
  flock -w 900 8 || { say "another installation does not end"; exit 1; }
  say "installing $* (log: $INSTALL_LOG)"
  trap allow_services EXIT
  trap 'exit 130' INT TERM HUP
  deny_services
  local units=($(absent_units))
  apt() {
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
      timeout 1200 apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$INSTALL_LOG" 2>&1
  }
  : >"$INSTALL_LOG"
  apt update || say "apt-get update failed; trying with the lists that are here"
  if ! apt install -y --no-install-recommends "$@"; then
    tail -n 5 "$INSTALL_LOG" >&2
    say "could not install: $* (log: $INSTALL_LOG)"
    exit 2
  fi
  disable_units "${units[@]}"
  say "installed $*"
)

# Makes package scripts start nothing, until allow_services. An own file that an earlier, killed run
# left is not kept as if it were somebody's.
deny_services() {
  allow_services
  if [[ -e $POLICY ]]; then mv "$POLICY" "$POLICY.kept"; fi
  printf '#!/bin/sh\n# %s\nexit 101\n' "$POLICY_MARK" >"$POLICY"
  chmod 755 "$POLICY"
}

allow_services() {
  if grep -qs "$POLICY_MARK" "$POLICY"; then
    rm -f "$POLICY"
    if [[ -e $POLICY.kept ]]; then mv "$POLICY.kept" "$POLICY"; fi
  fi
}

units_of_servers() {
  echo {redis-server,etcd,nats-server,nginx,docker,containerd,auditd,audit-rules}.service docker.socket
}

absent_units() {
  local unit
  for unit in $(units_of_servers); do
    [[ -e /usr/lib/systemd/system/$unit || -e /lib/systemd/system/$unit ]] || echo "$unit"
  done
}

# Only units that this installation brought.
disable_units() {
  local unit
  for unit; do
    if has systemctl && [[ -e /usr/lib/systemd/system/$unit ]]; then
      systemctl disable "$unit" >>"$INSTALL_LOG" 2>&1 || true
    fi
  done
}

# --- Building -------------------------------------------------------------------------------------

# find_sources FORMAT…: finds everything that the program is made of.
find_sources() (
  cd "$ROOT"
  shopt -s nullglob
  local poms=(./*/pom.xml ./workshop/*/pom.xml)
  find ./pom.xml ./.mvn ./scripts/env.sh ./SKILL*.md "${poms[@]%/pom.xml}" \
    \( -name target -o -name '.surefire-*' -o -path '*/src/test' -o -path ./workshop/bench \) -prune -o -type f "$@"
)

# Names, sizes and times: what moves with every edit, and is quick to read. The time of the last change of the file's
# entry tells of an edit that kept size and date.
source_times() { find_sources -printf '%p %s %T@ %C@\n'; }

# By content: a checkout of the same or a touch changes nothing.
source_digest() {
  find_sources -print0 | (cd "$ROOT" && LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -d ' ' -f 1
}

# is_built: whether there is a program of these sources; puts its folder into PROGRAM. Contents are read only when a
# file's time moved.
is_built() {
  local digest times now
  PROGRAM=
  [[ -r $STAMP ]] || return 1
  { read -r digest && times=$(cat); } <"$STAMP" || return 1
  now=$(source_times)
  if [[ $now != "$times" ]]; then
    digest=$(source_digest)
    [[ ! -d $PROGRAMS/$digest ]] || stamp "$digest" "$now"
  fi
  [[ -n $digest && -d $PROGRAMS/$digest ]] || return 1
  PROGRAM=$PROGRAMS/$digest
}

# stamp DIGEST TIMES: says which program is up to date. Where it can't be written, the next start asks again.
stamp() {
  local next=$STAMP.$BASHPID
  if ! { printf '%s\n' "$1" "$2" >"$next" && mv -f "$next" "$STAMP"; } 2>/dev/null; then rm -f "$next"; fi
}

maven() { (cd "$ROOT" && exec ${MAVEN_RUNNER-} mvn --batch-mode --no-transfer-progress "$@" </dev/null); }

# Builds unless is_built has found a program of these sources. One at a time; what reads or runs a program needs no lock.
build_once() {
  if [[ -n $PROGRAM ]]; then return; fi
  build
  is_built || { say "there is no program of these sources after the build; is the disk full?"; exit 1; }
}

build() (
  mkdir -p "$PROGRAMS"
  exec 8>"$ROOT/.deployclaw/build.lock"
  flock -w 3600 8 || { say "another build does not end"; exit 1; }
  if is_built; then return; fi
  local started=$SECONDS builds times digest
  say "building; the first time takes a minute or two (log: $BUILD_LOG)"
  for ((builds = 0; builds < MOST_BUILDS; builds++)); do
    times=$(source_times)
    digest=$(source_digest)
    build_program "$digest" 8>&-
    if [[ $(source_digest) == "$digest" ]]; then
      # The rename makes it a program, whole or not at all.
      mv -T "$PROGRAMS/new" "$PROGRAMS/$digest"
      stamp "$digest" "$times"
      forget_programs
      say "built in $((SECONDS - started)) s"
      return
    fi
    say "sources changed meanwhile; building again"
  done
  say "sources change during each build"
  exit 1
)

# build_program DIGEST: makes the program in the folder "new". What a build that was cut off left among the compiled
# classes isn't built upon.
build_program() {
  local cut_off=$ROOT/.deployclaw/building
  if [[ -e $cut_off ]]; then rm -rf "$ROOT"/{,workshop/}*/target/run; fi
  rm -rf "$PROGRAMS/new" "${PROGRAMS:?}/$1"
  : >"$cut_off"
  local build=(-Prun -T 1C --projects :lab --also-make "-Dprogram=$PROGRAMS/new" package)
  if ! maven "${build[@]}" >"$BUILD_LOG" 2>&1; then
    explain_failure "${build[@]}"
    rm -rf "$PROGRAMS/new"
    say "the build failed (log: $BUILD_LOG)"
    exit 1
  fi
  rm "$cut_off"
  . "$ROOT/scripts/warm-up.sh"
  cache_in "$PROGRAMS/new"
  classes_in "$PROGRAMS/new"
  warm_up
}

# explain_failure ARGUMENT…: says in one line what of that build is missing or was altered, else the first of what Maven
# says. Where something can't be downloaded, the comparison of checksums hides its name: the same without it names it.
explain_failure() {
  local altered
  altered=$(sed -nE '/trusted checksum mismatch/{s/.*Artifact ([^ ]+) trusted checksum mismatch.*/\1/p;q}' "$BUILD_LOG")
  if [[ -z $altered ]]; then altered=$(altered_library); fi
  if [[ -n $altered ]]; then
    say_altered "$altered"
    return
  fi
  if grep -qs 'ArtifactResult.getArtifact()" is null' "$BUILD_LOG"; then
    maven -o -Daether.artifactResolver.postProcessor.trustedChecksums=false "$@" >"$BUILD_LOG" 2>&1 || true
  fi
  local missing of='(find|transfer|the) artifact ([^ ]+)'
  missing=$(sed -nE "/^\[ERROR\].* $of/{s/.* $of.*/\2/p;q}" "$BUILD_LOG")
  if [[ -n $missing ]]; then
    say "$missing isn't in the local Maven repository and can't be downloaded;" \
      "connect to the network, or name a mirror in ~/.m2/settings.xml"
  else
    grep -m 3 '^\[ERROR\] *[^ ]' "$BUILD_LOG" >&2 || tail -n 5 "$BUILD_LOG" >&2
  fi
}

# altered_library: prints the first file of the local Maven repository that isn't the one of the checksums. Asked before Maven runs
# without comparing them itself.
altered_library() {
  local found
  found=$(cd "$HOME/.m2/repository" 2>/dev/null &&
    sha256sum --check --quiet --ignore-missing "$ROOT/.mvn/checksums/checksums.sha256" 2>/dev/null) || true
  sed -n '/: FAILED/{s/: FAILED.*//p;q}' <<<"$found"
}

say_altered() {
  say "$1 isn't the file that .mvn/checksums/checksums.sha256 names: find out who changed it before you go on;" \
    "see docs/tasks/supply-chain.md"
}

# cache_in FOLDER: puts the cache's name into CACHE. It is of one JDK: another doesn't take it.
cache_in() {
  CACHE=$(<"$JAVA_HOME/release")
  CACHE=${CACHE#*JAVA_RUNTIME_VERSION=\"}
  CACHE=$1/java-${CACHE%%\"*}.aot
}

# classes_in FOLDER: puts what tells java of the program's classes into CLASSES: docs/adr/0033.
classes_in() {
  local picocli=("$1"/lib/picocli-*.jar)
  CLASSES=("-Xbootclasspath/a:${picocli[0]}" -cp "$1/app/*:$1/lib/*")
}

# Removes the oldest programs but for a few and for those that still run.
forget_programs() {
  local old
  ls -1dt "$PROGRAMS"/*/ | tail -n +$((KEPT_PROGRAMS + 1)) | while read -r old; do
    grep -qsF -f - /proc/[0-9]*/cmdline <<<"$old" || rm -rf "$old"
  done
}

# tell_columns: tells the program how wide the terminal is; a shell learns that from it after a command, and keeps it.
tell_columns() {
  shopt -s checkwinsize
  (:; :)
  export COLUMNS
}

# Replaces this shell by the program, or by what $LAUNCH makes of it.
run_program() {
  cache_in "$PROGRAM"
  classes_in "$PROGRAM"
  if [[ ${1:-} == serve ]]; then
    CACHE=${CACHE%.aot}-agent.aot
    JAVA_FLAGS+=("${AGENT_FLAGS[@]}")
  fi
  local called=$0 # which hints repeat; on the path, its name alone
  if [[ :$PATH: == *:${0%/*}:* ]]; then called=${0##*/}; fi
  if [[ -r $CACHE ]]; then JAVA_FLAGS+=(-XX:AOTCache="$CACHE"); fi
  "${LAUNCH:-exec}" "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "-Ddeployclaw.home=$ROOT" \
    "-Ddeployclaw.command=$called" "${CLASSES[@]}" "$MAIN" "$@"
}

# own_network CMD…: replaces this shell by the command in a network namespace of its own, which has a loopback and
# nothing else and is gone with the last process in it; where that isn't allowed, by the command alone.
own_network() {
  if ((EUID == 0)) && unshare --net true 2>/dev/null; then
    CAMPAIGN_OUTER_NETWORK=$(readlink /proc/self/ns/net)
    export CAMPAIGN_OUTER_NETWORK
    exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
  fi
  exec "$@"
}
