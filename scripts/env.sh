# What ./deployclaw and ./test share: finding or installing what they need, and building once.
# Sourced by bash with `set -euo pipefail`. Progress and problems go to standard error.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
JAVA_WANTED=25
APP=$ROOT/lab/target
MAIN=dev.deployclaw.container.Main
STAMP=$APP/deployclaw.stamp
CACHE=$APP/deployclaw.aot
BUILD_LOG=$ROOT/.deployclaw/build.log
INSTALL_LOG=$ROOT/.deployclaw/install.log
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='written by deployclaw'

# Fast to start, and silent about the JDK's own warnings: standard output is the program's.
JAVA_FLAGS=(
  -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  -Xlog:disable -Xlog:all=error:stderr
)

say() { printf 'deployclaw: %s\n' "$*" >&2; }

# --- What is needed -------------------------------------------------------------------------------

# java_home: prints the first JDK that is new enough.
java_home() {
  local home javac
  javac=$(readlink -f "$(command -v javac || true)")
  for home in "${JAVA_HOME:-}" "${javac%/bin/javac}" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
    if [[ -x $home/bin/javac && -r $home/release ]] && (($(java_major "$home") >= JAVA_WANTED)); then
      printf '%s\n' "$home"
      return
    fi
  done
}

java_major() {
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  printf '%s\n' "${version:-0}"
}

has() { PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null; }

# missing_packages java|maven|servers|firewall|docker…: prints the Debian packages of what isn't there.
missing_packages() {
  local part
  for part; do
    case $part in
      java) [[ -n $(java_home) ]] || echo "openjdk-$JAVA_WANTED-jdk-headless" ;;
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
      firewall)
        has iptables || echo iptables
        has ip || echo iproute2
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
    esac
  done
}

# provide java|maven|servers|firewall…: installs what is missing, or says what and ends with 2. Exports JAVA_HOME.
provide() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  if ((${#packages[@]} > 0)); then
    if ((EUID != 0)) || ! has apt-get; then
      say "missing here: ${packages[*]}"
      say "on Debian or Ubuntu: sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}"
      say "a JDK $JAVA_WANTED may also be named by JAVA_HOME, programs by PATH"
      exit 2
    fi
    install_packages "${packages[@]}"
    mapfile -t packages < <(missing_packages "$@")
    if ((${#packages[@]} > 0)); then
      say "still missing after the installation: ${packages[*]}"
      exit 2
    fi
  fi
  JAVA_HOME=$(java_home)
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
  echo {redis-server,etcd,nats-server,nginx,docker,containerd}.service docker.socket
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

# A digest of everything that the program is made of, by content: a checkout or a touch changes nothing.
source_digest() (
  cd "$ROOT"
  shopt -s nullglob
  local poms=(./*/pom.xml)
  find ./pom.xml ./.mvn ./SKILL*.md "${poms[@]%/pom.xml}" \
    \( -name target -o -name '.surefire-*' -o -path '*/src/test' \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
)

is_built() { [[ -r $STAMP && $(<"$STAMP") == "$(source_digest)" ]]; }

mark_built() { printf '%s\n' "$1" >"$STAMP"; }

maven() { (cd "$ROOT" && exec mvn --batch-mode --no-transfer-progress "$@" </dev/null); }

# Builds unless the stamp says that these sources were built. One at a time.
build_once() (
  mkdir -p "$ROOT/.deployclaw"
  exec 8>"$ROOT/.deployclaw/build.lock"
  flock -w 3600 8 || { say "another build does not end"; exit 1; }
  if is_built; then return; fi
  local digest started=$SECONDS
  digest=$(source_digest)
  rm -rf "$APP/lib" "$CACHE"
  say "building; the first time takes a few minutes (log: $BUILD_LOG)"
  if ! maven -T 1C -DskipTests --projects lab --also-make package >"$BUILD_LOG" 2>&1 8>&-; then
    grep -m 5 '^\[ERROR\]' "$BUILD_LOG" >&2 || tail -n 5 "$BUILD_LOG" >&2
    say "the build failed (log: $BUILD_LOG)"
    exit 1
  fi
  warm_up
  mark_built "$digest"
  say "built in $((SECONDS - started)) s"
)

# Lets the JDK keep what it learnt from one run, so that later runs start in half the time. They
# start without it too.
warm_up() {
  timeout 120 "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" -XX:AOTCacheOutput="$CACHE" -cp "$APP/lib/*" "$MAIN" \
    --help </dev/null >>"$BUILD_LOG" 2>&1 || rm -f "$CACHE"
}

# Replaces this shell by the program, or by what $LAUNCH makes of it.
run_program() {
  if [[ -r $CACHE ]]; then JAVA_FLAGS+=(-XX:AOTCache="$CACHE"); fi
  "${LAUNCH:-exec}" "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "-Ddeployclaw.home=$ROOT" -cp "$APP/lib/*" "$MAIN" "$@"
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
