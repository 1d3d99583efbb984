package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.BlastRadius;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.diff.PolicyDiff;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code diff A B}. */
@Command(
    name = "diff",
    description = {
      "Show how two sets of policies differ, and which tenants that affects.",
      "Each is a file, a folder, \"committed\", or the number of an epoch that etcd still has.",
      "Exit 0 whether they differ or not, 8 if a document is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw diff committed ./policies",
      "  deployclaw diff 41 42 --json",
      "  deployclaw diff old/acme.yaml new/acme.yaml"
    })
public final class DiffCommand extends ConsoleCommand {
  private static final String COMMITTED = "committed";
  private static final Pattern EPOCH = Pattern.compile("[0-9]{1,18}");

  @Parameters(index = "0", paramLabel = "A", description = "The one before.")
  private String before = "";

  @Parameters(index = "1", paramLabel = "B", description = "The one after.")
  private String after = "";

  public DiffCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var files = List.of(documents(before), documents(after));
    if (files.stream().allMatch(Optional::isPresent)) {
      return compared(read(files.getFirst()), read(files.getLast()));
    }
    try (var session = AgentSession.open(around, shared)) {
      var from = files.getFirst().isPresent() ? read(files.getFirst()) : asked(session, before);
      var to = files.getLast().isPresent() ? read(files.getLast()) : asked(session, after);
      return compared(from, to);
    }
  }

  /** One of the two, or why it can't be told. */
  private record Side(PolicySet set, boolean files, ExitCode exit, List<String> problems) {}

  /** Files win over numbers: a file named 41 is found as ./41. */
  private Optional<Path> documents(String side) throws SetupException {
    if (side.equals(COMMITTED) || EPOCH.matcher(side).matches()) {
      return Optional.empty();
    }
    Path path = around.working().resolve(side);
    if (!Files.exists(path)) {
      throw new SetupException(side + " isn't there; give a file, a folder, committed or an epoch");
    }
    return Optional.of(path);
  }

  private Side read(Optional<Path> path) throws SetupException {
    var read = PolicyFileReader.read(around.working(), path.orElseThrow());
    var exit = read.problems().isEmpty() ? ExitCode.OK : ExitCode.INVALID;
    return new Side(read.set(), true, exit, read.problems());
  }

  private static Side asked(AgentSession session, String side) throws InterruptedException {
    var answer =
        side.equals(COMMITTED)
            ? session.queries().policies()
            : session.queries().policies(Long.parseLong(side));
    return new Side(answer.set(), false, answer.exit(), reasons(answer));
  }

  private static List<String> reasons(CommittedPolicies answer) {
    return answer.exit() == ExitCode.OK ? List.of() : List.of(answer.reason());
  }

  private int compared(Side from, Side to) {
    for (var side : List.of(from, to)) {
      if (side.exit() != ExitCode.OK) {
        side.problems().forEach(p -> around.warn("deployclaw: " + p));
        return side.exit().code();
      }
    }
    var diff = PolicyDiff.between(comparable(from, to), comparable(to, from));
    if (shared.json()) {
      around.json(DiffView.document(diff));
    } else {
      DiffView.lines(diff).forEach(around::say);
    }
    return ExitCode.OK.code();
  }

  /** Files say nothing of gateways and probes: where one side is files, only tenants compare. */
  private static PolicySet comparable(Side side, Side other) {
    return side.files() || other.files()
        ? PolicySet.of(new ArrayList<>(side.set().tenants().values()), List.of(), "")
        : side.set();
  }

  /** Shows what differs between two policy sets. */
  private static final class DiffView {
    static Map<String, Object> document(PolicyDiff diff) {
      var out = new LinkedHashMap<String, Object>();
      out.put("equal", diff.isEmpty());
      out.put("differences", diff.toMaps());
      out.put("blast_radius", diff.blastRadius().toMap());
      return out;
    }

    static List<String> lines(PolicyDiff diff) {
      if (diff.isEmpty()) {
        return List.of("no difference");
      }
      var lines = new ArrayList<>(DiffFormatter.of(diff.differences()));
      lines.add(reach(diff.blastRadius()));
      return lines;
    }

    private static String reach(BlastRadius radius) {
      return "reaches "
          + counted(radius.tenants().size(), "tenant")
          + ", "
          + counted(radius.limits().size(), "limit")
          + ", "
          + counted(radius.gateways().size(), "gateway");
    }

    private static String counted(int number, String what) {
      return number + " " + what + (number == 1 ? "" : "s");
    }
  }
}
