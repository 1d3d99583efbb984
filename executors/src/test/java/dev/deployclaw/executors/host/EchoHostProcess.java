package dev.deployclaw.executors.host;

import dev.deployclaw.core.grant.GrantKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@link EchoHostMain} as a process of its own. Closing it ends the process. */
public final class EchoHostProcess implements AutoCloseable {
  private final Process process;

  private EchoHostProcess(Process process) {
    this.process = process;
  }

  /** Returns when it listens. */
  public static EchoHostProcess start(Path socket, GrantKey key) throws IOException {
    var builder =
        new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                EchoHostMain.class.getName()));
    builder.environment().put("DEPLOYCLAW_HOST_SOCKET", socket.toString());
    var process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.outputWriter().write(key.hex() + "\n");
    process.outputWriter().flush();
    var output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
      if (line == null) {
        throw new IOException("the host ended before it was ready");
      }
    }
    return new EchoHostProcess(process);
  }

  public long pid() {
    return process.pid();
  }

  /** As the kernel's out-of-memory killer would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
