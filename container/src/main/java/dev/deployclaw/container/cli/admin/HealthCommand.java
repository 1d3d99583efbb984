package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;

/** {@code health}: for who starts and restarts the process, an image's health check for one. */
@Command(
    name = "health",
    description = {
      "Check that the agent that serves here is alive, as GET /healthz does.",
      "With TLS it is enough that it accepts a connection."
    },
    footer = {
      "",
      "Exit codes:  0 it is alive; 10 it doesn't answer",
      "Example:     deployclaw health"
    })
public final class HealthCommand extends ConsoleCommand {
  private static final int ANSWER_MILLIS = Math.toIntExact(Duration.ofSeconds(5).toMillis());
  private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");

  public HealthCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var serve = AgentSession.servingConfig(around, shared).serve();
    try {
      ask(serve, host(serve));
      say(serve, true);
      return ExitCode.OK.code();
    } catch (IOException e) {
      say(serve, false);
      around.warn(
          "deployclaw: no agent answers on %s:%d (%s): is `deployclaw serve` running?"
              .formatted(host(serve), serve.port(), e.getMessage()));
      return ExitCode.UNREACHABLE.code();
    }
  }

  private void say(ServerConfig serve, boolean alive) {
    if (shared.json()) {
      String address = authority(host(serve)) + ":" + serve.port();
      around.out().println(JsonOutput.line(Map.of("address", address, "alive", alive)));
    }
  }

  private static void ask(ServerConfig serve, String host) throws IOException {
    if (serve.tls().isPresent()) {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, serve.port()), ANSWER_MILLIS);
      }
      return;
    }
    var url = URI.create("http://" + authority(host) + ":" + serve.port() + "/healthz").toURL();
    var connection = (HttpURLConnection) url.openConnection();
    connection.setConnectTimeout(ANSWER_MILLIS);
    connection.setReadTimeout(ANSWER_MILLIS);
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException("it answers " + connection.getResponseCode());
    }
  }

  /** An IPv6 address stands in brackets (RFC 3986). */
  private static String authority(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  /** Who listens everywhere is asked on loopback. */
  private static String host(ServerConfig serve) {
    return ANY_ADDRESS.contains(serve.host())
        ? InetAddress.getLoopbackAddress().getHostAddress()
        : serve.host();
  }
}
