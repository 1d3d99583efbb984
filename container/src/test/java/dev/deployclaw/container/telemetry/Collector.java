package dev.deployclaw.container.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A collector: takes OTLP in protobuf over real HTTP, and answers as it is told. */
public final class Collector implements AutoCloseable {
  private volatile Manner manner;
  private final FakeHttpServer server = FakeHttpServer.start(_ -> answer());

  /** How it answers. */
  public enum Manner {
    TAKES,
    /** Reads, and never answers. */
    HANGS,
    /** A page where the protocol has a message. */
    TALKS_NONSENSE,
    REFUSES
  }

  /** A request. */
  public record Got(String path, Map<String, List<String>> headers, byte[] body) {
    /** All of it, a character for each byte. */
    public String bytes() {
      return new String(body, StandardCharsets.ISO_8859_1);
    }
  }

  private Collector(Manner manner) {
    this.manner = manner;
  }

  public static Collector start(Manner manner) {
    return new Collector(manner);
  }

  /** Answers so from now on. */
  void becomes(Manner other) {
    manner = other;
  }

  public String url() {
    return server.url();
  }

  public List<Got> got() {
    return server.requests().stream()
        .map(r -> new Got(r.path(), Map.copyOf(r.headers()), r.bytes()))
        .toList();
  }

  /** Spans of all requests, in the order that they came in. */
  public List<Span> spans() {
    return got("/v1/traces")
        .flatMap(g -> traces(g).getResourceSpansList().stream())
        .flatMap(r -> r.getScopeSpansList().stream())
        .flatMap(s -> s.getSpansList().stream())
        .toList();
  }

  /** Metrics of the last request. */
  public List<Metric> metrics() {
    return got("/v1/metrics")
        .reduce((_, last) -> last)
        .map(last ->
            metrics(last).getResourceMetricsList().stream()
                .flatMap(r -> r.getScopeMetricsList().stream())
                .flatMap(s -> s.getMetricsList().stream())
                .toList())
        .orElse(List.of());
  }

  static ExportTraceServiceRequest traces(Got got) {
    try {
      return ExportTraceServiceRequest.parseFrom(got.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ExportMetricsServiceRequest metrics(Got got) {
    try {
      return ExportMetricsServiceRequest.parseFrom(got.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private Stream<Got> got(String path) {
    return got().stream().filter(g -> g.path().equals(path));
  }

  /** A configuration that names a collector, and back ends that nobody asks. */
  public static AgentConfig config(Path folder, String telemetry) throws Exception {
    return ConfigReader.read(file(folder, telemetry), Map.of());
  }

  /** The same as a file. */
  public static Path file(Path folder, String telemetry) throws IOException {
    return Files.writeString(
        folder.resolve("deployclaw.yaml"),
        """
        etcd: {endpoints: ["http://127.0.0.1:1"], timeout: 100ms}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: none}
        nats: {url: "nats://127.0.0.1:1"}
        """
            + telemetry);
  }

  private Answer answer() {
    return switch (manner) {
      case TAKES -> Answer.of(200);
      case HANGS -> Answer.SILENCE;
      case TALKS_NONSENSE -> Answer.of(200, "<html>welcome</html>");
      case REFUSES -> Answer.of(400, "no thanks");
    };
  }

  @Override
  public void close() {
    server.close();
  }
}
