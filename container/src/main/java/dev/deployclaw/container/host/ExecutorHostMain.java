package dev.deployclaw.container.host;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.confinement.IsolationProbe;
import dev.deployclaw.container.confinement.SocketFilter;
import dev.deployclaw.container.remote.ProgramIdentity;
import dev.deployclaw.container.wiring.LocalBackends;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.wire.IsolationFinding;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The executor host: holds the credentials of all back ends and performs the agent's calls. The
 * protocol's {@code .proto} says how it is started and when it ends.
 */
public final class ExecutorHostMain {
  /** The agent's own table doesn't have the mask: no skill can call it. */
  private static final OperationAllowlist TABLE =
      OperationAllowlist.KERNEL.admitting(
          TextMaskExecutor.NAME, Set.of(TextMaskExecutor.MASK), Set.of());

  /** How long its parts may take to be closed. */
  private static final Duration CLOSING = Duration.ofSeconds(4);

  private ExecutorHostMain() {}

  public static void main(String[] args) throws Exception {
    var out = System.out;
    var around = CommandEnvironment.real();
    System.setErr(around.err()); // the application log and stack traces go there
    int exit = run(List.of(args), System.getenv(), out);
    around.err().flush();
    System.exit(exit);
  }

  private static int run(List<String> args, Map<String, String> environment, PrintStream out)
      throws InterruptedException {
    if (args.size() != 2 || !args.getFirst().equals("--config")) {
      System.err.println("usage: ExecutorHostMain --config FILE");
      return ExitCode.WRONG_USAGE.code();
    }
    try {
      var config = ConfigReader.read(Path.of(args.get(1)), environment, ConfigRole.HOST);
      serve(config, out);
      return ExitCode.OK.code();
    } catch (InvalidConfigException | SetupException | IOException e) {
      System.err.println("the executor host can't start: " + e.getMessage());
      return ExitCode.WRONG_USAGE.code();
    }
  }

  private static void serve(AgentConfig config, PrintStream out)
      throws SetupException, IOException, InterruptedException {
    var start = HostStart.of(config.host());
    close(HostRights.sockets(config)); // before any back end is connected
    try (var ending = new ProcessEnd(CLOSING);
        var backends = LocalBackends.open(config);
        var objects = backends.objects()) {
      if (start.endsWithInput()) {
        ending.withInput();
      }
      var executors = new ArrayList<BackendExecutor>();
      backends.executors().forEach(e -> executors.add(new RedactingExecutor(e)));
      executors.add(new TextMaskExecutor(System::nanoTime));
      var hosted = new HostedExecutors(executors, Optional.of(objects), TABLE);
      var identity =
          new HostIdentity(ProgramIdentity.own(), isolation(config), ProtocolRevisions.SPOKEN);
      var setup = new ExecutorHostServer.Setup(identity, hosted, start.key(), HostBounds.DEFAULT);
      try (var _ = ExecutorHostServer.start(start.socket(), setup)) {
        out.println("ready");
        out.flush();
        ending.await();
      }
    }
  }

  private static void close(SocketFilter sockets) {
    try {
      sockets.lay();
    } catch (IOException e) {
      System.err.println("confinement: unix, udp: " + e.getMessage());
    }
  }

  private static List<IsolationFinding> isolation(AgentConfig config) {
    return IsolationProbe.report(List.of(HostFiles.of(config).folder())).stream()
        .map(layer -> new IsolationFinding(layer.name(), layer.enforced(), layer.detail()))
        .toList();
  }

  /**
   * Hides the host's secrets in what people read of an outcome: the agent, which writes it into
   * logs, doesn't know them. Facts stay as they are, since checkpoints are made of them.
   */
  private static final class RedactingExecutor extends ForwardingExecutor {
    RedactingExecutor(BackendExecutor inner) {
      super(inner);
    }

    @Override
    public CallOutcome execute(Invocation call) throws InterruptedException {
      return switch (super.execute(call)) {
        case CallOutcome.Done(var reports, var facts) ->
            new CallOutcome.Done(reports.stream().map(RedactingExecutor::redacted).toList(), facts);
        case CallOutcome.Failed(var fault) -> CallOutcome.failed(redacted(fault));
      };
    }

    private static MemberReport redacted(MemberReport r) {
      return r.reason().isEmpty()
          ? r
          : new MemberReport(
              r.member(), r.answer(), r.digest(), SecretRegistry.redacted(r.reason()), r.facts());
    }

    private static CallFault redacted(CallFault fault) {
      String reason = SecretRegistry.redacted(fault.reason());
      return switch (fault) {
        case CallFault.Denied _ -> new CallFault.Denied(reason);
        case CallFault.Ungranted _ -> new CallFault.Ungranted(reason);
        case CallFault.Invalid _ -> new CallFault.Invalid(reason);
        case CallFault.Unavailable _ -> new CallFault.Unavailable(reason);
        case CallFault.Conflict _ -> new CallFault.Conflict(reason);
        case CallFault.Unknown _ -> new CallFault.Unknown(reason);
      };
    }
  }
}
