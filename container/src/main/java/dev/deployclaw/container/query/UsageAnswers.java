package dev.deployclaw.container.query;

import static dev.deployclaw.container.query.EstateAnswers.statement;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Call;
import dev.deployclaw.core.query.ClientLimitsReport;
import dev.deployclaw.core.query.ClientRequest;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.query.EstateAnswer.Statement;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.parse.LimitFormatter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Answers from the counters: how full limits are, and whether one request would pass. */
record UsageAnswers(QueryService queries) {
  /** Between the two readings of what was allowed and refused. */
  private static final Duration WINDOW = Duration.ofSeconds(1);

  private static final Comparator<Use> FULLEST =
      Comparator.comparingLong(Use::refused)
          .thenComparingLong(Use::percent)
          .reversed()
          .thenComparing(Use::tenant)
          .thenComparing(Use::limit);

  EstateAnswer usage(EstateQuestion question) throws InterruptedException {
    var committed = queries.policies();
    var measured = queries.usage(WINDOW);
    if (measured.exit() == ExitCode.UNREACHABLE) {
      return EstateAnswer.unreachable(question, measured.reason());
    }
    var out = uses(question, committed, measured);
    if (out.isEmpty()) {
      out = List.of(statement("no limit there", Map.of("epoch", measured.epoch())));
    }
    return EstateAnswer.of(question, out, gaps(measured));
  }

  /** As measured now. */
  LimitUsageReport measured() throws InterruptedException {
    return queries.usage(WINDOW);
  }

  static List<String> gaps(LimitUsageReport measured) {
    return measured.gaps().stream().map(g -> "not measured: " + g).toList();
  }

  /** Who was refused most comes first, then who is fullest. */
  static List<Statement> uses(
      EstateQuestion question, CommittedPolicies committed, LimitUsageReport measured) {
    var owners = new HashSet<String>();
    question.tenants().forEach(t -> owners.addAll(TenantHierarchy.names(committed.set(), t)));
    return measured.uses().stream()
        .filter(u -> owners.isEmpty() || owners.contains(u.tenant()))
        .filter(u -> isOn(committed.set(), u, question))
        .sorted(FULLEST)
        .map(u -> sentence(u, measured))
        .toList();
  }

  private static boolean isOn(PolicySet set, Use use, EstateQuestion question) {
    return set.tenant(use.tenant()).stream()
        .flatMap(t -> t.limits().stream())
        .filter(l -> l.name().equals(use.limit()))
        .allMatch(l -> EstateAnswers.isOn(l, question));
  }

  private static Statement sentence(Use use, LimitUsageReport measured) {
    double seconds = measured.windowMicros() / 1e6;
    String passed =
        "%d allowed and %d refused in the last %s s"
            .formatted(use.allowed(), use.refused(), String.format(Locale.ROOT, "%.1f", seconds));
    var facts =
        Map.<String, Object>of(
            "epoch", measured.epoch(),
            "tenant", use.tenant(),
            "limit", use.limit(),
            "used", use.used(),
            "capacity", use.capacity(),
            "used_percent", use.percent(),
            "allowed", use.allowed(),
            "refused", use.refused(),
            "window_seconds", seconds);
    String text =
        use.limit().isEmpty()
            ? use.tenant() + " is blocked: " + passed
            : "%s/%s: %d%% used, %d of %d; %s"
                .formatted(
                    use.tenant(), use.limit(), use.percent(), use.used(), use.capacity(), passed);
    return statement(text, facts);
  }

  EstateAnswer check(EstateQuestion question) throws InterruptedException {
    var committed = queries.policies();
    if (committed.exit() == ExitCode.UNREACHABLE) {
      return EstateAnswer.unreachable(question, committed.reason());
    }
    var call = question.scope().call().orElse(new Call("GET", "/"));
    var services = services(question, call, committed.set());
    var unknown = new ArrayList<String>();
    if (question.tenants().isEmpty()) {
      unknown.add("whose request? Name a tenant");
    }
    if (services.isEmpty()) {
      unknown.add("no gateway leads " + call.path() + " to a service: name the service");
    }
    if (question.scope().call().isEmpty()) {
      unknown.add("no method and path were named: this is for GET /");
    }
    var out = new ArrayList<Statement>();
    for (String tenant : question.tenants()) {
      for (String service : services) {
        var shape = RequestShape.ofUri(service, call.path(), call.method());
        var request = new ClientRequest(tenant, shape, Optional.empty(), Map.of());
        var report = queries.check(request);
        report.gaps().forEach(unknown::add);
        out.addAll(checked(request, report));
      }
    }
    return EstateAnswer.of(question, out, unknown);
  }

  /** The one that is named; else where the gateways lead the path; else those of the tenants. */
  private static Set<String> services(EstateQuestion question, Call call, PolicySet set) {
    var out = new TreeSet<String>();
    question.scope().service().ifPresent(out::add);
    if (out.isEmpty() && question.scope().call().isPresent()) {
      set.gateways().values().stream()
          .flatMap(g -> g.routeOf(call.path()).stream())
          .map(Gateway.Route::service)
          .forEach(out::add);
    } else if (out.isEmpty()) {
      question.tenants().stream()
          .flatMap(t -> set.tenant(t).stream())
          .flatMap(t -> t.limits().stream())
          .flatMap(l -> l.match().service().stream())
          .forEach(out::add);
    }
    return out;
  }

  private static List<Statement> checked(ClientRequest request, ClientLimitsReport report) {
    String why = report.why().isEmpty() ? "" : "; " + report.why();
    String verdict =
        switch (report.passes()) {
          case YES -> "would pass";
          case NO -> "would be refused";
          case UNKNOWN -> "unknown";
        };
    var shape = request.shape();
    var facts =
        Map.<String, Object>of(
            "epoch", report.epoch(),
            "tenant", request.tenant(),
            "service", shape.service(),
            "policy", report.policy(),
            "passes", report.passes().name().toLowerCase(Locale.ROOT));
    var first =
        statement(
            "%s %s of %s, asked by %s: %s%s"
                .formatted(
                    shape.method(), shape.path(), shape.service(), request.tenant(), verdict, why),
            facts);
    var rows =
        report.limits().stream().filter(r -> r.explained().applies()).map(UsageAnswers::applies);
    return Stream.concat(Stream.of(first), rows).toList();
  }

  private static Statement applies(ClientLimitsReport.Row row) {
    var limit = row.explained().limit();
    var facts = new LinkedHashMap<String, Object>();
    facts.put("tenant", row.explained().owner());
    facts.put("limit", limit.name());
    facts.put("capacity", row.capacity());
    row.state().ifPresent(s -> facts.put("remaining", s.remaining()));
    String left =
        row.state()
            .map(s -> s.remaining() + " of " + row.capacity() + " left")
            .orElse("what is left isn't known");
    return statement(
        "%s/%s applies (%s): %s"
            .formatted(row.explained().owner(), limit.name(), LimitFormatter.numbers(limit), left),
        facts);
  }
}
