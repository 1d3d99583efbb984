package dev.deployclaw.bench.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.soak.FullLoadTest", because = "it starts what it measures")
class LeaseBenchTest {
  @TempDir Path folder;

  @Test
  void comparesLeasedLimitsWithExactOnes() throws Exception {
    var said = new StringWriter();

    int status =
        new CommandLine(new LeaseBench(new PrintWriter(said)))
            .execute(
                "--instances=1,2",
                "--requests=500",
                "--callers=8",
                "--seconds=1",
                "--json",
                "--plot=" + folder.resolve("leases.svg"),
                "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString()).path("leases");
    assertThat(figures.findValuesAsText("title"))
        .hasSize(16)
        .startsWith("token-bucket, exact", "token-bucket, leased")
        .endsWith("fixed-window, exact", "fixed-window, leased");
    assertThat(figures.findValuesAsText("instances")).startsWith("1", "1", "2", "2");
    assertThat(figures.findValues("per_second")).allMatch(n -> n.asLong() > 0);
    var plot = folder.resolve("leases.svg").toFile();
    var bars = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plot);
    assertThat(bars.getElementsByTagName("rect").getLength()).isEqualTo(1 + 16);
    assertThat(figures.findValues("admitted_beyond")).hasSize(16).allMatch(n -> n.asLong() == 0);
  }
}
