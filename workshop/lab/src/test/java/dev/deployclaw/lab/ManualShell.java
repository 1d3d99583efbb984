package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A shell into which the manual's commands are pasted, in a folder of its own. It ends at the first
 * that fails.
 *
 * @param config by which {@code deployclaw} finds the estate
 */
record ManualShell(Path folder, Path config) {
  /**
   * Before commands that call the API: each call's status is kept. After one that hands something
   * in, its reader waits until that rests.
   */
  static final String READER =
      """
      rests() {
        local i; for i in $(seq 200); do
          command curl -sS "$API/v1/executions/$(cat id)" -H "Authorization: Bearer test" > told
          if jq -e '.result | IN('"$1"', "COMPLETED")' told > /dev/null; then return; fi
          sleep 0.3
        done; false
      }
      curl() {
        local path=; for word in "$@"; do case $word in http*) path=${word#"$API"};; esac; done
        command curl "$@" -o reply -w '%{http_code}' | sed "s#\\$# ${path%%\\?*}\\n#" >> codes
        case $path in
          */tasks | */rollback) jq -r .execution_id reply > id; rests '"HELD"' ;;
          */approve*) rests '"COMPLETED"' ;;
          */plan) jq -r .plan reply > plan ;;
        esac
      }
      """;

  /** Takes the words of the program of that name, which a machine may not have. */
  static final String NATS =
      """
      nats() {
        local subject=$2 body=$3 inbox= head='NATS/1.0\\r\\n' line; shift 3
        while [ $# -gt 0 ]; do
          head+="${2%%:*}: ${2#*:}\\r\\n"
          case $2 in Deployclaw-Reply:*) inbox=${2#*:} ;; esac
          shift 2
        done
        printf -v head "$head\\r\\n"
        exec 3<>"/dev/tcp/127.0.0.1/$NATS_PORT"
        printf 'CONNECT {"verbose":false,"headers":true}\\r\\nSUB %s 1\\r\\n' "$inbox" >&3
        printf 'HPUB %s %d %d\\r\\n%s%s\\r\\n' "$subject" ${#head} $((${#head} + ${#body})) "$head" "$body" >&3
        while read -r -t 60 line <&3; do
          case $line in PING*) printf 'PONG\\r\\n' >&3 ;; *result*) echo "$line" | jq -r .result; return ;; esac
        done; false
      }
      """;

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final JavaProgram PROGRAM =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);

  /** All of them succeed; gives what they printed. */
  String paste(String commands) throws IOException {
    return paste(commands, Map.of());
  }

  String paste(String commands, Map<String, String> more) throws IOException {
    var bin = Files.createDirectories(folder.resolve("bin"));
    String words =
        PROGRAM.command(List.of()).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    for (Path place : List.of(bin, folder)) { // ./deployclaw, too
      var program =
          Files.writeString(place.resolve("deployclaw"), "#!/bin/sh\nexec " + words + " \"$@\"\n");
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }
    var environment = new TreeMap<>(LiveEstate.QUICK);
    environment.put("DEPLOYCLAW_CONFIG", config.toString());
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    environment.putAll(more);
    var script = Files.writeString(folder.resolve("commands"), "cd '" + folder + "'\n" + commands);
    var ended =
        CommandRunner.of(List.of("bash", "-eu", "-o", "pipefail", script.toString()))
            .with(environment)
            .within(LONGEST)
            .run();
    assertThat(ended.exit()).as(commands + "\n" + ended.said()).isZero();
    return ended.out();
  }
}
