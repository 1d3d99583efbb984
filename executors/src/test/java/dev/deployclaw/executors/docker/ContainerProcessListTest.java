package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContainerProcessListTest {
  private static final String TITLE =
      "nginx: master process /usr/sbin/nginx -c /dc/live/nginx.conf";

  @Test
  void knowsTheMasterAndWhatItReads() {
    var nginx =
        ContainerProcessList.among(
            new String[][] {line(10, 9, TITLE), line(11, 10, "nginx: worker process")});

    assertThat(nginx.master()).contains("/usr/sbin/nginx -c /dc/live/nginx.conf");
    assertThat(nginx.first()).isTrue();
    assertThat(nginx.workers()).hasSize(1);
  }

  @Test
  void knowsThatASignalDoesNotReachTheChildOfAShell() {
    var shell = line(10, 9, "/bin/sh -c nginx");
    var init = line(10, 9, "/sbin/docker-init -- nginx");
    var master = line(11, 10, TITLE);

    assertThat(ContainerProcessList.among(new String[][] {shell, master}).first()).isFalse();
    assertThat(ContainerProcessList.among(new String[][] {init, master}).first()).isTrue();
  }

  @Test
  void tellsALaterWorkerFromAnEarlierOneOfItsNumber() {
    var before =
        ContainerProcessList.among(
            new String[][] {line(10, 9, TITLE), line(11, 10, "nginx: worker process")});
    var later = line(11, 10, "nginx: worker process");
    later[2] = "Thu";
    var after = ContainerProcessList.among(new String[][] {line(10, 9, TITLE), later});

    assertThat(before.renewed(before.marks())).isFalse();
    assertThat(after.renewed(before.marks())).isTrue();
    assertThat(after.stale(before.marks())).isEmpty();
    assertThat(before.stale(before.marks())).hasSize(1);
  }

  @Test
  void countsAWorkerThatIsLeavingAsStale() {
    var nginx =
        ContainerProcessList.among(
            new String[][] {
              line(10, 9, TITLE), line(11, 10, "nginx: worker process is shutting down")
            });

    assertThat(nginx.stale("")).hasSize(1);
  }

  @Test
  void findsNoNginxWhereNoneRuns() {
    var other = ContainerProcessList.among(new String[][] {line(10, 9, "/bin/sleep 5")});

    assertThat(other.master()).isEmpty();
    assertThat(other.first()).isFalse();
    assertThat(other.workers()).isEmpty();
  }

  @Test
  void asksForWholeLinesHoweverNarrowTheDaemonsTerminalWas() throws Exception {
    var command = new ArrayList<>(List.of("ps"));
    command.addAll(List.of(ContainerProcessList.PS_ARGUMENTS.split(" ", -1)));
    var ps = new ProcessBuilder(command).redirectErrorStream(true);
    ps.environment().put("COLUMNS", "60");

    var process = ps.start();
    String lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(lines).isZero();
    assertThat(lines).contains(" " + String.join(" ", command));
  }

  private static String[] line(int pid, int parent, String command) {
    return new String[] {
      Integer.toString(pid), Integer.toString(parent), "Wed", "Nov 25 01:44:59 2026 " + command
    };
  }
}
