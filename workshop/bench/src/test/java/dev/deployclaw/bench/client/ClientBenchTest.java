package dev.deployclaw.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class ClientBenchTest {
  @TempDir Path folder;

  @Test
  void asksTheSameOfEachClient() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new ClientBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--calls=500",
            "--keys=20",
            "--rounds=2",
            "--warm-up=0",
            "--in-flight=8",
            "--seconds=1",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    for (String part : List.of("clients", "arrivals")) {
      assertThat(figures.path(part).findValuesAsText("title"))
          .as(part)
          .containsExactly("our own client", "Lettuce", "vertx-redis-client");
    }
    assertThat(figures.path("clients").findValues("own_cpu_each_ns"))
        .allMatch(each -> each.asLong() > 0);
  }
}
