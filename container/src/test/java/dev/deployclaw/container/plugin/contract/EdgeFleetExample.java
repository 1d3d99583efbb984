package dev.deployclaw.container.plugin.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * The example in Java, compiled as its author would: against the protocol.
 *
 * @param classes the folder of its own
 */
record EdgeFleetExample(Path classes) {
  private static final Path SOURCE =
      Path.of("..", "skills", "examples", "edge-fleet", "EdgeFleet.java");
  private static final String PATH = System.getProperty("java.class.path");

  static EdgeFleetExample in(Path folder) {
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                PATH,
                "-d",
                folder.toString(),
                SOURCE.toString());
    assertThat(exit).as("the example compiles").isZero();
    return new EdgeFleetExample(folder);
  }

  /** By this JVM's Java. */
  List<String> words(String... members) {
    return wordsBy(Path.of(System.getProperty("java.home"), "bin", "java").toString(), members);
  }

  List<String> wordsBy(String java, String... members) {
    var words =
        new ArrayList<>(
            List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classes + File.pathSeparator + PATH,
                "EdgeFleet"));
    words.addAll(List.of(members));
    return words;
  }

  /** All that its class path names. */
  List<Path> files() {
    return Stream.concat(
            Stream.of(classes), Stream.of(PATH.split(File.pathSeparator, -1)).map(Path::of))
        .toList();
  }
}
