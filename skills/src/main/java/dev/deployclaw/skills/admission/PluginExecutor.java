package dev.deployclaw.skills.admission;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.skills.plugin.Effect;
import dev.deployclaw.skills.plugin.Plugin;
import dev.deployclaw.skills.plugin.Sight;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A plugin as an executor. It looks, by the operations that are admitted and only observe; it takes
 * part in no change. What it says is cut to a size that a record holds. Any number of threads.
 */
public final class PluginExecutor implements BackendExecutor {
  private static final int MOST_SIGHTS = 1_000;
  private static final int MOST_FACTS = 50;
  private static final int LONGEST_TEXT = 500;

  private final Plugin plugin;
  private final String name;

  /** By verb, what the jar says that it does. */
  private final Map<String, Effect> claims;

  /** By verb, what counts: the most of what the operator and the jar say. */
  private final Map<String, Effect> admitted;

  PluginExecutor(
      Plugin plugin, String name, Map<String, Effect> claims, Map<String, Effect> entries) {
    this.plugin = plugin;
    this.name = name;
    this.claims = Map.copyOf(claims);
    this.admitted =
        entries.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, e -> e.getValue().orMore(claimed(claims, e.getKey()))));
  }

  @Override
  public String name() {
    return name;
  }

  /** Those that may be asked by a skill's step. */
  @Override
  public Set<String> verbs() {
    return admitted.entrySet().stream()
        .filter(e -> e.getValue() == Effect.OBSERVE)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Why a step may not ask this, with the remedy; empty where it may. */
  public Optional<String> refusal(String verb) {
    String operation = name + "." + verb;
    if (!claims.containsKey(verb)) {
      return Optional.of("plugin " + name + " has no operation " + operation + "; drop it");
    }
    var effect = admitted.get(verb);
    if (effect == null) {
      return Optional.of(
          operation
              + " isn't admitted; add it with its class under operations of the plugin "
              + "in the configuration");
    }
    return effect == Effect.OBSERVE
        ? Optional.empty()
        : Optional.of(
            "%s is of class %s, and a skill's own operations only observe; drop it"
                .formatted(operation, effect.word()));
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    String verb = call.call().verb();
    if (!(call.call() instanceof ExecutorCall.Look) || !verbs().contains(verb)) {
      String why = refusal(verb).orElse(call.operation() + " isn't a read operation");
      return CallOutcome.failed(new CallFault.Denied(why));
    }
    try {
      var sights = plugin.look(verb, call.deadline());
      return CallOutcome.done(sights.stream().limit(MOST_SIGHTS).map(this::report).toList());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError e) {
      return CallOutcome.failed(
          new CallFault.Unavailable(cut("plugin " + name + " failed at " + verb + ": " + e)));
    }
  }

  private MemberReport report(Sight sight) {
    var answer =
        switch (sight.state()) {
          case FINE -> MemberReport.Answer.YES;
          case WRONG -> MemberReport.Answer.NO;
          case UNKNOWN -> MemberReport.Answer.UNKNOWN;
          case SKIPPED -> MemberReport.Answer.SKIPPED;
        };
    String reason = answer == MemberReport.Answer.YES ? "" : cut(sight.reason());
    return new MemberReport(name + "/" + own(sight.member()), answer, "", reason, facts(sight));
  }

  /** A member's name begins with its executor's, so that no plugin speaks for another's. */
  private String own(String member) {
    String prefix = name + "/";
    return cut(member.startsWith(prefix) ? member.substring(prefix.length()) : member);
  }

  private static SortedMap<String, Object> facts(Sight sight) {
    var out = new TreeMap<String, Object>();
    sight.facts().entrySet().stream()
        .limit(MOST_FACTS)
        .forEach(e -> out.put(cut(e.getKey()), cut(e.getValue())));
    return out;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }

  private static Effect claimed(Map<String, Effect> claims, String verb) {
    return claims.getOrDefault(verb, Effect.OBSERVE);
  }
}
