package dev.deployclaw.container.approval;

import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskIntake;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.query.HoldDocument;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.service.HeldPlan;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Where decisions on holds enter, whichever way they come: each is judged by the gate against what
 * is held now, then queued. Keeps the cards of all channels right. Any thread.
 */
public record ApprovalDesk(List<ApprovalChannel> channels, Parts parts) {
  /** First pauses after a failure between two looks at what is held: two seconds by default. */
  private static final int PAUSES = 2;

  public ApprovalDesk {
    channels = List.copyOf(channels);
  }

  /**
   * What it works with.
   *
   * @param queries an object serves one thread
   * @param requests the words of an execution's request, where this machine has its log
   */
  public record Parts(
      StateStore state,
      Supplier<QueryService> queries,
      TaskIntake intake,
      Function<String, String> requests,
      DeliverySettings delivery) {}

  /** One for each channel, so that one that is away delays no other. */
  public List<PeriodicTask> tasks() {
    var period = parts.delivery().patience().first().multipliedBy(PAUSES);
    var holds = new HeldExecutions(parts.queries(), parts.delivery().time(), period);
    return channels.stream()
        .map(c -> {
          var round = new ChannelRound(c, holds, parts);
          return new PeriodicTask("approvals-" + c.name(), period, round::run);
        })
        .toList();
  }

  /** The changes of a held execution; empty where it isn't held. */
  public Optional<HeldPlan> heldPlan(String execution) throws InterruptedException {
    return parts.queries().get().heldPlan(execution);
  }

  /**
   * Why a person's decision would be refused now; it is judged again when it is carried out.
   *
   * @param plan for an approval, the plan's hash that is quoted, or its first characters
   */
  public Optional<ApprovalRefusal> objection(
      String execution, String who, boolean approves, String plan) throws InterruptedException {
    return parts.queries().get().objection(execution, who, approves, plan);
  }

  /**
   * Whether there is such a change. Another agent may have carried it out, so the state store is
   * asked, not the logs here.
   */
  public boolean knowsChange(String execution, String who) throws InterruptedException {
    return objection(execution, who, false, "")
        .filter(o -> o.kind() == ApprovalRefusal.Kind.NO_SUCH_CHANGE)
        .isEmpty();
  }

  /** How a hold ended, for who clicks too late. */
  public CardEnding ending(String execution) throws InterruptedException {
    return CardEnding.of(parts.queries().get().holdEnding(execution), Optional.empty());
  }

  /**
   * Judges a decision, and queues it.
   *
   * @throws Unreachable when the state store can't be asked
   */
  public DecisionRuling decide(HoldVote vote) throws InterruptedException {
    var decision = vote.decision();
    var objection =
        objection(decision.execution(), decision.who(), decision.approves(), decision.plan());
    if (objection.isPresent()) {
      if (objection.get().kind() == ApprovalRefusal.Kind.MISQUOTED && vote.shown().isPresent()) {
        update(decision.execution(), ApprovalMessage::outdated);
      }
      return new DecisionRuling.Refused(objection.get());
    }
    if (decision.approves() && decision.plan().length() < GatePolicy.SHORTEST_QUOTE) {
      return new DecisionRuling.Unquoted();
    }
    var shown = vote.shown();
    if (shown.isPresent()
        && !heldPlan(decision.execution()).map(HoldDocument::shown).equals(shown)) {
      update(decision.execution(), ApprovalMessage::outdated);
      return new DecisionRuling.Stale();
    }
    return new DecisionRuling.Queued(queue(decision, vote.place()));
  }

  /** The same of who was shown a card: in time, or not at all. */
  public DecisionRuling decideOnCard(HoldVote vote) throws InterruptedException {
    long now = parts.delivery().time().instant().toEpochMilli();
    boolean over =
        heldPlan(vote.decision().execution())
            .flatMap(held -> held.terms().untilMillis())
            .filter(until -> until < now)
            .isPresent();
    return over ? new DecisionRuling.Expired() : decide(vote);
  }

  /** Notes it for the cards first, unless it finds no place. */
  private SubmissionResult queue(ApprovalDecision decision, String place)
      throws InterruptedException {
    var taken =
        new TakenDecision(
            decision.who(),
            decision.approves(),
            place,
            parts.delivery().time().instant().toEpochMilli());
    boolean queued = false;
    try {
      update(decision.execution(), message -> message.with(taken));
      var result = parts.intake().decide(decision);
      queued = refusal(result).isEmpty();
      return result;
    } finally {
      if (!queued) {
        update(decision.execution(), message -> message.without(taken));
      }
    }
  }

  private void update(String execution, UnaryOperator<ApprovalMessage> change)
      throws InterruptedException {
    for (var channel : channels) {
      new ApprovalMessageStore(parts.state(), channel.name()).update(execution, change);
    }
  }

  /** Why a decision finds no place, for people. */
  public static Optional<String> refusal(SubmissionResult place) {
    return switch (place) {
      case SubmissionResult.Accepted _, SubmissionResult.Repeated _ -> Optional.empty();
      case SubmissionResult.Full _ -> Optional.of("too many decisions wait: try again");
      case SubmissionResult.Closed _ -> Optional.of("the agent stops: try again");
      case SubmissionResult.KeyReused _ -> Optional.of("another decision has this key");
    };
  }
}
