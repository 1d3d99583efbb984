package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.DecisionRuling;
import dev.deployclaw.container.approval.HoldVote;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of a person's click on a card, in words for who clicked. */
sealed interface ClickVerdict {
  String NOT_OURS = "This button doesn't belong to the agent.";
  String NO_NAME = "You can't decide here: the agent's configuration doesn't name you.";
  String STALE = "Nothing was done: the held plan isn't the one on this card. Look again.";

  /** It is a decision, and will be carried out. */
  record Taken() implements ClickVerdict {}

  record Refused(String why) implements ClickVerdict {}

  /** There is nothing left to decide. */
  record Ended(String sentence) implements ClickVerdict {}

  /** Judges it, queues a decision, and writes what became of it into the application log. */
  static ClickVerdict of(CardValue card, boolean approves, Decider decider, ApprovalDesk desk)
      throws InterruptedException {
    return switch (judged(card, approves, decider, desk)) {
      case Taken() -> decider.decided(card.execution(), approves);
      case Refused(String why) -> decider.refused(why);
      case Ended ended -> {
        var _ = decider.refused(ended.sentence());
        yield ended;
      }
    };
  }

  private static ClickVerdict judged(
      CardValue card, boolean approves, Decider decider, ApprovalDesk desk)
      throws InterruptedException {
    var decision =
        new ApprovalDecision(
            card.execution(), decider.who(), approves, approves ? card.plan() : "", "");
    try {
      var vote = new HoldVote(decision, Optional.of(card.shown()), decider.place());
      return of(desk.decideOnCard(vote), card, desk);
    } catch (Unreachable e) {
      return new Refused("The state store can't be reached: try again.");
    }
  }

  /**
   * Who clicked, and where.
   *
   * @param place as a sentence goes on
   * @param user as the place names the person
   * @param who the agent's name of the person; empty where it knows none
   */
  record Decider(String channel, String place, String user, String who) {
    private static final Logger LOG = LoggerFactory.getLogger(Decider.class);

    /**
     * @param ours whether the person is of the organisation whose people may decide
     */
    static Decider of(ApprovalChannelConfig config, String place, String user, boolean ours) {
      var who = Optional.ofNullable(config.people().get(user)).filter(_ -> ours);
      return new Decider(config.name(), place, user, who.orElse(""));
    }

    boolean isKnown() {
      return !who.isEmpty();
    }

    private ClickVerdict decided(String execution, boolean approves) {
      LOG.atInfo()
          .addKeyValue("channel", channel)
          .addKeyValue("user", user)
          .addKeyValue("who", who)
          .addKeyValue("execution", execution)
          .addKeyValue("approves", approves)
          .log("A decision was taken");
      return new Taken();
    }

    ClickVerdict refused(String why) {
      LOG.atWarn()
          .addKeyValue("channel", channel)
          .addKeyValue("user", user)
          .addKeyValue("who", who)
          .addKeyValue("reason", why)
          .log("approval refused");
      return new Refused(why);
    }
  }

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
