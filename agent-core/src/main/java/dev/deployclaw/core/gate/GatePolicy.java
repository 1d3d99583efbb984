package dev.deployclaw.core.gate;

import dev.deployclaw.core.machine.Approval;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
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

  /** The rule by which a rollback goes on, which is never slower than doing nothing. */
  private static final String WAY_BACK = "way-back";

  /**
   * The rule by which a repair goes on: what it puts back passed the gate when it was committed.
   */
  private static final String COMMITTED = "committed-again";

  /** Operations that put back what passed the gate before, and the rule by which each goes on. */
  private static final Map<String, String> PUTTING_BACK =
      Map.of("rollback", WAY_BACK, "repair-drift", COMMITTED);

  /** By which operations a rule speaks of members that are left out of a rollback. */
  private static final List<String> LEAVING_OUT = List.of("rollback", "leave-out");

  /** How much of a plan's hash quotes it: 32 bits. */
  public static final int SHORTEST_QUOTE = 8;

  /** Who approves these was shown the plan, and quotes its hash. */
  private static final Set<String> QUOTED = Set.of(ApprovalTrigger.Source.MODEL_READING.rule());

  public GatePolicy {
    rules = List.copyOf(rules);
  }

  /**
   * What speaks for holding a change.
   *
   * @param demands what asks for an approval beside the gate's rules
   * @param removed tenants that would have no policy any more
   * @param overlays changes by request that would be gone, for people
   * @param bigSteps changes larger than the configured factor, for people
   * @param scope whom it reaches
   */
  public record Risks(
      List<ApprovalTrigger> demands,
      List<String> removed,
      List<String> overlays,
      List<String> bigSteps,
      ChangeScope scope) {
    public static final Risks NONE =
        new Risks(List.of(), List.of(), List.of(), List.of(), ChangeScope.NONE);

    public Risks {
      demands = List.copyOf(demands);
      removed = List.copyOf(removed);
      overlays = List.copyOf(overlays);
      bigSteps = List.copyOf(bigSteps);
    }

    /** Of an operation that removes nothing and takes no step. */
    public static Risks of(List<ApprovalTrigger> demands, ChangeScope scope) {
      return new Risks(demands, List.of(), List.of(), List.of(), scope);
    }

    /** The same, with more that asks. */
    public Risks and(List<ApprovalTrigger> more) {
      var all = new ArrayList<>(demands);
      all.addAll(more);
      return new Risks(all, removed, overlays, bigSteps, scope);
    }

    boolean asked() {
      return demands.stream().anyMatch(d -> d.source() == ApprovalTrigger.Source.REQUEST);
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

  /**
   * Whether a change goes on. What the agent puts back by itself after a failed validation never
   * waits: that is the one way past the rules, and its record names it.
   */
  public Verdict judge(ChangeExecution x, Risks risks) {
    if (x.kind() == ChangeKind.COMPENSATION) {
      return new Verdict.Pass(WAY_BACK);
    }
    return x.approval()
        .map(given -> approved(x, given))
        .orElseGet(() -> admit(x.requester(), risks));
  }

  /**
   * Whether what somebody asked for may begin without an approval: the one place that decides it,
   * for every operation.
   */
  public Verdict admit(String requester, Risks risks) {
    var holds = holds(requester, risks);
    if (holds.isEmpty()) {
      return new Verdict.Pass(passing(requester, risks).orElse(otherwise(risks)));
    }
    var approval = new ArrayList<String>();
    holds.keySet().stream().filter(QUOTED::contains).forEach(approval::add);
    rules.stream()
        .filter(r -> !r.approvers().isEmpty() && r.speaksOf(requester, risks.scope()))
        .forEach(r -> approval.add(r.name()));
    return new Verdict.Hold(
        holds.keySet().iterator().next(), String.join("; ", holds.values()), approval);
  }

  /**
   * What the log says of the gate as a change opens, so that somebody who has only the log knows
   * whether it needs an approval: the rules that ask for one, or the one by which it goes on.
   */
  public Map<String, Object> facts(String requester, Risks risks) {
    var facts = new TreeMap<String, Object>();
    var asks = List.copyOf(holds(requester, risks).keySet());
    facts.put("asks", asks);
    facts.put("manual", risks.asked());
    if (asks.isEmpty()) {
      facts.put("rule", passing(requester, risks).orElse(otherwise(risks)));
    }
    return facts;
  }

  /** Why a change with these risks would be held; empty when it would go on. */
  public List<String> reasons(String requester, Risks risks) {
    return List.copyOf(holds(requester, risks).values());
  }

  /** By the name of each rule that holds it, why; the weightiest first. */
  private Map<String, String> holds(String requester, Risks risks) {
    var why = new LinkedHashMap<String, String>();
    risks.demands().forEach(d -> why.merge(d.source().rule(), d.why(), (a, b) -> a));
    if (!risks.removed().isEmpty()) {
      why.put("removes-tenant", "it removes " + String.join(", ", risks.removed()));
    }
    if (!risks.overlays().isEmpty()) {
      why.put("removes-overlay", "it ends these overlays: " + String.join("; ", risks.overlays()));
    }
    if (!risks.bigSteps().isEmpty()) {
      why.put("big-step", String.join("; ", risks.bigSteps()));
    }
    for (var rule : speaking(GateRule.Says.HOLD, requester, risks)) {
      why.putIfAbsent(rule.name(), "the rule " + rule.name() + " holds it");
    }
    boolean byDefault = !auto && !putsBack(risks.scope());
    if (why.isEmpty() && byDefault && passing(requester, risks).isEmpty()) {
      why.put("default-hold", "every change waits for an approval here");
    }
    return why;
  }

  private Optional<String> passing(String requester, Risks risks) {
    return speaking(GateRule.Says.PASS, requester, risks).stream().map(GateRule::name).findFirst();
  }

  /** By which rule it goes on where none of the configuration's passes it. */
  private static String otherwise(Risks risks) {
    return risks.scope().operations().stream()
        .filter(_ -> putsBack(risks.scope()))
        .map(PUTTING_BACK::get)
        .findFirst()
        .orElse(AUTO);
  }

  /**
   * Whether an operation puts back what passed the gate before: only a rule that names it holds.
   */
  static boolean putsBack(ChangeScope scope) {
    return !scope.operations().isEmpty() && PUTTING_BACK.keySet().containsAll(scope.operations());
  }

  private List<GateRule> speaking(GateRule.Says says, String requester, Risks risks) {
    return rules.stream()
        .filter(r -> r.says() == says && r.speaksOf(requester, risks.scope()))
        .toList();
  }

  /**
   * Why somebody may not approve what waits; empty when they may.
   *
   * @param quoted how the plan's hash begins, by who approves; empty where none is quoted
   */
  public Optional<Refusal> refuses(PendingApproval waiting, String who, String quoted) {
    if (approverMustDiffer && waiting.requester().equals(who)) {
      return Refusal.of(
          Refusal.Flaw.NOT_ALLOWED,
          "the approver must differ from the requester, %s: let another person approve it"
              .formatted(who));
    }
    var approver =
        waiting.approval().stream()
            .filter(name -> !QUOTED.contains(name))
            .map(name -> refuses(name, who))
            .filter(Objects::nonNull)
            .findFirst();
    if (approver.isPresent()) {
      return Refusal.of(Refusal.Flaw.NOT_ALLOWED, approver.get());
    }
    if (!waiting.planHash().startsWith(quoted)) {
      return Refusal.of(
          Refusal.Flaw.MISQUOTED,
          "the plan of %s is %s, not %s: read it with deployclaw log %s, and approve that"
              .formatted(
                  waiting.id(),
                  waiting.mustBeQuoted() ? "another one" : waiting.planHash(),
                  quoted,
                  waiting.id()));
    }
    return waiting.mustBeQuoted() && quoted.length() < SHORTEST_QUOTE
        ? Refusal.of(
            Refusal.Flaw.UNQUOTED,
            "%s, so an approval quotes its plan: read what it changes with deployclaw approve %s, and add --plan with the first %d characters of the plan's hash, or more"
                .formatted(waiting.why(), waiting.id(), SHORTEST_QUOTE))
        : Optional.empty();
  }

  /**
   * Why somebody may not say that a rollback ends without members that can't go. That is bound like
   * an approval: by the rules that say who approves a rollback, and those who speak of every
   * change.
   */
  public Optional<Refusal> refusesLeavingOut(ChangeExecution x, String who) {
    var approval =
        rules.stream()
            .filter(r -> !r.approvers().isEmpty())
            .filter(r ->
                LEAVING_OUT.stream()
                    .anyMatch(o -> r.speaksOf(x.requester(), ChangeScope.unknown(o))))
            .map(GateRule::name)
            .toList();
    return refuses(new PendingApproval(x.id(), x.requester(), x.planHash(), "", approval), who, "");
  }

  /** Why an approval isn't taken. */
  public record Refusal(Flaw flaw, String reason) {
    /** What is wrong with the approval. */
    public enum Flaw {
      /** Not from this person. */
      NOT_ALLOWED,
      /** It is for another plan. */
      MISQUOTED,
      /** It has to quote the plan. */
      UNQUOTED
    }

    private static Optional<Refusal> of(Flaw flaw, String reason) {
      return Optional.of(new Refusal(flaw, reason));
    }
  }

  /**
   * What waits for an approval.
   *
   * @param why for people; empty for a change that isn't held
   * @param approval the rules that say who may approve it, and how, by name
   */
  public record PendingApproval(
      String id, String requester, String planHash, String why, List<String> approval) {
    public PendingApproval {
      approval = List.copyOf(approval);
    }

    /** A held change; one in another state waits for no approval. */
    public static PendingApproval of(ChangeExecution x) {
      return x.state() instanceof ChangeState.Held held
          ? new PendingApproval(x.id(), x.requester(), x.planHash(), held.why(), held.approval())
          : new PendingApproval(x.id(), x.requester(), x.planHash(), "", List.of());
    }

    /** Whether who approves it must quote the plan's hash, and so has read the plan. */
    public boolean mustBeQuoted() {
      return approval.stream().anyMatch(QUOTED::contains);
    }
  }

  /**
   * What was held by a rule that is gone is approved by nobody: it may have been a stricter one.
   */
  private @Nullable String refuses(String name, String who) {
    var rule = rules.stream().filter(r -> r.name().equals(name)).findFirst();
    if (rule.isEmpty()) {
      return "the rule %s, which said who approves it, is no longer in the configuration: reject it and ask again"
          .formatted(name);
    }
    return rule.get().admits(who)
        ? null
        : "the rule %s lets %s approve it, and not %s"
            .formatted(name, String.join(", ", rule.get().approvers()), who);
  }

  /**
   * An approval holds for the plan and the checkpoint that it was given for, and no other. Whom the
   * change reaches isn't at hand any more, so every rule has its say on the next one, and who gives
   * it has read the plan.
   */
  private Verdict approved(ChangeExecution x, Approval approval) {
    boolean bound =
        approval.planHash().equals(x.planHash())
            && approval.baseRevision() == x.base().revision()
            && x.checkpoint().filter(c -> c.sha256().equals(approval.checkpoint())).isPresent();
    return bound
        ? new Verdict.Pass("approved")
        : new Verdict.Hold(
            "approval-stale",
            "the approval was given for something else: approve this one",
            Stream.concat(
                    QUOTED.stream(),
                    rules.stream().filter(r -> !r.approvers().isEmpty()).map(GateRule::name))
                .toList());
  }
}
