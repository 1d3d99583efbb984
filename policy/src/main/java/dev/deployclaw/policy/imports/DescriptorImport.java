package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Limits of envoyproxy/ratelimit as policies. A limit that names a tenant goes into that tenant's
 * policy, one for each tenant into the policy {@code default}, and one for all tenants together
 * into a group of the domain's name, which all of them get as their parent. What isn't exactly the
 * same here comes in shadow mode and is listed, as is what can't come at all.
 */
public final class DescriptorImport {
  private static final String DEFAULT_TENANT = "default";

  private final DescriptorKeyMapping mapping;
  private final PolicyDrafts drafts = new PolicyDrafts();
  private final List<ImportedRule> rules = new ArrayList<>();
  private final Set<String> replaced = new HashSet<>();
  private final Set<String> named = new HashSet<>();

  private DescriptorImport(DescriptorKeyMapping mapping) {
    this.mapping = mapping;
  }

  /** A file of another system. */
  public record File(String name, String text) {}

  /** All files of one configuration together, as their loader takes them. */
  public static ImportResult of(List<File> files, DescriptorKeyMapping mapping) {
    List<DocumentProblem> problems = new ArrayList<>();
    List<DescriptorRule.Domain> domains = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    for (var file : files) {
      var read = DescriptorFileReader.read(file.name(), file.text());
      problems.addAll(read.problems());
      read.domain()
          .ifPresent(domain -> {
            var first = seen.putIfAbsent(domain.name(), file.name());
            if (first != null) {
              problems.add(
                  new DocumentProblem(
                      domain.source(),
                      "domain",
                      1,
                      1,
                      "duplicate domain " + domain.name() + ", first in " + first,
                      "join the two files, or import each alone"));
            }
            domains.add(domain);
          });
    }
    return problems.isEmpty()
        ? new DescriptorImport(mapping).carry(domains)
        : ImportResult.refused(problems);
  }

  private ImportResult carry(List<DescriptorRule.Domain> domains) {
    for (var domain : domains) {
      domain.descriptors().forEach(this::names);
    }
    for (var domain : domains) {
      walk(domain, domain.descriptors(), DescriptorInterpretation.START, "");
    }
    var differs = general(domains);
    return new ImportResult(drafts.policies(), rules, differs, List.of());
  }

  private void names(DescriptorRule descriptor) {
    descriptor
        .limit()
        .map(DescriptorRule.Rate::name)
        .filter(n -> !n.isEmpty())
        .ifPresent(named::add);
    descriptor.limit().ifPresent(rate -> replaced.addAll(rate.replaces()));
    descriptor.children().forEach(this::names);
  }

  private void walk(
      DescriptorRule.Domain domain,
      List<DescriptorRule> level,
      DescriptorInterpretation above,
      String words) {
    var siblings = DescriptorLevel.of(level);
    for (var descriptor : level) {
      var here = above.through(descriptor, siblings, mapping);
      String rule = (words.isEmpty() ? "" : words + " > ") + descriptor.composite();
      if (descriptor.limit().isPresent()) {
        rate(domain, descriptor, here, rule);
      } else if (descriptor.children().isEmpty()) {
        exempt(domain, descriptor, here, rule);
      }
      walk(domain, descriptor.children(), here, rule);
    }
  }

  /** An entry without a limit and without any below it: it lets its requests pass. */
  private void exempt(
      DescriptorRule.Domain domain,
      DescriptorRule descriptor,
      DescriptorInterpretation here,
      String rule) {
    String place = place(domain, descriptor);
    boolean wholeTenant =
        here.tenant().isPresent()
            && here.lost().isEmpty()
            && here.differs().isEmpty()
            && here.match().equals(DescriptorInterpretation.START.match())
            && here.key().isEmpty();
    if (wholeTenant) {
      String tenant = here.tenant().get();
      drafts.open(tenant);
      rules.add(new ImportedRule(place, rule + ": unlimited", Exactness.EXACT, tenant, List.of()));
    } else {
      rules.add(
          new ImportedRule(
              place,
              rule + ": unlimited",
              Exactness.NOT_CARRIED,
              "",
              List.of("a limit here can only tighten what another one says, never lift it")));
    }
  }

  private void rate(
      DescriptorRule.Domain domain,
      DescriptorRule descriptor,
      DescriptorInterpretation here,
      String rule) {
    var rate = descriptor.limit().orElseThrow();
    if (rate.unlimited()) {
      exempt(domain, descriptor, here, rule);
      return;
    }
    var limited = judged(descriptor, rate, here);
    String words = rule + ": " + rate.requests() + " per " + rate.unit();
    String owner = owner(domain, limited);
    var window = window(rate.unit());
    if (window.isEmpty()) {
      limited = limited.losing("a window has at most 30 days here, not a year");
    }
    if (rate.requests() > Limit.MOST_REQUESTS) {
      limited = limited.losing("a limit here is at most " + Limit.MOST_REQUESTS);
    }
    if (drafts.full(owner)) {
      limited = limited.losing("a policy here has at most " + PolicyDrafts.MOST_LIMITS + " limits");
    }
    if (!limited.lost().isEmpty()) {
      rules.add(
          new ImportedRule(
              place(domain, descriptor), words, Exactness.NOT_CARRIED, "", limited.lost()));
      return;
    }
    String name = drafts.unused(owner, name(rate, rule));
    drafts.add(owner, limit(name, descriptor, limited, window.orElseThrow()));
    var exactness = limited.differs().isEmpty() ? Exactness.EXACT : Exactness.APPROXIMATE;
    rules.add(
        new ImportedRule(
            place(domain, descriptor), words, exactness, owner + "/" + name, limited.differs()));
  }

