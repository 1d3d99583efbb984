package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An estate that limits already, by keys in Redis, ConfigMaps, or NGINX's {@code limit_req}, read
 * into policies. All come in shadow mode: what reads these numbers today goes on deciding, until a
 * person enforces tenant by tenant. Any other writer is named, since it can't be owned.
 */
public final class LimitAdoption {
  private static final String WHOLE = "0|[1-9][0-9]{0,9}";

  private final Duration window;
  private final PolicyDrafts drafts = new PolicyDrafts();
  private final List<ImportedRule> rules = new ArrayList<>();
  private final List<String> writers = new ArrayList<>();
  private final List<DocumentProblem> problems = new ArrayList<>();

  /**
   * @param window of numbers that don't say their own
   */
  public LimitAdoption(Duration window) {
    this.window = window;
  }

  /**
   * A key of Redis.
   *
   * @param value empty where it holds no text
   * @param expires whether it has a time to live
   */
  public record Key(String name, Optional<String> value, boolean expires) {}

  /** Keys that a pattern was meant to find; those of other names are left alone. */
  public void keys(RedisKeyPattern pattern, List<Key> keys) {
    for (var key : keys) {
      pattern
          .names(key.name())
          .ifPresent(named ->
              number(
                  new FoundLimit(
                      "redis " + key.name(),
                      named.tenant(),
                      named.service(),
                      key.value().orElse(""),
                      key.expires())));
    }
  }

  /** The possible writers of what was read, in words. */
  public void writer(String who) {
    if (!writers.contains(who)) {
      writers.add(who);
    }
  }

  /** A ConfigMap's manifest, as {@code kubectl get configmap -o yaml} prints it. */
  public void configMap(String source, String text) {
    var read = ConfigMapLimitReader.read(source, text);
    problems.addAll(read.problems());
    read.found().forEach(this::number);
    read.strange().forEach(place -> rules.add(strange(place)));
    read.writers().forEach(this::writer);
  }

  /** A file of NGINX's configuration. */
  public void limitReq(String source, String text) {
    var read = NginxLimitReqReader.read(source, text);
    writer(source + ": the writer of NGINX's configuration");
    for (var rule : read) {
      rules.add(rule.carry(drafts));
    }
  }

  /** What came of all; nothing where a file couldn't be read. */
  public AdoptionResult adopted() {
    if (drafts.has(NginxLimitReqReader.GROUP)) {
      drafts.open("default");
      List.copyOf(drafts.tenants()).stream()
          .filter(t -> !t.equals(NginxLimitReqReader.GROUP))
          .forEach(t -> drafts.under(t, NginxLimitReqReader.GROUP));
    }
    return new AdoptionResult(
        new ImportResult(
            problems.isEmpty() ? drafts.policies() : List.of(), rules, notes(), problems),
        writers);
  }

  /**
   * @param writers that go on writing what was read: they can't be owned
   */
  public record AdoptionResult(ImportResult imported, List<String> writers) {
    public AdoptionResult {
      writers = List.copyOf(writers);
    }
  }

  private void number(FoundLimit found) {
    String rule =
        found.tenant() + found.service().map(s -> " " + s).orElse("") + " = " + found.value();
    var lost = lost(found);
    if (lost.isPresent()) {
      rules.add(
          new ImportedRule(found.place(), rule, Exactness.NOT_CARRIED, "", List.of(lost.get())));
      return;
    }
    String name = drafts.unused(found.tenant(), found.service().orElse("total"));
    long requests = Long.parseLong(found.value());
    var match = found.service().map(RequestMatch::service).orElse(RequestMatch.ANY);
    var limit = Limit.tokenBucket(name, match, requests, window).in(EnforcementMode.SHADOW);
    drafts.add(found.tenant(), limit);
    rules.add(
        new ImportedRule(
            found.place(),
            rule,
            Exactness.APPROXIMATE,
            found.tenant() + "/" + name,
            List.of("the counting method of its reader is unknown")));
  }

  private Optional<String> lost(FoundLimit found) {
    if (!DnsLabel.isLabel(found.tenant())) {
      return Optional.of("the tenant " + found.tenant() + " is not a DNS label");
    }
    if (found.service().filter(s -> !DnsLabel.isLabel(s)).isPresent()) {
      return Optional.of("the service is not a DNS label");
    }
    if (found.expires()) {
      return Optional.of("it expires by itself, as a counter does: not a limit");
    }
    if (!found.value().matches(WHOLE) || Long.parseLong(found.value()) > Limit.MOST_REQUESTS) {
      return Optional.of("not a whole number up to " + Limit.MOST_REQUESTS);
    }
    return drafts.full(found.tenant())
        ? Optional.of("a policy here has at most " + PolicyDrafts.MOST_LIMITS + " limits")
        : Optional.empty();
  }

  private static ImportedRule strange(String place) {
    return new ImportedRule(
        place,
        "something else",
        Exactness.NOT_CARRIED,
        "",
        List.of("neither a number nor a mapping of tenants to numbers"));
  }

  private List<String> notes() {
    List<String> out = new ArrayList<>();
    if (!rules.isEmpty()) {
      out.add(
          "all limits are adopted in shadow mode: check what they would refuse, then "
              + "enforce them");
    }
    Map<String, Integer> seen = new TreeMap<>();
    drafts
        .policies()
        .forEach(p -> p.limits().forEach(l -> seen.merge(p.tenant(), 1, Integer::sum)));
    seen.forEach((tenant, n) -> {
      if (n > 1) {
        out.add(tenant + " has " + n + " limits from several places: all of them would apply");
      }
    });
    return out;
  }
}
