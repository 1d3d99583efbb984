package dev.deployclaw.executors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway whose NGINX has written its pid file and has no worker yet. */
class EarlySignalTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);

  /**
   * Looks like NGINX's master and worker in the list of processes, and notes when a signal came.
   */
  private static final String STARTING =
      """
      note() { echo "$1" >> signals; }
      trap 'note early' HUP
      echo $$ > nginx.pid
      until [ -e live/nginx.conf ] && [ "$(readlink live)" = epochs/1 ]; do sleep 0.05; done
      sleep 0.5
      trap 'note late' HUP
      (exec -a "nginx: worker process" sleep 60) &
      until [ -e signals ]; do sleep 0.05; done
      kill $!
      """;

  @TempDir Path root;

  @Test
  void isSignalledOnceAWorkerRuns() throws Exception {
    try (var estate = new GatewayEstate(root)) {
      Path folder = estate.gateway(0).folder();
      estate.nginx(0).daemon().kill();
      var activation = GatewayEstate.activation(estate.set(), 1);
      estate.ask(new ExecutorCall.Stage(activation));
      Path script = Files.writeString(folder.resolve("starting.sh"), STARTING);
      String title = "nginx: master process nginx -c " + folder;
      var master =
          CommandRunner.of(
                  "/usr/bin/env",
                  "--default-signal=HUP",
                  "/bin/bash",
                  "-c",
                  "exec -a \"$1\" /bin/bash \"$2\"",
                  "sh",
                  title,
                  "" + script)
              .in(folder)
              .start(Redirect.DISCARD);
      try {
        BoundedWait.until(
            "it writes its number", AT_MOST, () -> pid(folder).equals("" + master.pid()));
        var published = estate.ask(new ExecutorCall.Publish(activation));

        assertThat(published.getFirst().answer()).as("%s", published).isEqualTo(Answer.YES);
        Path signals = folder.resolve("signals");
        BoundedWait.until("the signal comes", AT_MOST, () -> Files.exists(signals));
        assertThat(Files.readString(signals).strip()).isEqualTo("late");
      } finally {
        master.descendants().forEach(ProcessHandle::destroyForcibly);
        master.destroyForcibly();
      }
    }
  }

  private static String pid(Path folder) {
    try {
      return Files.readString(folder.resolve("nginx.pid")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
