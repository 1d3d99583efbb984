package dev.deployclaw.core.machine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether a prepared change goes on by itself. A written policy: the request can only tighten it.
 *
 * @param auto whether a change without a risk goes on
 * @param approverMustDiffer whether the requester's own approval is refused
 * @param holdFor how long a held change may wait
 */
public record GatePolicy(boolean auto, boolean approverMustDiffer, Duration holdFor) {

  /**
   * What speaks for holding a change.
   *
   * @param manual the request asks for an approval
   * @param removed tenants that would have no policy any more
   * @param overlays changes by request that would be gone, for people
   * @param bigSteps changes larger than the configured factor, for people
   */
  public record Risks(
      boolean manual, List<String> removed, List<String> overlays, List<String> bigSteps) {
    public static final Risks NONE = new Risks(false, List.of(), List.of(), List.of());

    public Risks {
      removed = List.copyOf(removed);
      overlays = List.copyOf(overlays);
      bigSteps = List.copyOf(bigSteps);
    }
  }

  /** What the gate says. */
  public sealed interface Verdict {
    record Pass(String rule) implements Verdict {}

    record Hold(String rule, String why) implements Verdict {}
  }

  public Verdict judge(Execution x, Risks risks) {
    if (x.kind().back()) {
      return new Verdict.Pass("way-back");
    }
    if (x.approval().isPresent()) {
      return approved(x, x.approval().get());
    }
    return hold(risks).<Verdict>map(h -> h).orElse(new Verdict.Pass("auto"));
  }

  /** Why a change with these risks would be held; empty when it would go on. */
  public List<String> reasons(Risks risks) {
    return hold(risks).map(Verdict.Hold::why).stream().toList();
  }

  private Optional<Verdict.Hold> hold(Risks risks) {
    if (risks.manual()) {
      return held("request-asks", "the request asks for an approval");
    }
    if (!risks.removed().isEmpty()) {
      return held("removes-tenant", "it removes " + String.join(", ", risks.removed()));
    }
    if (!risks.overlays().isEmpty()) {
      return held(
          "removes-overlay", "it takes back by request: " + String.join("; ", risks.overlays()));
    }
    if (!risks.bigSteps().isEmpty()) {
      return held("big-step", String.join("; ", risks.bigSteps()));
    }
    return auto
        ? Optional.empty()
        : held("default-hold", "every change waits for an approval here");
  }

  private static Optional<Verdict.Hold> held(String rule, String why) {
    return Optional.of(new Verdict.Hold(rule, why));
  }

  /** Why somebody may not approve a held change; empty when they may. */
  public Optional<String> refuses(Execution x, String who) {
    return approverMustDiffer && x.requester().equals(who)
        ? Optional.of(
            "the approver must differ from the requester, %s: let somebody else approve it"
                .formatted(who))
        : Optional.empty();
  }

  /** An approval holds for the plan and the checkpoint that it was given for, and no other. */
  private static Verdict approved(Execution x, Approval approval) {
    boolean bound =
        approval.planHash().equals(x.planHash())
            && approval.baseRevision() == x.base().revision()
            && x.checkpoint().filter(c -> c.sha256().equals(approval.checkpoint())).isPresent();
    return bound
        ? new Verdict.Pass("approved")
        : new Verdict.Hold(
            "approval-stale", "the approval was given for something else: approve this one");
  }
}
