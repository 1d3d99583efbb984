package dev.deployclaw.executors.nginx;

import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Asks a running gateway, through its port, which file it acts on. */
public record RunningConfigProbe(Duration answer) {
  /** What is said of a gateway that answers, but names no file. */
  public static final String SILENT = "one without a digest";

  private static final String PATH = "/.well-known/deployclaw";
  private static final int FRESH_CONNECTIONS = 3;

  /**
   * The digest that it says; empty where it answers but says none, as a hand-written file does.
   *
   * @throws IOException if it doesn't answer
   */
  public String running(URI gateway) throws IOException {
    var said = new OneShotHttpClient(gateway, answer, Optional.empty()).get(PATH);
    return said.status() == 200 ? NginxConfigFile.configIn(said.body()).orElse("") : "";
  }

  /** Whether it says this digest; a file without one, given as empty, can't be told. */
  public boolean actsOn(URI gateway, String config) {
    try {
      return !config.isEmpty() && running(gateway).equals(config);
    } catch (IOException e) {
      return false;
    }
  }

  /** What fresh connections say that isn't the wanted digest; a hand-written file says nothing. */
  public List<String> others(URI gateway, String config) throws IOException {
    for (int i = 0; i < FRESH_CONNECTIONS; i++) {
      String running = running(gateway);
      if (!running.equals(config)) {
        return List.of(running.isEmpty() ? SILENT : running);
      }
    }
    return List.of();
  }
}
