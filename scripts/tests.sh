# What ./test is made of. Sourced after env.sh.
#
# A part of a run is one go of Maven over some classes: fast, all, slow N/OF, or named ones. Each leaves its results in
# $RESULTS, one line a class: part, module, class, tests, failed, skipped, seconds; and a line for each failed test in
# $FAILURES.

TIMES=$ROOT/scripts/test-times
WORK=$ROOT/.deployclaw/tests
RESULTS=$WORK/results
FAILURES=$WORK/failures
CHOSEN=$WORK/chosen
LEAST_SECONDS=5
# A test of the fast tier that hangs is ended long before one of the slow tier. Most of its code runs seldom: what the
# second compiler costs never comes back, a sixth to a third of the CPU. The slow tier, which looks for races, has it.
# Nor does it verify classes that a compiler has just made: that took a twelfth of the CPU of a module with many libraries.
UNVERIFIED='-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote'
FAST=(-Dtest.tags.not=slow "-Dtest.longest=5 m" -Dtest.longest.module=1500)
FAST+=("-Dtest.jvm=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:MetaspaceSize=192m -Xmx1g $UNVERIFIED")

joined() { printf '%s\n' "$@" | paste -sd , | sed 's/,/, /g'; }

# --- Which classes there are ------------------------------------------------------------------------

modules() { sed -n 's/.*<module>\(.*\)<\/module>.*/\1/p' "$ROOT/pom.xml"; }

# test_classes: module and class of every test.
test_classes() {
  (cd "$ROOT" && find $(modules | sed 's/$/\/src\/test\/java/') -name '*Test.java' 2>/dev/null || true) |
    sed 's/\/src\/test\/java\// /; s/\.java$//; :a; s/\( .*\)\//\1./; ta' | LC_ALL=C sort
}

# slow_classes [INDENT]: those that are of the slow tier, whole or in part; with an empty indent those that are whole.
slow_classes() {
  (cd "$ROOT" && grep -rlE "^${1- *}@Slow\(" --include='*Test.java' $(modules | sed 's/$/\/src\/test/') 2>/dev/null || true) |
    sed 's/\/src\/test\/java\// /; s/\.java$//; :a; s/\( .*\)\//\1./; ta' | LC_ALL=C sort
}

# slow_share N OF: the classes of a share of the slow tier. The list of times says to which fifth a class belongs; a class
# that it doesn't have yet goes where its name's checksum points.
slow_share() {
  local n=$1 of=$2 module class fifth
  slow_classes | while read -r module class; do
    fifth=$(awk -v c="$class" '$2 == c { print $7 }' "$TIMES")
    if [[ ! $fifth =~ ^[0-9]+$ ]]; then fifth=$(($(cksum <<<"$class" | cut -d ' ' -f 1) % of + 1)); fi
    if (((fifth - 1) % of + 1 == n)); then printf '%s %s\n' "$module" "$class"; fi
  done
}

# named WORD: the classes that a module's or a class's name means.
named() {
  test_classes | awk -v w="$1" '{ n = $2; sub(/.*\./, "", n); m = $1; sub(/.*\//, "", m) } m == w || $1 == w || $2 == w || n == w'
}

# --- Building ---------------------------------------------------------------------------------------

