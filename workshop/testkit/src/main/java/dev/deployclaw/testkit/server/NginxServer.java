package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.DaemonServer;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.lang3.function.Failable;

/**
 * An NGINX in a folder of its own, with the caller's configuration. What the configuration leaves
 * open of {@code daemon}, {@code pid} and {@code user} is given on the command line, so a later
 * configuration of the same process has to leave the same open.
 */
public final class NginxServer extends DaemonServer {
  /** Lines for the {@code http} block that keep its temporary files in its folder. */
  public static final String TEMP_PATHS =
      """
      client_body_temp_path tmp-body;
      proxy_temp_path tmp-proxy;
      fastcgi_temp_path tmp-fastcgi;
      uwsgi_temp_path tmp-uwsgi;
      scgi_temp_path tmp-scgi;
      """;

  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "nginx-process";

  private final Path pidFile;

  private NginxServer(DaemonHandle daemon, Path pidFile) {
    super(daemon);
    this.pidFile = pidFile;
  }

  public static NginxServer start(Path folder, String config) {
    Path file = folder.resolve("nginx.conf");
    TestFiles.write(file, config);
    return start(folder, file);
  }

  /** Starts it with a file, which may be reached through a link that changes later. */
  public static NginxServer start(Path folder, Path configFile) {
    return start(ServerSource.chosen(), folder, configFile);
  }

  public static NginxServer start(ServerSource source, Path folder, Path configFile) {
    Path home = folder.toAbsolutePath().normalize();
    Path pidFile = home.resolve("nginx.pid");
    Path file = configFile.toAbsolutePath().normalize();
    List<String> command =
        List.of(
            ExecutableFinder.find("nginx"),
            "-p",
            home + "/",
            "-c",
            file.toString(),
            "-e",
            home.resolve("error.log").toString(),
            "-g",
            directives(file, pidFile));
    NginxServer nginx = new NginxServer(source.start(new LaunchSpec(home, NAME, command)), pidFile);
    nginx.awaitReady();
    return nginx;
  }

  public Path pidFile() {
    return pidFile;
  }

  public void reload() {
    daemon().hangUp();
  }

  /** NGINX writes its process id once it listens. */
  @Override
  protected void awaitReady() {
    daemon().awaitReady(READY, this::hasWrittenPid);
  }

  private boolean hasWrittenPid() {
    try {
      return Files.readString(pidFile).strip().equals(Long.toString(daemon().pid()));
    } catch (IOException e) {
      return false;
    }
  }

  private static String directives(Path configFile, Path pidFile) {
    return Failable.get(() -> {
      String config = Files.readString(configFile);
      StringBuilder missing = new StringBuilder();
      Map<String, String> wanted =
          SystemTool.isRoot()
              ? Map.of("daemon", "off", "pid", pidFile.toString(), "user", "root")
              : Map.of("daemon", "off", "pid", pidFile.toString());
      wanted.forEach((name, value) -> {
        if (!Pattern.compile("(?m)^\\s*" + name + "\\s").matcher(config).find()) {
          missing.append(name).append(' ').append(value).append("; ");
        }
      });
      return missing.toString();
    });
  }
}
