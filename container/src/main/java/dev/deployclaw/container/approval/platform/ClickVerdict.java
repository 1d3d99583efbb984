package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.DecisionRuling;
import dev.deployclaw.container.approval.HoldVote;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Optional;

/** What became of a person's click on a card, in words for who clicked. */
sealed interface ClickVerdict {
  String NOT_OURS = "This button isn't the agent's.";
  String NO_NAME = "You may not decide here: the agent knows no name for you.";
  String STALE = "Nothing was done: what is held isn't what this card showed. Look again.";

  /** It is a decision, and will be carried out. */
  record Taken() implements ClickVerdict {}

  record Refused(String why) implements ClickVerdict {}

  /** There is nothing left to decide. */
  record Ended(String sentence) implements ClickVerdict {}

  /** Judges it, and queues a decision. */
  static ClickVerdict of(CardValue card, boolean approves, Decider decider)
      throws InterruptedException {
    var decision =
        new ApprovalDecision(
            card.execution(), decider.who(), approves, approves ? card.plan() : "");
    try {
      var vote = new HoldVote(decision, Optional.of(card.shown()), decider.place());
      return of(decider.desk().decideOnCard(vote), card, decider.desk());
    } catch (Unreachable e) {
      return new Refused("The state store can't be reached: try again.");
    }
  }

  /**
   * Who decides, and where.
   *
   * @param who the agent's name of the person
   * @param place as a sentence goes on
   */
  record Decider(String who, String place, ApprovalDesk desk) {}

  private static ClickVerdict of(DecisionRuling ruling, CardValue card, ApprovalDesk desk)
      throws InterruptedException {
    return switch (ruling) {
      case DecisionRuling.Queued(var place) ->
          ApprovalDesk.refusal(place).<ClickVerdict>map(Refused::new).orElseGet(Taken::new);
      case DecisionRuling.Refused(var refusal) -> of(refusal, card, desk);
      case DecisionRuling.Unquoted() -> new Refused(NOT_OURS);
      case DecisionRuling.Stale() -> new Refused(STALE);
      case DecisionRuling.Expired() -> new Refused("Nothing was done: the time to decide is over.");
    };
  }

  /** The right plan's hash is in none of them. */
  private static ClickVerdict of(ApprovalRefusal refusal, CardValue card, ApprovalDesk desk)
      throws InterruptedException {
    return switch (refusal.kind()) {
      case NO_SUCH_CHANGE, NOT_HELD ->
          new Ended(card.execution() + ": " + desk.ending(card.execution()).sentence());
      case MISQUOTED -> new Refused(STALE);
      case UNQUOTED -> new Refused(NOT_OURS);
      case NOT_ALLOWED -> new Refused("Refused: " + refusal.reason());
    };
  }
}
