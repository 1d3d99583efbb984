package dev.deployclaw.bench.estate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class EstateBenchTest {
  private static final int GATEWAYS = 60;
  private static final int TENANTS = 400;

  @TempDir Path folder;

  @Test
  void looksAtEverythingAtThreeSizes() {
    var said = new StringWriter();
    var command = new CommandLine(new EstateBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--gateways=" + GATEWAYS,
            "--containers=8",
            "--tenants=" + TENANTS,
            "--rounds=1",
            "--warm-up=0",
            "--folder=" + folder);

    assertThat(status).isZero();
    assertThat(said.toString())
        .contains("kubernetes topology", "gateways scanned", "policies of tenants", "redis: rules")
        .containsAnyOf("docker containers", "no Docker: ");
  }

  @Test
  void asksByListsHoweverManyGatewaysThereAre() throws Exception {
    try (var few = new KubernetesScanSubjects(folder, GATEWAYS / 2, TENANTS);
        var many = new KubernetesScanSubjects(folder, GATEWAYS, TENANTS)) {
      for (int i = 0; i < few.all().size(); i++) {
        var fewer = few.all().get(i);
        var more = many.all().get(i);
        fewer.look();
        more.look();

        assertThat(more.requests().orElseThrow())
            .as(more.title())
            .isEqualTo(fewer.requests().orElseThrow());
      }
    }
  }
}
