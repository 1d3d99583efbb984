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
          int way = old.map(o -> way(o, limit)).orElse(-1);
          var said = said(tenant.tenant(), limit.requests());
          boolean against = said.equals(Set.of("up")) ? way < 0 : way > 0;
          return said.size() == 1 && against
              ? Stream.of(text(tenant.tenant(), old, limit))
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

  private static String text(String tenant, Optional<Limit> from, Limit to) {
    return from.map(old ->
            "%s/%s admits %s now, so %s would %s it: shall it?"
                .formatted(
                    tenant, to.name(), line(old), line(to), way(old, to) < 0 ? "lower" : "raise"))
        .orElseGet(() ->
            "%s has no such limit now, so %s would be its first one, %s: shall it get it?"
                .formatted(tenant, line(to), to.name()));
  }

  private static String line(Limit limit) {
    return limit.algorithm() == LimitAlgorithm.CONCURRENCY
        ? limit.requests() + " at once"
        : limit.requests() + " in " + PolicyYamlWriter.window(limit.window());
  }

  /** By the number, and where that is both raised and lowered by whose it is. */
  private Set<String> said(String tenant, long requests) {
    var said = said(Long.toString(requests));
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
