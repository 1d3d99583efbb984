package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.BearerTokenFile;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.doctor.TransportSecurityCheck;
import dev.deployclaw.container.file.StateFolderLock;
import dev.deployclaw.container.health.BackendHealthChecks;
import dev.deployclaw.container.host.HostLaunch;
import dev.deployclaw.container.host.ProcessEnd;
import dev.deployclaw.container.host.RemoteBackends;
import dev.deployclaw.container.http.HttpApiServer;
import dev.deployclaw.container.mcp.ServedAgentGateway;
import dev.deployclaw.container.nats.DeliveryPolicy;
import dev.deployclaw.container.nats.NatsTaskIntake;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.remote.AgentSocketLocator;
import dev.deployclaw.container.remote.ProgramIdentity;
import dev.deployclaw.container.remote.RemoteClient;
import dev.deployclaw.container.remote.RemoteCommandListener;
import dev.deployclaw.container.server.AgentResources;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.MonitoringSettings;
import dev.deployclaw.container.vertx.AgentVertx;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExitCode;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code serve}: runs until the process is told to stop. */
@Command(
    name = "serve",
    description = "Serve the HTTP API: accept tasks, and carry them out one after another.",
    footer = {
      "",
      "Example:  deployclaw serve --config /etc/deployclaw/deployclaw.yaml",
      "It prints its address, and ends cleanly on SIGTERM. See docs/tasks/serve.md."
    })
public final class ServeCommand extends ConsoleCommand {
  /** What the end takes beyond the time that the task at work is given. */
  private static final Duration LONGEST_END = Duration.ofSeconds(30);

  /** Runs a command of a client; {@code CommandLineRunner} has all of them. */
  @FunctionalInterface
  public interface CommandRunner {
    int run(CommandEnvironment around, String... arguments);
  }

  private final CommandRunner commands;

  public ServeCommand(CommandEnvironment around, CommandRunner commands) {
    super(around);
    this.commands = commands;
  }

  @Override
  public Integer call() throws Exception {
    var file = AgentSession.file(around, shared.config());
    var config = configuration(file, around.environment());
    var serve = config.serve();
    if (!serve.hasCredentials()) {
      throw new SetupException(
          "no client could authenticate: set serve.tokensFile, or serve.tls.clientCaFile with "
              + "clients; see docs/tasks/serve.md");
    }
    if (serve.tokensFile().isPresent()) {
      var _ = BearerTokenFile.read(serve.tokensFile().get()); // before any back end is asked
    }
    // Not of the class: the help of the program, which makes all commands, needs no logger.
    var log = LoggerFactory.getLogger(ServeCommand.class);
    TransportSecurityCheck.warnings(config)
        .forEach(w -> log.atWarn().addKeyValue("remedy", w.remedy()).log(w.found()));
    try (var stop = new ProcessEnd(serve.bounds().stopWithin().plus(LONGEST_END));
        var _ = alone(config.stateDir());
        var agent = agent(config, file);
        var server = AgentServer.create(estate(config, agent), serve.bounds());
        var api = api(config, agent, server);
        var _ = listen(config, agent, server);
        var _ = takeFromNats(config, server)) {
      measure(agent, server);
      agent.telemetry().serves(server.metrics()::snapshots);
      announce(api.address());
      stop.await();
      server.stop();
    }
    return ExitCode.OK.code();
  }

  /** Without the secrets of back ends, where executors have a process of their own. */
  private static AgentConfig configuration(Path file, Map<String, String> environment)
      throws InvalidConfigException {
    var config = ConfigReader.read(file, environment, ConfigRole.AGENT);
    return config.host().enabled() ? config : ConfigReader.read(file, environment);
  }

  /** Its executor host, if it has one, starts meanwhile. */
  private AgentRuntime agent(AgentConfig config, Path file) throws SetupException {
    if (!config.host().enabled()) {
      AgentVertx.load();
      return AgentRuntime.open(config, ProgressListener.NONE);
    }
    var launch = HostLaunch.of(config, file, around.environment());
    var host = RemoteBackends.start(launch, ProgramIdentity.own());
    boolean opened = false;
    try {
      AgentVertx.load();
      var agent = AgentRuntime.behind(host, config);
      opened = true;
      return agent;
    } finally {
      if (!opened) {
        host.close();
      }
    }
  }

  /** Lets the agent begin once its executor host is ready, and listens. */
  private HttpApiServer api(AgentConfig config, AgentRuntime agent, AgentServer server)
      throws InvalidConfigException, SetupException, InterruptedException {
    var api =
        HttpApiServer.create(config.serve(), server, Optional.of(gateway(config, agent, server)));
    if (agent.backends() instanceof RemoteBackends host) {
      host.awaitStart();
    }
    server.deploy();
    api.listen();
    return api;
  }

