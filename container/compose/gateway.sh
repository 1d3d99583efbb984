#!/bin/sh
# Runs NGINX, and has it read its file again when the agent asks for it, so that the agent needs neither to see nor to
# signal the gateway's processes. In the agent's folder, which is only read here, "reload" says what the agent asked
# last; in "process" of a folder of our own stands what we acted on last, and which workers run.
set -u
folder=${GATEWAY_FOLDER:-/srv/gateway}
reports=${GATEWAY_REPORTS:-/run/gateway}
request() {
  asked=-
  if [ -f "$folder/reload" ]; then read -r asked <"$folder/reload"; fi
}
# Numbered as we see them; field 22 of stat is when it started, counted behind the name in parentheses (proc(5)).
report() {
  text="deployclaw-process 1
master $master
asked $seen"
  children=
  read -r children 2>/dev/null <"/proc/$master/task/$master/children"
  for worker in $children; do
    title= stat=
    { read -r title <"/proc/$worker/cmdline"; read -r stat <"/proc/$worker/stat"; } 2>/dev/null
    set -- ${stat##*) }
    case $title in
      "nginx: worker process is shutting down"*) text="$text
leaving $worker:${20:-0}" ;;
      "nginx: worker process"*) text="$text
worker $worker:${20:-0}" ;;
    esac
  done
  if [ "$text" != "$last" ]; then
    printf '%s\n' "$text" >"$reports/process.next" && mv "$reports/process.next" "$reports/process" && last=$text
  fi
}

rm -f "$reports/process"
last= children=
request
seen=$asked
"${NGINX:-nginx}" -c "$folder/live/nginx.conf" &
master=$!
trap 'kill -QUIT "$master"' QUIT
trap 'kill -TERM "$master"' TERM INT
while kill -0 "$master" 2>/dev/null; do
  request
  report
  # Not before it has workers: NGINX would take the signal and not look at it until the next one.
  if [ "$asked" != "$seen" ] && [ -n "$children" ] && kill -HUP "$master"; then
    seen=$asked
    report
  fi
  sleep 0.3
done
rm -f "$reports/process"
wait "$master"
