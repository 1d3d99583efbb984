package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code handover NAME}, and {@code handover --check}. */
@Command(
    name = "handover",
    description = {
      "Take a gateway's volume over from Flux, Argo CD, Helm or kubectl apply, with nothing lost.",
      "Shares the volume with the tool that applies it, and says what to remove from that tool.",
      "Changes no value and replaces no pod. With --check nothing is written."
    },
    footer = {
      "",
      "Exit codes:  0 the agent's step is done; with --check: no step is left;",
      "             4 refused; 7 unknown; 8 with --check: a step is left; 10 unreachable;",
      "             11 frozen",
      "Examples:",
      "  deployclaw handover --check",
      "  deployclaw handover gw-01",
      "  deployclaw handover edge/gw-01 --check --json"
    })
public final class HandoverCommand extends AgentCommand {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final String DONE = "done";

  @Parameters(
      arity = "0..1",
      paramLabel = "GATEWAY",
      description = "Its name, or NAMESPACE/NAME; with --check all of them by default.")
  private String gateway = "";

  @Option(
      names = {"--check", "--dry-run"},
      description =
          "Report the progress of each, and try the agent's step as a dry run on the " + "server.")
  private boolean check;

  public HandoverCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    if (check) {
      return check(session);
    }
    if (gateway.isEmpty()) {
      throw wrong("GATEWAY: which one? `deployclaw handover --check` lists them");
    }
    String named = around.masked(gateway);
    var request = around.request("hand the volume of gateway " + named + " over");
    return session.finish(session.changeService().share(request, named));
  }

  private int check(AgentSession session) throws InterruptedException {
    return switch (session.executors().look("kubernetes.ownership", LONGEST)) {
      case CallOutcome.Failed(CallFault fault) -> failed(fault);
      case CallOutcome.Done(var reports, var _) ->
          show(reports.stream().filter(this::isMeant).toList());
    };
  }

  private int failed(CallFault fault) {
    var exit =
        fault instanceof CallFault.Unavailable || fault instanceof CallFault.Unknown
            ? ExitCode.UNREACHABLE
            : ExitCode.REFUSED;
    return new CommandFailure(exit, fault.reason()).report(around, shared.json());
  }

  private boolean isMeant(MemberReport report) {
    String member = report.member();
    return gateway.isEmpty()
        || member.equals("gateway/" + gateway)
        || member.endsWith("/" + gateway);
  }

  private int show(List<MemberReport> reports) {
    if (reports.isEmpty() && !gateway.isEmpty()) {
      throw wrong("GATEWAY: no gateway in Kubernetes is named " + gateway);
    }
    if (shared.json()) {
      around.json(Map.of("gateways", reports.stream().map(HandoverCommand::map).toList()));
    } else if (reports.isEmpty()) {
      around.say("no gateway runs in Kubernetes");
    } else {
      reports.forEach(r -> around.say("%-9s %s: %s".formatted(next(r), r.member(), words(r))));
    }
    return exit(reports).code();
  }

  private static ExitCode exit(List<MemberReport> reports) {
    if (reports.stream().anyMatch(r -> r.answer() == MemberReport.Answer.UNKNOWN)) {
      return ExitCode.UNREACHABLE;
    }
    return reports.stream().allMatch(r -> next(r).equals(DONE)) ? ExitCode.OK : ExitCode.INVALID;
  }

  private static Map<String, Object> map(MemberReport report) {
    var out = new LinkedHashMap<String, Object>();
    out.put("gateway", report.member());
    out.put("next", next(report));
    out.put("says", words(report));
    return out;
  }

  /** Whose step is next; where the server refuses ours, that it does. */
  private static String next(MemberReport report) {
    return switch (report.answer()) {
      case YES, SKIPPED -> String.valueOf(report.facts().getOrDefault("next", DONE));
      case NO -> "refused";
      case UNKNOWN -> "unknown";
    };
  }

  private static String words(MemberReport report) {
    return report.answer() == MemberReport.Answer.YES
        ? String.valueOf(report.facts().getOrDefault("left", ""))
        : report.reason();
  }
}