  private static void measure(AgentRuntime agent, AgentServer server) {
    var metrics = server.metrics();
    metrics.gauge("plugin.starts", "Starts of plugins.", agent.plugins()::starts);
    if (agent.backends() instanceof RemoteBackends host) {
      metrics.gauge("host.up", "Whether the executor host runs.", () -> host.isUp() ? 1 : 0);
      metrics.gauge("host.starts", "Starts of the executor host.", host::starts);
    }
  }

  private static ConfigRole role(AgentConfig config) {
    return config.host().enabled() ? ConfigRole.AGENT : ConfigRole.BOTH;
  }

  /** The tasks that wait in a state folder are those of one process. */
  private static StateFolderLock alone(Path stateDir) throws SetupException {
    try {
      return switch (StateFolderLock.take(stateDir)) {
        case StateFolderLock.Acquisition.Mine(var lock) -> lock;
        case StateFolderLock.Acquisition.Others(String who) ->
            throw new SetupException(
                "another agent serves from "
                    + stateDir
                    + ": "
                    + who
                    + "; stop that one, or give this one a stateDir of its own");
      };
    } catch (UncheckedIOException e) {
      throw new SetupException(
          stateDir
              + " isn't writable ("
              + e.getCause()
              + "): make this user the owner of that folder, or set stateDir to another");
    }
  }

  private static @Nullable NatsTaskIntake takeFromNats(AgentConfig config, AgentServer server) {
    return config
        .serve()
        .nats()
        .map(queue ->
            NatsTaskIntake.start(
                AgentRuntime.streamSettings(config), queue, DeliveryPolicy.DEFAULT, server))
        .orElse(null);
  }

  /** Other agents' commands, in the name of their credential. */
  private ServedAgentGateway gateway(AgentConfig config, AgentRuntime agent, AgentServer server) {
    var runtimes = RuntimeSource.sharing(agent, role(config));
    return new ServedAgentGateway(
        server,
        (user, arguments) -> {
          var client = around.program(user, runtimes);
          var all = shared.configured(arguments, around.working());
          return CommandOutput.of(client, theirs -> commands.run(theirs, all));
        });
  }

  /** Where commands on this machine find the agent. */
  private RemoteCommandListener listen(AgentConfig config, AgentRuntime agent, AgentServer server) {
    CommandRunner told =
        (client, arguments) -> {
          server.signIns().accepted(client.user(), "peer", AgentSocketLocator.SOCKET);
          return commands.run(client, arguments);
        };
    var runner =
        new SharedRuntimeRunner(
            config, around.environment(), RuntimeSource.sharing(agent, role(config)), told);
    return RemoteCommandListener.start(
        config.stateDir(), config.serve().bounds().stopWithin(), runner);
  }

  /** Runs commands of the same configuration by the open agent; how it serves is its own affair. */
  private record SharedRuntimeRunner(
      AgentConfig config,
      Map<String, String> environment,
      RuntimeSource runtimes,
      CommandRunner commands)
      implements RemoteCommandListener.Runner {
    @Override
    public boolean accepts(RemoteClient client) {
      if (!client.program().equals(ProgramIdentity.own())) {
        return false;
      }
      try {
        var theirs = new TreeMap<>(environment);
        theirs.keySet().removeIf(name -> !name.startsWith("DEPLOYCLAW_SERVE_"));
        client.environment().forEach(theirs::putIfAbsent);
        return ConfigReader.read(client.configuration(), theirs, role(config)).equals(config);
      } catch (InvalidConfigException e) {
        return false; // the client says what is wrong with it
      }
    }

    @Override
    public int run(RemoteClient client, OutputStream out, OutputStream err) {
      var theirs = CommandEnvironment.remote(client.in(runtimes), out, err);
      int exit = commands.run(theirs, client.arguments());
      theirs.out().flush();
      theirs.err().flush();
      return exit;
    }
  }

  private void announce(String address) {
    around
        .out()
        .println(
            shared.json()
                ? JsonOutput.line(Map.of("address", address))
                : "deployclaw serves " + address);
  }

  private static AgentResources estate(AgentConfig config, AgentRuntime agent) {
    return new AgentResources(
        agent.ports(),
        agent.settings(),
        agent.signer(),
        BackendHealthChecks.of(config, agent.ports()),
        agent.journal()::shipping,
        agent.journal()::tail,
        agent.backends().mask(),
        config.stateDir(),
        new MonitoringSettings(
            config.watch(),
            config.sinks(),
            config.approvals(),
            BackoffPolicy.DEFAULT,
            config.etcd().prefix()),
        config.accessLogs());
  }
}