  /** What of the rule itself isn't the same here. */
  private DescriptorInterpretation judged(
      DescriptorRule descriptor, DescriptorRule.Rate rate, DescriptorInterpretation here) {
    var limited = here;
    if (here.perTenant()) {
      limited =
          limited.differing(
              "all tenants without a policy of their own share one counter, that of "
                  + DEFAULT_TENANT);
    }
    if (descriptor.marks().quota()) {
      limited = limited.differing("quota_mode: it would deny only if all such limits do");
    }
    if (rate.unit().equals("week")) {
      limited = limited.differing("its weeks begin on Thursdays");
    }
    if (!rate.name().isEmpty() && replaced.contains(rate.name())) {
      limited = limited.differing("a rule that replaces it doesn't here: both apply");
    }
    for (String other : rate.replaces()) {
      if (!named.contains(other)) {
        limited = limited.differing("replaces " + other + ", but no rule has this name");
      }
    }
    return limited;
  }

  private String owner(DescriptorRule.Domain domain, DescriptorInterpretation here) {
    return here.tenant()
        .orElseGet(() ->
            here.perTenant()
                ? DEFAULT_TENANT
                : DnsLabelConverter.of(domain.name(), "imported-domain"));
  }

  private static Limit limit(
      String name, DescriptorRule descriptor, DescriptorInterpretation here, Duration window) {
    long requests = descriptor.limit().orElseThrow().requests();
    boolean shadow = descriptor.marks().shadow() || !here.differs().isEmpty();
    return Limit.tokenBucket(name, here.match(), requests, window)
        .by(LimitAlgorithm.FIXED_WINDOW)
        .per(here.key())
        .in(shadow ? EnforcementMode.SHADOW : EnforcementMode.ENFORCE);
  }

  /** Its blocks of 30 days for a month are ours too; a year is longer than any window here. */
  private static Optional<Duration> window(String unit) {
    return switch (unit) {
      case "second" -> Optional.of(Duration.ofSeconds(1));
      case "minute" -> Optional.of(Duration.ofMinutes(1));
      case "hour" -> Optional.of(Duration.ofHours(1));
      case "day" -> Optional.of(Duration.ofDays(1));
      case "week" -> Optional.of(Duration.ofDays(7));
      case "month" -> Optional.of(Duration.ofDays(30));
      default -> Optional.empty();
    };
  }

  private static String name(DescriptorRule.Rate rate, String rule) {
    return DnsLabelConverter.of(
        rate.name().isEmpty() ? rule + " " + rate.unit() : rate.name(), "limit");
  }

  /** Puts all tenants below the domains' groups, and says what is true of all rules. */
  private List<String> general(List<DescriptorRule.Domain> domains) {
    List<String> out = new ArrayList<>();
    for (var domain : domains) {
      String group = DnsLabelConverter.of(domain.name(), "imported-domain");
      if (drafts.has(group)) {
        drafts.open(DEFAULT_TENANT);
        below(group, domain, out);
      }
      unused(domain, out);
    }
    out.add(
        "each limit is imported for all requests that its entries cover: Envoy sends a "
            + "descriptor only where its routes say so");
    out.add("a request that one limit refuses is charged to none here; there it is charged to all");
    if (!drafts.has(DEFAULT_TENANT)) {
      out.add(
          "tenants without a policy pass there; here they are refused unless a policy named"
              + " default exists");
    }
    return out;
  }

  private void below(String group, DescriptorRule.Domain domain, List<String> out) {
    List<String> elsewhere = new ArrayList<>();
    for (String tenant : drafts.tenants()) {
      if (!tenant.equals(group) && !drafts.under(tenant, group)) {
        elsewhere.add(tenant);
      }
    }
    if (!elsewhere.isEmpty()) {
      out.add(
          ("the limits of the domain %s for all tenants don't apply to %s: a policy has "
                  + "one parent")
              .formatted(domain.name(), NamePhrases.some(elsewhere)));
    }
  }

  private static void unused(DescriptorRule.Domain domain, List<String> out) {
    Set<String> marks = new TreeSet<>();
    domain.descriptors().forEach(d -> marks(d, marks));
    if (!marks.isEmpty()) {
      out.add(
          domain.source() + ": doesn't affect admission, left out: " + String.join(", ", marks));
    }
  }

  private static void marks(DescriptorRule descriptor, Set<String> into) {
    into.addAll(descriptor.marks().others());
    descriptor.children().forEach(d -> marks(d, into));
  }

  private static String place(DescriptorRule.Domain domain, DescriptorRule descriptor) {
    return domain.source() + ":" + descriptor.line();
  }
}
