package dev.deployclaw.bench.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GrpcBenchTest {
  @TempDir Path folder;

  @Test
  void asksEachServerOfGrpc() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new GrpcBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--calls=500",
            "--tenants=20",
            "--rounds=2",
            "--warm-up=0",
            "--callers=8",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var servers = new ObjectMapper().readTree(said.toString()).path("servers");
    assertThat(servers.findValuesAsText("title"))
        .containsExactly("bare gRPC", "Vert.x gRPC", "grpc-java on Netty");
    assertThat(servers.findValues("per_second")).allMatch(each -> each.asLong() > 0);
    assertThat(servers.findValues("own_cpu_each_ns")).allMatch(each -> each.asLong() > 0);
    assertThat(servers.findValues("server_cpu_each_ns")).allMatch(each -> each.asLong() > 0);
  }
}
