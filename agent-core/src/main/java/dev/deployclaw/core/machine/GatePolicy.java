package dev.deployclaw.core.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether a prepared change goes on by itself, and who may approve it where it doesn't. A written
 * policy: the request can only tighten it. A rule that holds wins over one that passes, so their
 * order means nothing.
 *
 * @param auto whether a change without a risk, of which no rule speaks, goes on
 * @param approverMustDiffer whether the requester's own approval is refused
 * @param holdFor how long a held change may wait
 * @param rules what is said of some changes in particular
 */
public record GatePolicy(
    boolean auto, boolean approverMustDiffer, Duration holdFor, List<GateRule> rules) {
  /** The rule by which a change goes on of which no other speaks. */
  private static final String AUTO = "auto";

  public GatePolicy {
    rules = List.copyOf(rules);
  }

  /** Without rules. */
  public GatePolicy(boolean auto, boolean approverMustDiffer, Duration holdFor) {
    this(auto, approverMustDiffer, holdFor, List.of());
  }

  /**
   * What speaks for holding a change.
   *
   * @param manual the request asks for an approval
   * @param removed tenants that would have no policy any more
   * @param overlays changes by request that would be gone, for people
   * @param bigSteps changes larger than the configured factor, for people
   * @param reach whom it reaches
   */
  public record Risks(
      boolean manual,
      List<String> removed,
      List<String> overlays,
      List<String> bigSteps,
      Reach reach) {
    public static final Risks NONE = new Risks(false, List.of(), List.of(), List.of(), Reach.NONE);

    public Risks {
      removed = List.copyOf(removed);
      overlays = List.copyOf(overlays);
      bigSteps = List.copyOf(bigSteps);
    }
  }

  /** What the gate says. */
  public sealed interface Verdict {
    record Pass(String rule) implements Verdict {}

    /**
     * @param rule that holds it
     * @param approval the rules that say who may approve it, by name
     */
    record Hold(String rule, String why, List<String> approval) implements Verdict {
      public Hold {
        approval = List.copyOf(approval);
      }
    }
  }

  public Verdict judge(Execution x, Risks risks) {
    if (x.kind().back()) {
      return new Verdict.Pass("way-back");
    }
    if (x.approval().isPresent()) {
      return approved(x, x.approval().get());
    }
    return hold(x.requester(), risks)
        .<Verdict>map(h -> h)
        .orElseGet(() -> new Verdict.Pass(passing(x.requester(), risks).orElse(AUTO)));
  }

  /**
   * What the log says of the gate as a change opens, so that somebody who has only the log knows
   * whether it needs an approval: the rules that ask for one, or the one by which it goes on.
   */
  public Map<String, Object> facts(String requester, Risks risks) {
    var facts = new TreeMap<String, Object>();
    var asks = holds(requester, risks).stream().map(Verdict.Hold::rule).toList();
    facts.put("asks", asks);
    facts.put("manual", risks.manual());
    if (asks.isEmpty()) {
      facts.put("rule", passing(requester, risks).orElse(AUTO));
    }
    return facts;
  }

  /** Why a change with these risks would be held; empty when it would go on. */
  public List<String> reasons(String requester, Risks risks) {
    return hold(requester, risks).map(Verdict.Hold::why).stream().toList();
  }

  private Optional<Verdict.Hold> hold(String requester, Risks risks) {
    return holds(requester, risks).stream().findFirst();
  }

  /** By each rule that holds it. */
  private List<Verdict.Hold> holds(String requester, Risks risks) {
    var why = new LinkedHashMap<String, String>();
    if (risks.manual()) {
      why.put("request-asks", "the request asks for an approval");
    }
    if (!risks.removed().isEmpty()) {
      why.put("removes-tenant", "it removes " + String.join(", ", risks.removed()));
    }
    if (!risks.overlays().isEmpty()) {
      why.put(
          "removes-overlay", "it takes back by request: " + String.join("; ", risks.overlays()));
    }
    if (!risks.bigSteps().isEmpty()) {
      why.put("big-step", String.join("; ", risks.bigSteps()));
    }
    for (var rule : speaking(GateRule.Says.HOLD, requester, risks)) {
      why.putIfAbsent(rule.name(), "the rule " + rule.name() + " holds it");
    }
    if (why.isEmpty() && !auto && passing(requester, risks).isEmpty()) {
      why.put("default-hold", "every change waits for an approval here");
    }
    return why.entrySet().stream()
        .map(e -> held(e.getKey(), e.getValue(), requester, risks))
        .toList();
  }

  private Verdict.Hold held(String rule, String why, String requester, Risks risks) {
    var approval = new ArrayList<String>();
    for (var one : rules) {
      if (!one.approvers().isEmpty() && one.speaksOf(requester, risks.reach())) {
        approval.add(one.name());
      }
    }
    return new Verdict.Hold(rule, why, approval);
  }

  private Optional<String> passing(String requester, Risks risks) {
    return speaking(GateRule.Says.PASS, requester, risks).stream().map(GateRule::name).findFirst();
  }

  private List<GateRule> speaking(GateRule.Says says, String requester, Risks risks) {
    return rules.stream()
        .filter(r -> r.says() == says && r.speaksOf(requester, risks.reach()))
        .toList();
  }

  /** Why somebody may not approve a held change; empty when they may. */
  public Optional<String> refuses(Execution x, String who) {
    if (approverMustDiffer && x.requester().equals(who)) {
      return Optional.of(
          "the approver must differ from the requester, %s: let somebody else approve it"
              .formatted(who));
    }
    return x.state() instanceof State.Held held
        ? held.approval().stream()
            .map(name -> refuses(name, who))
            .filter(Objects::nonNull)
            .findFirst()
        : Optional.empty();
  }

  /**
   * What was held by a rule that is gone is approved by nobody: it may have been a stricter one.
   */
  private @Nullable String refuses(String name, String who) {
    var rule = rules.stream().filter(r -> r.name().equals(name)).findFirst();
    if (rule.isEmpty()) {
      return "the rule %s, which said who approves it, is no longer in the configuration: reject it and ask anew"
          .formatted(name);
    }
    return rule.get().admits(who)
        ? null
        : "the rule %s lets %s approve it, and not %s"
            .formatted(name, String.join(", ", rule.get().approvers()), who);
  }

  /**
   * An approval holds for the plan and the checkpoint that it was given for, and no other. Whom the
   * change reaches isn't at hand any more, so every rule has its say on the next one.
   */
  private Verdict approved(Execution x, Approval approval) {
    boolean bound =
        approval.planHash().equals(x.planHash())
            && approval.baseRevision() == x.base().revision()
            && x.checkpoint().filter(c -> c.sha256().equals(approval.checkpoint())).isPresent();
    return bound
        ? new Verdict.Pass("approved")
        : new Verdict.Hold(
            "approval-stale",
            "the approval was given for something else: approve this one",
            rules.stream().filter(r -> !r.approvers().isEmpty()).map(GateRule::name).toList());
  }
}
