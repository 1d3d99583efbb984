package dev.deployclaw.core.planning;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a change goes the way that its verb says: "raise acme to 100 per minute" raises nothing
 * where acme has 800. Only what is committed tells, so it is asked behind the language. Pure.
 */
record DirectionCheck(Intent intent, PolicySet committed, PolicySet target) {
  /** Empty where each limit goes the way that is said, or none is. */
  Optional<ClarificationQuestion> question() {
    return target.tenants().values().stream()
        .flatMap(this::against)
        .findFirst()
        .map(text ->
            ClarificationQuestion.of("direction", "what", text)
                .suggesting(Optional.of(IntentSentence.of(intent))));
  }

  private Stream<String> against(TenantPolicy tenant) {
    var before = committed.tenant(tenant.tenant()).map(TenantPolicy::limits).orElse(List.of());
    return tenant.limits().stream()
        .filter(limit -> !before.contains(limit))
        .flatMap(limit -> {
          var old = before.stream().filter(l -> l.name().equals(limit.name())).findFirst();
          var ways = old.map(o -> List.of(way(o, limit), burst(o, limit))).orElse(List.of(-1));
          boolean bursts = old.filter(o -> burst(o, limit) == 0).isEmpty();
          var said = said(tenant.tenant(), limit, bursts);
          int back = said.equals(Set.of("up")) ? -1 : 1;
          return said.size() == 1 && ways.contains(back)
              ? Stream.of(text(tenant.tenant(), old, limit, back))
              : Stream.empty();
        });
  }

  /** Whether more is admitted, 1, or less, -1; 0 where that can't be compared. */
  private static int way(Limit from, Limit to) {
    boolean atOnce = to.algorithm() == LimitAlgorithm.CONCURRENCY;
    if (atOnce || from.algorithm() == LimitAlgorithm.CONCURRENCY) {
      return from.algorithm() == to.algorithm() ? Long.compare(to.requests(), from.requests()) : 0;
    }
    return Long.compare(
        to.requests() * from.window().toSeconds(), from.requests() * to.window().toSeconds());
  }

  private static int burst(Limit from, Limit to) {
    boolean both = from.algorithm().bursts() && to.algorithm().bursts();
    return both ? Long.compare(to.burst(), from.burst()) : 0;
  }

  private static String text(String tenant, Optional<Limit> from, Limit to, int way) {
    return from.map(
            old -> {
              boolean burst = burst(old, to) != 0;
              String verb = way < 0 ? "lower" : "raise";
              String what = way(old, to) == way ? verb : verb + " the burst of";
              return "%s/%s admits %s now, so %s would %s it: is that right?"
                  .formatted(tenant, to.name(), line(old, burst), line(to, burst), what);
            })
        .orElseGet(() ->
            "%s has no such limit now, so %s would be its first one, %s: is that right?"
                .formatted(tenant, line(to, false), to.name()));
  }

  /** With its burst, where that changes. */
  private static String line(Limit limit, boolean burst) {
    String rate = limit.requests() + " in " + PolicyYamlWriter.window(limit.window());
    return limit.algorithm() == LimitAlgorithm.CONCURRENCY
        ? limit.requests() + " at once"
        : rate + (burst ? " with a burst of " + limit.burst() : "");
  }

  /** By the numbers, and where one is both raised and lowered by whose it is. */
  private Set<String> said(String tenant, Limit limit, boolean bursts) {
    var said = new HashSet<>(said(Long.toString(limit.requests())));
    if (bursts) {
      said.addAll(said(Long.toString(limit.burst())));
    }
    return said.size() > 1 ? said(tenant) : said;
  }

  private Set<String> said(String value) {
    var places = intent.grounding().stream().filter(g -> g.value().equals(value)).toList();
    return intent.grounding().stream()
        .filter(way -> way.rule().startsWith("direction"))
        .filter(way -> places.stream().anyMatch(g -> way.from() <= g.from() && g.to() <= way.to()))
        .map(Grounding::value)
        .collect(Collectors.toSet());
  }
}
