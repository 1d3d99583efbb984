package dev.deployclaw.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StageBenchTest {
  @TempDir Path folder;

  @Test
  void measuresEveryContenderOnce() {
    var said = new StringWriter();
    var command = new CommandLine(new StageBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--tenants", "50", "--rounds", "1", "--warm-up", "0", "--folder", folder.toString());

    assertThat(status).isZero();
    assertThat(said.toString()).contains("tenants", "50", "stage / redis-cli --pipe");
    for (StageContender contender : StageContender.values()) {
      assertThat(said.toString()).contains(contender.title());
    }
  }
}