# build_tests [MODULE…]: compiles and packs everything once, modules side by side, without running a test.
build_tests() (
  local BUILD_LOG=$WORK/build.log started=$SECONDS some=()
  if (($# > 0)); then some=(--projects "$(printf '%s\n' "$@" | paste -sd ,)" --also-make); fi
  exec 8>"$ROOT/.deployclaw/build-tests.lock"
  flock -w 3600 8 || { say "another build of the tests does not end"; exit 1; }
  say "building the tests (log: $BUILD_LOG)"
  local build=(-T 1C -DskipTests "${some[@]}" package)
  if ! maven "${build[@]}" >"$BUILD_LOG" 2>&1 8>&-; then
    explain_failure "${build[@]}"
    say "the build failed, no test was run (log: $BUILD_LOG)"
    exit 1
  fi
  say "built in $((SECONDS - started)) s"
)

# analyse [WORD…]: compiles everything once more, in folders of its own, with Error Prone, NullAway and -Werror; checks the
# formatting. WORD…: what runs Maven.
analyse() {
  local BUILD_LOG=$WORK/analyse.log started=$SECONDS
  say "analysing (log: $BUILD_LOG)"
  if ! MAVEN_RUNNER="$*" maven -T 1C -Panalyse test-compile >"$BUILD_LOG" 2>&1; then
    grep -m 20 '^\[WARNING\] .*\.java:\[' "$BUILD_LOG" >&2 || true
    explain_failure -Panalyse test-compile
    say "the analysers found something, or didn't get that far (log: $BUILD_LOG)"
    return 1
  fi
  say "analysed in $((SECONDS - started)) s: nothing found"
}

# analyse_beside: starts the same beside tests, with the CPU that those leave; its process is $ANALYSIS. It ends with this
# script.
analyse_beside() {
  analyse nice -n 19 &
  ANALYSIS=$!
  end_with_me "$ANALYSIS"
}

# end_with_me PID: what a process in the background has started ends with this script, on Ctrl+C too.
BESIDE=()
end_with_me() {
  BESIDE+=("$1")
  trap 'for pid in "${BESIDE[@]}"; do pkill -P "$pid" 2>/dev/null || true; done' EXIT
}

# --- Running ----------------------------------------------------------------------------------------

# longest_first COLUMN: tells Surefire which classes take long: those come first, so that at the end no JVM waits for the
# other's last one. What it keeps by itself is of the last run alone, which may have been of one class.
longest_first() {
  local module
  for module in $(modules); do
    awk -v m="$module" -v at="$1" '$1 == m && $at > 0 { print "0," $at * 1000 "," $2 ",all" }' "$TIMES" \
      >"$ROOT/$module/.surefire-order"
  done
}

# part_classes NAME: the classes in $CHOSEN, or all that the part has.
part_classes() {
  if [[ -s $CHOSEN ]]; then cat "$CHOSEN"; else test_classes; fi >"$WORK/expected"
  if [[ $1 == fast ]]; then slow_classes '' >"$WORK/unexpected"; else : >"$WORK/unexpected"; fi
  grep -vxF -f "$WORK/unexpected" "$WORK/expected" || true
}

# split_lanes COLUMN: deals the modules of the classes that it reads out to two lanes, the longest first, each to the lane
# that has less to do. Modules depend on each other in a row, so one Maven would test one after the other: at the end of each
# a core has nothing to do. A class that isn't in the list of times takes a second.
split_lanes() {
  : >"$WORK/lane.1" >"$WORK/lane.2"
  awk -v times="$TIMES" -v at="$1" -v lanes="$WORK/lane" '
    BEGIN { while ((getline line < times) > 0) { split(line, t, " "); takes[t[2]] = t[at] } }
    { sum[$1] += takes[$2] > 0 ? takes[$2] : 1; classes[$1] = classes[$1] $0 "\n" }
    END {
      for (;;) {
        longest = ""
        for (m in sum) if (longest == "" || sum[m] > sum[longest] || sum[m] == sum[longest] && m < longest) longest = m
        if (longest == "") break
        lane = work[2] < work[1] ? 2 : 1
        work[lane] += sum[longest]
        printf "%s", classes[longest] >(lanes "." lane)
        delete sum[longest]
      }
    }'
}

# run_lane LANE [-D…]: runs its classes. The phase is that of the build, so that tests see what is packed already; nothing is
# compiled, because two lanes would do it at once. A failure stops no other module.
run_lane() {
  local classes=$WORK/lane.$1 lane=$1
  shift
  [[ -s $classes ]] || return 0
  cut -d ' ' -f 2 "$classes" | sed 's/\./\//g; s/$/.java/' >"$classes.files"
  maven package -Dmaven.test.failure.ignore=true -Dmaven.main.skip -Dtest.compiled=true -Dprotobuf.skip -Dtest.lane="$lane" \
    -Dsurefire.includesFile="$classes.files" --projects "$(cut -d ' ' -f 1 "$classes" | sort -u | paste -sd ,)" --also-make "$@"
}

# run_part NAME [-D…]: runs the classes in $CHOSEN, or all where that is empty, and keeps their results.
run_part() {
  local part=$1 status=0 times=6 second module
  shift
  rm -rf "$ROOT"/{,workshop/}*/target/surefire-reports
  if [[ $part == fast ]]; then times=4; fi
  longest_first $times
  part_classes "$part" >"$WORK/classes"
  split_lanes $times <"$WORK/classes"
  run_lane 2 "$@" &
  second=$!
  end_with_me "$second"
  run_lane 1 "$@" || status=$?
  wait "$second" || status=$?
  for module in $(modules); do results_of "$part" "$module"; done >"$WORK/part"
  cat "$WORK/part" >>"$RESULTS"
  without_result | while read -r module class; do
    say "$class has no result: it was cut off, or took its JVM along"
    printf '%s %s %s 1 1 0 0\n' "$part" "$module" "$class" >>"$RESULTS"
    printf '  %s (%s): no result\n' "$class" "$module" >>"$FAILURES"
  done
  ((status == 0)) && awk -v part="$part" '$1 == part && $5 > 0 { bad = 1 } END { exit bad }' "$RESULTS"
}

# without_result: classes of the part of which Surefire reported nothing.
without_result() {
  awk -v file="$WORK/part" '
    BEGIN { while ((getline line < file) > 0) { split(line, r, " "); seen[r[3]] = 1 } }
    !($2 in seen)' "$WORK/classes"
}

# results_of PART MODULE: the results of the module's classes, as Surefire reports them.
results_of() {
  local reports=("$ROOT/$2/target/surefire-reports"/TEST-*.xml)
  [[ -e ${reports[0]} ]] || return 0
  awk -v part="$1" -v module="$2" '
    function value(name) {
      return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
    }
    /^<testsuite / {
      time = value("time")
      gsub(/,/, "", time)
      print part, module, value("name"), value("tests"), value("errors") + value("failures"), value("skipped"), time
    }
    /^ *<testcase / { test = value("classname") "." value("name") }
    /^ *<(failure|error)[ >]/ {
      why = value("message")
      gsub(/&#10;|&#13;/, " ", why)
      gsub(/&quot;/, "\"", why)
      gsub(/&lt;/, "<", why)
      gsub(/&gt;/, ">", why)
      print "  " test " (" module "): " substr(why, 1, 200) >>failures
    }' failures="$FAILURES" "${reports[@]}"
}

# --- Telling ----------------------------------------------------------------------------------------

# tell_results: what ran, what was left, the slowest classes, and the one line that is always the last.
tell_results() {
  awk -v classes="$(wc -l <"$RESULTS")" '{ tests += $4; took += $7 }
    END { printf "ran %d tests of %d classes, %.0f s of class time\n", tests, classes, took }' "$RESULTS"
  tell_left
  if [[ -s $RESULTS ]]; then
    echo "slowest classes:"
    sort -k 7,7 -rn "$RESULTS" | awk 'NR <= 10 { printf "  %7.1f s  %s (%s)\n", $7, $3, $2 }'
  fi
  if [[ -s $FAILURES ]]; then
    echo "failed:"
    head -n 40 "$FAILURES"
  fi
  awk '{ tests += $4; failed += $5; skipped += $6 }
    END { printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped }' "$RESULTS"
}

# tell_left: how much of the slow tier wasn't run.
tell_left() {
  local left
  left=$(slow_classes | awk -v results="$RESULTS" -v times="$TIMES" '
    BEGIN {
      while ((getline line < results) > 0) { split(line, r, " "); if (r[1] != "fast") ran[r[3]] = 1 }
      while ((getline line < times) > 0) { split(line, t, " "); slow[t[2]] = t[5] - t[3] }
    }
    !($2 in ran) { classes++; tests += slow[$2] }
    END { printf "%d %d", classes, tests }')
  if [[ $left == "0 "* ]]; then
    echo "left out: nothing; ./test --times writes these times into scripts/test-times"
  else
    printf 'left out: some %d tests of %d classes of the slow tier (./test --all, or ./test --slow 1/5 to 5/5)\n' \
      "${left#* }" "${left% *}"
  fi
}

# --- Times ------------------------------------------------------------------------------------------

# write_times: puts what the last run measured into the list of times. A class keeps its fifth, so that five commits in a
# row run everything; one that is new goes to the fifth with the least to do.
write_times() {
  [[ -s $RESULTS ]] || { say "no results of a run are here; first: ./test --all"; return 2; }
  local new=$WORK/times
  slow_classes >"$WORK/slow"
  slow_classes '' >"$WORK/whole"
  awk -v slow="$WORK/slow" -v whole="$WORK/whole" -v times="$TIMES" -v least="$LEAST_SECONDS" '
    function up(x) { return x == int(x) ? x : int(x) + 1 }
    BEGIN {
      while ((getline line < slow) > 0) { split(line, s, " "); is_slow[s[2]] = 1 }
      while ((getline line < whole) > 0) { split(line, s, " "); is_whole[s[2]] = 1 }
      while ((getline line < times) > 0) {
        if (line ~ /^#/) continue
        split(line, t, " ")
        module[t[2]] = t[1]; ft[t[2]] = t[3]; fs[t[2]] = t[4]; at[t[2]] = t[5]; as[t[2]] = t[6]; fifth[t[2]] = t[7]
      }
    }
    {
      module[$3] = $2
      if ($1 == "fast") { ft[$3] = $4; fs[$3] = up($7) }
      if ($1 != "fast" || !($3 in is_slow)) { at[$3] = $4; as[$3] = up($7) }
      if (!($3 in is_slow)) { ft[$3] = at[$3]; fs[$3] = as[$3] }
    }
    END {
      for (c in module) if (!(c in is_slow)) fifth[c] = "-"
      for (c in is_whole) ft[c] = fs[c] = 0
      for (c in is_slow) if (fifth[c] ~ /^[1-5]$/) sum[fifth[c]] += as[c]
      for (;;) {
        next_one = ""
        for (c in is_slow)
          if (c in module && fifth[c] !~ /^[1-5]$/ &&
              (next_one == "" || as[c] > as[next_one] || as[c] == as[next_one] && c < next_one)) next_one = c
        if (next_one == "") break
        light = 1
        for (f = 2; f <= 5; f++) if (sum[f] < sum[light]) light = f
        fifth[next_one] = light
        sum[light] += as[next_one]
      }
      for (c in module)
        if (c in is_slow || fs[c] >= least)
          print module[c], c, ft[c] + 0, fs[c] + 0, at[c] + 0, as[c] + 0, fifth[c]
    }' "$RESULTS" | LC_ALL=C sort >"$new.unheaded"
  { grep '^#' "$TIMES" || true; } | cat - "$new.unheaded" >"$new"
  mv "$new" "$TIMES"
  say "wrote $TIMES"
  awk '$7 ~ /^[1-5]$/ { sum[$7] += $6; n[$7]++ } END { for (f = 1; f <= 5; f++) print "  fifth " f ": " n[f] " classes, " sum[f] " s" }' "$TIMES"
}
