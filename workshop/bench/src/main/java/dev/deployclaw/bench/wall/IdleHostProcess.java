package dev.deployclaw.bench.wall;

import dev.deployclaw.bench.measure.ResidentMemory;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that listens on a socket, such as {@link IdleHostMain}, as a process of its own. */
final class IdleHostProcess implements AutoCloseable {
  private final Process process;

  private IdleHostProcess(Process process) {
    this.process = process;
  }

  /**
   * Returns when it listens.
   *
   * @param options for its JVM
   */
  static IdleHostProcess start(Class<?> main, Path socket, GrantKey key, List<String> options)
      throws IOException {
    var all = new ArrayList<>(JavaProgram.QUICK);
    all.removeIf(option -> option.startsWith("-XX:TieredStopAtLevel"));
    all.addAll(options);
    var command = JavaProgram.of(main.getName(), all).command(List.of(socket.toString()));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.outputWriter().write(key.hex() + "\n");
    process.outputWriter().flush();
    var output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    if (!"ready".equals(output.readLine())) {
      process.destroyForcibly();
      throw new IOException("the host wasn't ready");
    }
    return new IdleHostProcess(process);
  }

  /** What it has in memory. */
  long residentKibibytes() throws IOException {
    return ResidentMemory.kibibytes(process.toHandle());
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
