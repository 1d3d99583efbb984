package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.LocalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.apache.commons.lang3.function.Failable;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server with one bucket, storing in files (S3Proxy). Either part of this JVM or a process or
 * container of its own, which can be killed and paused.
 */
public record S3Server(
    Settings settings, List<? extends DaemonHandle> daemons, Runnable stop, String scheme)
    implements LocalServer {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final String NAME = "s3";
  private static final String SETTINGS = "s3.properties";
  private static final String BUCKET = "deployclaw";
  private static final int KEY_BYTES = 16;

  /** Of which only the first process needs the class path. */
  private static final class Program {
    static final JavaProgram PROGRAM =
        JavaProgram.of(
            S3Server.class.getName(),
            List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Dlogback.configurationFile=dev/deployclaw/testkit/s3-logback.xml"));
  }

  /** Starts it in this JVM, or in a container where those are chosen. */
  public static S3Server start(Path folder) {
    if (ServerSource.CONTAINERS.equals(System.getProperty(ServerSource.PROPERTY))) {
      return spawn(folder);
    }
    Settings settings = Settings.create(folder);
    S3Proxy proxy = serve(folder, settings);
    return new S3Server(settings, List.of(), () -> end(proxy, settings), "http");
  }

  /** Starts one in this JVM that speaks TLS alone. */
  public static S3Server startEncrypted(Path folder, TestCertificate server)
      throws GeneralSecurityException {
    Settings settings = Settings.create(folder);
    S3Proxy proxy =
        start(
            S3Proxy.builder()
                .secureEndpoint(URI.create("https://" + HostPort.loopback(settings.port())))
                .sslContext(server.serving()),
            folder,
            settings);
    return new S3Server(settings, List.of(), () -> end(proxy, settings), "https");
  }

  public static S3Server spawn(Path folder) {
    return spawn(ServerSource.chosen(), folder);
  }

  public static S3Server spawn(ServerSource source, Path folder) {
    Settings settings = Settings.create(folder);
    List<String> command = Program.PROGRAM.command(List.of(folder.toAbsolutePath().toString()));
    DaemonHandle daemon = source.start(new LaunchSpec(folder, NAME, command));
    S3Server s3 = new S3Server(settings, List.of(daemon), () -> {}, "http");
    s3.awaitReady();
    return s3;
  }

  public static S3Server adopt(Path folder) {
    return new S3Server(
        Settings.read(folder), List.of(DaemonProcess.adoptNamed(folder, NAME)), () -> {}, "http");
  }

  /** Serves what {@link #spawn} prepared in the folder, until it is killed. */
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    serve(folder, Settings.read(folder));
  }

  public String endpoint() {
    return scheme + "://" + address();
  }

  public HostPort address() {
    return HostPort.loopback(settings.port());
  }

  public String accessKey() {
    return settings.accessKey();
  }

  public String secretKey() {
    return settings.secretKey();
  }

  public String bucket() {
    return BUCKET;
  }

  public void restart() {
    daemons.forEach(DaemonHandle::restart);
    awaitReady();
  }

  /** The process or container, if it is one of its own. */
  @Override
  public List<? extends DaemonHandle> daemons() {
    return daemons;
  }

  @Override
  public void close() {
    daemons.forEach(DaemonHandle::close);
    stop.run();
  }

  /** Returns once it listens no more: Jetty gives connections that clients keep a second. */
  private static void end(S3Proxy proxy, Settings settings) {
    Thread.ofVirtual().start(() -> Failable.run(proxy::stop));
    BoundedWait.until("S3 stops", READY, () -> FreePortFinder.isFree(settings.port()));
  }

  /** Without a signature any answer at all, a refusal, shows that it is there. */
  private void awaitReady() {
    daemons.forEach(daemon ->
        daemon.awaitReady(READY, () -> ServerReadiness.get(address(), "/").contains("HTTP/1.")));
  }

  private static S3Proxy serve(Path folder, Settings settings) {
    var at = URI.create("http://" + new HostPort(settings.host(), settings.port()));
    return start(S3Proxy.builder().endpoint(at), folder, settings);
  }

  private static S3Proxy start(S3Proxy.Builder listening, Path folder, Settings settings) {
    try {
      Path data = Files.createDirectories(folder.toAbsolutePath().resolve("data"));
      var store = new FilesystemNio2BlobStore(data.toString());
      Files.createDirectories(data.resolve(BUCKET));
      S3Proxy proxy =
          listening
              .blobStore(store)
              .awsAuthentication(
                  AuthenticationType.AWS_V4, settings.accessKey(), settings.secretKey())
              .build();
      proxy.start();
      return proxy;
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server did not start", e);
    }
  }

  /** What server and clients have to agree on; in a file that only the owner reads. */
  private record Settings(String host, int port, String accessKey, String secretKey) {
    static Settings create(Path folder) {
      var settings = new Settings(HostPort.LOOPBACK, FreePortFinder.free(), key(), key());
      Failable.run(() -> {
        Path file = folder.resolve(SETTINGS);
        Files.deleteIfExists(file);
        TestFiles.secret(
            file,
            "port=%d\naccessKey=%s\nsecretKey=%s\n"
                .formatted(settings.port, settings.accessKey, settings.secretKey));
      });
      return settings;
    }

    static Settings read(Path folder) {
      Properties properties = new Properties();
      try (var in = Files.newBufferedReader(folder.resolve(SETTINGS))) {
        properties.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Settings(
          properties.getProperty("host", HostPort.LOOPBACK),
          Integer.parseInt(properties.getProperty("port")),
          properties.getProperty("accessKey"),
          properties.getProperty("secretKey"));
    }

    private static String key() {
      byte[] bytes = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    }

    @Override
    public String toString() {
      return "Settings[port=" + port + ", keys=***]";
    }
  }
}
