package dev.deployclaw.bench.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ViewBenchTest {
  @TempDir Path folder;

  @Test
  void measuresAllThatAReaderDoesWithThePage() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/chromium")), "chromium isn't installed");
    var said = new StringWriter();
    var command = new CommandLine(new ViewBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--records=2000", "--rounds=1", "--warm-up=0", "--json", "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    assertThat(figures.at("/bytes").asLong()).isEqualTo(Files.size(folder.resolve("log.html")));
    assertThat(figures.at("/measured")).hasSize(PageAction.values().length);
    for (var one : figures.at("/measured")) {
      assertThat(one.at("/median_us").asLong()).isPositive();
      assertThat(one.at("/floor_median_us").asLong()).isPositive();
    }
  }
}
