package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.console.ProgressBar;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.container.traffic.AccessLogReader;
import dev.deployclaw.container.traffic.ImpactDocument;
import dev.deployclaw.container.traffic.UnreadLines;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway.Route;
import dev.deployclaw.policy.replay.ImpactReport;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import dev.deployclaw.policy.replay.PolicyReplay;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.accesslog.AccessLogFormat;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code impact LOG... --before A --after B}. */
@Command(
    name = "impact",
    description = {
      "Replay an access log through an old and a new policy, with the reference model.",
      "Reports who would newly be refused, how often, when, by which limit. Needs no back end."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw impact access.log --before live --after proposed --tenant host",
      "  deployclaw impact log.json.gz --before live --after new --tenant field:tenant",
      "  deployclaw impact *.log --before a --after b --route /s=search --route /=web"
    })
public final class ImpactCommand extends ConsoleCommand {
  private static final int REQUESTS_A_LOOK = 4_096;

  @Parameters(
      paramLabel = "LOG",
      arity = "1..*",
      description = "Access logs, oldest first; packed where the name ends in .gz.")
  private List<Path> logs = List.of();

  @Option(
      names = "--before",
      required = true,
      paramLabel = "POLICIES",
      description = "The present policy: a document, or a folder of them.")
  private Path before = Path.of("");

  @Option(
      names = "--after",
      required = true,
      paramLabel = "POLICIES",
      description = "The new policy, in the same form.")
  private Path after = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "WORD",
      description =
          "combined, vhost-combined, json or deployclaw; by default detected from the "
              + "first line.")
  private @Nullable String format;

  @Option(
      names = "--tenant",
      paramLabel = "WHERE",
      defaultValue = "host",
      description =
          "Whose request it is: host (its first label, the default), user, field:NAME of JSON, or"
              + " =NAME for all.")
  private String tenant = "host";

  @Option(
      names = "--route",
      paramLabel = "PREFIX=SERVICE",
      description =
          "Which service a path leads to. Repeatable; without any, the field service, else the"
              + " path's first segment.")
  private List<String> routes = List.of();

  public ImpactCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var naming = naming();
    List<String> problems = new ArrayList<>();
    var replay = new PolicyReplay(set(before, problems), set(after, problems));
    if (!problems.isEmpty()) {
      return new CommandFailure(ExitCode.INVALID, String.join("\n", problems))
          .report(around, shared.json());
    }
    var unread = new UnreadLines();
    var known = format();
    for (Path log : logs) {
      known = read(log, known, unread, request -> replay.next(request, naming));
    }
    var impact = replay.impact();
    if (impact.requests() + impact.unrouted() == 0) {
      throw new SetupException(
          "no line of the log has a request"
              + unread.named().stream().findFirst().map(u -> ": " + u).orElse("")
              + "; say how it is written with --format");
    }
    new ImpactView(around).show(impact, unread, shared.json());
    return ExitCode.OK.code();
  }

  /** Returns the format that is known from then on. */
  private Optional<AccessLogFormat> read(
      Path log,
      Optional<AccessLogFormat> known,
      UnreadLines unread,
      Consumer<RecordedRequest> replay)
      throws SetupException {
    Path place = around.working().resolve(log);
    try (var requests = AccessLogReader.open(log.toString(), place, unread, known)) {
      var bar = new ProgressBar(around, Files.size(place));
      try {
        long number = 0;
        for (var next = requests.next(); next.isPresent(); next = requests.next()) {
          replay.accept(next.get());
          if (++number % REQUESTS_A_LOOK == 0) {
            bar.at(requests.bytes());
          }
        }
      } finally {
        bar.end();
      }
      return requests.format();
    } catch (IOException e) {
      throw new SetupException(log + " can't be read: " + FileFault.words(e) + "; give a log file");
    }
  }

  private PolicySet set(Path place, List<String> problems) throws SetupException {
    var collected = PolicyFolder.read(around.working().resolve(place));
    collected.problems().forEach(p -> problems.add(p.text()));
    return PolicySet.of(collected.policies().values(), List.of(), "");
  }

  private Optional<AccessLogFormat> format() {
    var read = Optional.ofNullable(format).flatMap(AccessLogFormat::ofWord);
    if (format != null && read.isEmpty()) {
      throw wrong(
          "--format: \"" + format + "\" is not combined, vhost-combined, json or deployclaw");
    }
    return read;
  }

  private RequestAttribution naming() {
    var teller =
        RequestAttribution.TenantSource.ofWord(tenant)
            .orElseThrow(
                () -> wrong("--tenant: \"" + tenant + "\" is not host, user, field:NAME or =NAME"));
    List<Route> all = new ArrayList<>();
    for (String route : routes) {
      int equals = route.lastIndexOf('=');
      try {
        all.add(new Route(route.substring(0, equals), route.substring(equals + 1)));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw wrong("--route: \"" + route + "\" is not PREFIX=SERVICE, as /v1/search=search");
      }
    }
    return new RequestAttribution(teller, all);
  }

  /** Shows what a change of policy would have meant. */
  private record ImpactView(CommandEnvironment around) {
    private static final int MOST_SHOWN = 50;

    void show(ImpactReport impact, UnreadLines unread, boolean json) {
      if (json) {
        around.json(ImpactDocument.of(impact, unread));
      } else {
        text(impact, unread).forEach(around::say);
      }
    }

    private static List<String> text(ImpactReport impact, UnreadLines unread) {
      var out = new ArrayList<String>();
      var hit = impact.tenants().stream().filter(t -> t.newlyRefused() > 0).toList();
      out.add(
          "%d requests replayed: %d newly refused, of %d tenants"
              .formatted(impact.requests(), impact.newlyRefused(), hit.size()));
      hit.stream().limit(MOST_SHOWN).forEach(t -> tenant(t, out));
      if (hit.size() > MOST_SHOWN) {
        out.add("  … and %d tenants more: see --json".formatted(hit.size() - MOST_SHOWN));
      }
      long admitted = impact.tenants().stream().mapToLong(OfTenant::newlyAdmitted).sum();
      if (admitted > 0) {
        out.add("%d requests that were refused would be admitted".formatted(admitted));
      }
      if (impact.unrouted() > 0) {
        out.add("%d requests match no route, and weren't replayed".formatted(impact.unrouted()));
      }
      impact.notes().forEach(n -> out.add("note: " + n));
      if (unread.all() > 0) {
        out.add("%d lines have no request:".formatted(unread.all()));
        unread.named().forEach(u -> out.add("  " + u));
        if (unread.all() > unread.named().size()) {
          out.add("  … and %d more".formatted(unread.all() - unread.named().size()));
        }
      }
      return out;
    }

    private static void tenant(OfTenant t, List<String> out) {
      out.add(
          "  %s: %d of %d newly refused by %s, first %s, last %s, most in the hour of %s: %d"
              .formatted(
                  t.tenant(),
                  t.newlyRefused(),
                  t.requests(),
                  t.by(),
                  ImpactDocument.time(t.first()),
                  ImpactDocument.time(t.last()),
                  ImpactDocument.time(t.worstHour()),
                  t.inWorstHour()));
    }
  }
}
