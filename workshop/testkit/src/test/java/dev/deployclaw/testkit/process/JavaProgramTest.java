package dev.deployclaw.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.process.CommandRunner.CommandResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program learns is a gift: where it is missing or bad, the program does the same. */
class JavaProgramTest {
  private static final Duration GUARD = Duration.ofMinutes(5);

  /** Of the JDK, since a program doesn't see the classes of tests; it prints a line and ends. */
  private static final String MAIN = "com.sun.tools.javac.Main";

  private static final List<String> VERSION = List.of("-version");

  @TempDir Path folder;

  private JavaProgram program;
  private Path cache;

  @BeforeEach
  void program() {
    cache = folder.resolve(MAIN + "-1.aot");
    program = new JavaProgram(MAIN, JavaProgram.QUICK, Optional.of(cache));
  }

  @Test
  void beginsWithWhatItLearntOnce() throws Exception {
    var before = run(program.command(VERSION));
    var old = Files.writeString(folder.resolve(MAIN + "-0.aot"), "of other classes");

    var lesson = program.lesson(VERSION).orElseThrow();
    assertThat(program.lesson(VERSION)).as("while one learns").isEmpty();
    assertThat(program.learnt()).isEmpty();
    assertThat(run(lesson).exit()).isZero();
    program.keep();

    assertThat(program.learnt()).contains("-XX:AOTCache=" + cache);
    assertThat(old).doesNotExist();
    assertThat(program.lesson(VERSION)).as("once it has learnt").isEmpty();
    assertThat(run(program.command(VERSION))).isEqualTo(before);
    var strict = with(List.of("-XX:AOTMode=on"));
    assertThat(run(strict.command(VERSION))).as("or not at all").isEqualTo(before);
    assertThat(before.exit()).isZero();
    assertThat(before.out()).isNotBlank();
  }

  @Test
  void doesTheSameWhereWhatItLearntIsBad() throws Exception {
    var before = run(program.command(VERSION));
    run(program.lesson(VERSION).orElseThrow());
    program.keep();
    byte[] learnt = Files.readAllBytes(cache);

    for (byte[] bad :
        List.of(
            new byte[0],
            "no cache".repeat(1000).getBytes(StandardCharsets.UTF_8),
            Arrays.copyOf(learnt, learnt.length / 2))) {
      Files.write(cache, bad);
      assertThat(run(program.command(VERSION))).as(bad.length + " bytes").isEqualTo(before);
    }
    Files.write(cache, learnt);
    var collector = List.of("-XX:-UseSerialGC", "-XX:+UseParallelGC");
    assertThat(run(with(collector).command(VERSION))).as("another collector").isEqualTo(before);
    var begun = program.command(VERSION);
    Files.delete(cache);
    assertThat(run(begun)).as("gone meanwhile").isEqualTo(before);
  }

  @Test
  void goesOnWithNothingWhereWhoLearnsDies() throws Exception {
    assertThat(program.lesson(VERSION)).isPresent();

    program.keep();

    assertThat(program.learnt()).isEmpty();
    assertThat(program.lesson(VERSION)).isEmpty();
    assertThat(run(program.command(VERSION)).exit()).isZero();
  }

  @Test
  void keepsNothingWhereItIsntToldWhere() throws Exception {
    var bare = new JavaProgram(MAIN, JavaProgram.QUICK, Optional.empty());

    assertThat(bare.lesson(VERSION)).isEmpty();
    bare.keep();

    assertThat(bare.learnt()).isEmpty();
    assertThat(run(bare.command(VERSION)).exit()).isZero();
  }

  private static CommandResult run(List<String> command) {
    return CommandRunner.of(command).within(GUARD).run();
  }

  /** The same program with more options, which has learnt the same. */
  private JavaProgram with(List<String> more) {
    var options = Stream.concat(JavaProgram.QUICK.stream(), more.stream()).toList();
    return new JavaProgram(MAIN, options, Optional.of(cache));
  }
}
