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
    var environment = new TreeMap<>(more);
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    environment.putIfAbsent("DEPLOYCLAW_CONFIG", config.toString());
    environment.put("DEPLOYCLAW_PROBES_REQUESTS", "60");
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
