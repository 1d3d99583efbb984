package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.S3BucketReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where an estate stands: a file of properties, written by the process that started it.
 *
 * @param prefix of the agent's keys in etcd
 * @param served prefixes of the configuration stores, by name, in the same etcd
 * @param executions the folders of the agent's journal, one for each machine that it ran on
 * @param host what tenants' host names end with
 * @param services URL of each rate limit service, by namespace
 */
public record EstateLocation(
    String etcd,
    String prefix,
    SortedMap<String, String> served,
    List<String> redis,
    Optional<S3BucketReader.Access> s3,
    Optional<URI> nats,
    List<Path> executions,
    String host,
    SortedMap<String, String> services,
    List<Gateway> gateways) {
  private static final String NONE = "";

  /** A gateway that reads its file from a folder of this machine. */
  public record Gateway(String name, Path folder, URI url) {}

  /** Its exception names what the file lacks. */
  public static EstateLocation read(Path file) {
    var p = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      p.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the place to judge can't be read: " + file, e);
    }
    return new EstateLocation(
        needed(p, "etcd", file),
        needed(p, "prefix", file),
        family(p, "served."),
        words(p.getProperty("redis", NONE)),
        access(p),
        given(p, "nats").map(URI::create),
        family(p, "executions.").values().stream().map(Path::of).toList(),
        p.getProperty("host", NONE),
        family(p, "service."),
        gateways(p));
  }

  List<GatewayEndpoint> doors() {
    return gateways.stream().map(g -> new GatewayEndpoint(g.name(), g.url())).toList();
  }

  private static Optional<S3BucketReader.Access> access(Properties p) {
    return given(p, "s3")
        .map(url ->
            new S3BucketReader.Access(
                URI.create(url),
                p.getProperty("s3.bucket", NONE),
                p.getProperty("s3.region", "us-east-1"),
                Path.of(p.getProperty("s3.accessKeyFile", NONE)),
                Path.of(p.getProperty("s3.secretKeyFile", NONE))));
  }

  private static List<Gateway> gateways(Properties p) {
    return family(p, "gateway.").entrySet().stream()
        .map(e -> {
          String[] urlAndFolder = e.getValue().split(" ", 2);
          return new Gateway(e.getKey(), Path.of(urlAndFolder[1]), URI.create(urlAndFolder[0]));
        })
        .toList();
  }

  private static SortedMap<String, String> family(Properties p, String start) {
    var out = new TreeMap<String, String>();
    for (String name : p.stringPropertyNames()) {
      if (name.startsWith(start)) {
        out.put(name.substring(start.length()), p.getProperty(name));
      }
    }
    return out;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.trim().split("[ ,]+", -1));
  }

  private static Optional<String> given(Properties p, String name) {
    return Optional.ofNullable(p.getProperty(name)).filter(v -> !v.isBlank());
  }

  private static String needed(Properties p, String name, Path file) {
    return given(p, name)
        .orElseThrow(() -> new IllegalArgumentException(file + " has no " + name + "="));
  }
}
