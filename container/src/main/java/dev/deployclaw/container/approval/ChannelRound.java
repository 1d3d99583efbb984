package dev.deployclaw.container.approval;

import dev.deployclaw.container.approval.ApprovalMessageStore.Stored;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.core.service.HoldEnding;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one channel's cards what the state store says, again and again: what is held has a card,
 * what isn't any more shows its end. So nothing is queued, and another agent or the next process
 * goes on. After a failure it waits, ever longer, and at least as the channel asks; a card that the
 * channel refuses waits alone. One thread at a time.
 */
final class ChannelRound {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRound.class);

  /** Cards of one channel; further holds are shown once others have ended. */
  private static final int MOST_CARDS = 200;

  /** Of these, kept from what waits for its time, too. */
  private static final int FOR_URGENT = 50;

  /** Longer than a call can take: who claimed it died. */
  private static final Duration CLAIM_HOLDS = Duration.ofMinutes(1);

  private final ApprovalChannel channel;
  private final HeldExecutions holds;
  private final ApprovalDesk.Parts parts;
  private final ApprovalMessageStore messages;
  private final String meter;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final Map<String, Refusal> refused = new HashMap<>();
  private int failures;
  private boolean full;
  private Instant notBefore = Instant.EPOCH;

  ChannelRound(ApprovalChannel channel, HeldExecutions holds, ApprovalDesk.Parts parts) {
    this.channel = channel;
    this.holds = holds;
    this.parts = parts;
    this.messages = new ApprovalMessageStore(parts.state(), channel.name());
    this.meter = "approvals-" + channel.name();
  }

  /** What came of a card. */
  private enum Step {
    DONE,
    /** The others aren't held up by it. */
    SKIPPED,
    /** The channel is away. */
    STOPPED
  }

  /** How often a card was refused in a row, and when it is tried again. */
  private record Refusal(int times, Instant until) {}

  void run() throws InterruptedException {
    if (now().isBefore(notBefore)) {
      return;
    }
    try {
      go();
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Held plans can't be read");
    }
  }

  private void go() throws InterruptedException {
    var waiting = holds.all();
    if (waiting.isEmpty()) {
      return;
    }
    var held = waiting.get();
    var known = messages.all();
    var queries = parts.queries().get();
    refused.keySet().removeIf(id -> !held.containsKey(id) && !known.containsKey(id));
    for (var stored : known.values()) {
      if (!held.containsKey(stored.execution())
          && isDue(stored.execution())
          && finish(stored, queries) == Step.STOPPED) {
        return;
      }
    }
    show(held, known, queries);
  }

  private void show(
      Map<String, HeldExecutions.Version> held, Map<String, Stored> known, QueryService queries)
      throws InterruptedException {
    long revision = parts.state().get(StoreKeys.ACTIVE).map(Entry::modRevision).orElse(0L);
    int room = MOST_CARDS - known.size();
    boolean left = false;
    for (var hold : held.entrySet()) {
      String id = hold.getKey();
      var stored = Optional.ofNullable(known.get(id));
      room -= stored.isPresent() ? 0 : 1;
      boolean fits = stored.isPresent() || room >= (hold.getValue().expires() ? 0 : FOR_URGENT);
      left |= !fits;
      if (fits && isDue(id)) {
        var step =
            stored.isEmpty() || wasNeverPosted(stored.get().message())
                ? post(id, stored, revision, queries)
                : follow(stored.get(), hold.getValue(), revision, queries);
        if (step == Step.STOPPED) {
          return;
        }
      }
    }
    if (left && !full) {
      LOG.atWarn().addKeyValue("channel", channel.name()).log("There are more holds than cards");
    }
    full = left;
  }

  private boolean isDue(String id) {
    return Optional.ofNullable(refused.get(id)).filter(r -> now().isBefore(r.until())).isEmpty();
  }

  private boolean isAbandoned(ApprovalMessage message) {
    return message.phase() == MessagePhase.CLAIMED && !isClaimed(message);
  }

  private boolean wasNeverPosted(ApprovalMessage message) {
    return isAbandoned(message) && message.reference().isEmpty();
  }

  /** Who claimed it says when it is done. */
  private boolean isClaimed(ApprovalMessage message) {
    var until = Instant.ofEpochMilli(message.atMillis()).plus(CLAIM_HOLDS);
    return message.phase() == MessagePhase.CLAIMED && !until.isBefore(now());
  }

  /** One agent posts it: who writes that it will. */
  private Step post(String id, Optional<Stored> before, long revision, QueryService queries)
      throws InterruptedException {
    var card = card(id, queries);
    if (card.isEmpty()) {
      return Step.DONE;
    }
    var claim = ApprovalMessage.claimed(card.get(), revision, now().toEpochMilli());
    if (card.get().isOver(now())) {
      boolean _ = messages.claim(id, before, claim.closed(claim.atMillis())); // its time is over
      return Step.DONE;
    }
    if (!messages.claim(id, before, claim)) {
      return Step.SKIPPED;
    }
    var delivery = channel.post(card.get());
    if (delivery instanceof CardDelivery.Shown(String reference)) {
      messages.update(id, m -> m.posted(reference, now().toEpochMilli()));
    } else {
      withdraw(id);
    }
    return step(id, delivery, "A hold is shown");
  }

  /** Any agent may try again. */
  private void withdraw(String id) throws InterruptedException {
    var mine = messages.find(id).filter(s -> s.message().phase() == MessagePhase.CLAIMED);
    if (mine.isPresent()) {
      messages.remove(mine.get());
    }
  }

  /** A card shows what is held now; once its time is over, that. */
  private Step follow(
      Stored stored, HeldExecutions.Version held, long revision, QueryService queries)
      throws InterruptedException {
    var message = stored.message();
    String id = stored.execution();
    boolean known = message.phase() == MessagePhase.POSTED;
    if (!known && !isAbandoned(message)) {
      return Step.DONE;
    }
    boolean shown = known && message.revision() == revision && held.isOf(message.card());
    var card =
        shown && !message.card().isOver(now()) ? Optional.<HoldCard>empty() : card(id, queries);
    if (card.isEmpty()) {
      return Step.DONE; // or it ended since the look: the next one shows that
    }
    if (card.get().isOver(now())) {
      var over = Optional.of(CardEnding.EXPIRED);
      return rewrite(stored, card.get(), over, m -> m.closed(now().toEpochMilli()));
    }
    UnaryOperator<ApprovalMessage> shows =
        m -> m.showing(card.get(), m.revision() == message.revision() ? revision : m.revision());
    if (known && card.get().shown().equals(message.card().shown())) {
      messages.update(id, shows);
      return Step.DONE;
    }
    return rewrite(stored, card.get(), Optional.empty(), shows);
  }

  /** Shows how it ended, and forgets the message. */
  private Step finish(Stored stored, QueryService queries) throws InterruptedException {
    String id = stored.execution();
    if (isClaimed(stored.message())) {
      return Step.SKIPPED;
    }
    if (stored.message().reference().isEmpty()) { // never posted
      messages.remove(stored);
      return Step.DONE;
    }
    var ending = queries.holdEnding(id);
    var last = messages.find(id); // a decision is noted before it takes effect
    if (ending instanceof HoldEnding.Waiting
        || last.filter(s -> !isClaimed(s.message())).isEmpty()) {
      return Step.SKIPPED; // it began after the look, or another agent was faster
    }
    var message = last.get().message();
    var told = CardEnding.of(ending, message.taken());
    boolean right =
        told.result() == CardEnding.Result.EXPIRED
            || (ending instanceof HoldEnding.Unrecorded && message.taken().isEmpty());
    var step =
        message.phase() == MessagePhase.CLOSED && right
            ? Step.DONE
            : rewrite(last.get(), message.card(), Optional.of(told), UnaryOperator.identity());
    if (step == Step.DONE) {
      var end = messages.find(id).filter(s -> s.message().taken().equals(message.taken()));
      if (end.isPresent()) {
        messages.remove(end.get());
      }
    }
    return step;
  }

  /**
   * Done, too, where there is no message left that could show it. One agent does it at a time: no
   * late call of another puts buttons back onto a card that shows its end. What wasn't answered may
   * still bring buttons, so its claim stays.
   *
   * @param done what is known of the message then
   */
  private Step rewrite(
      Stored stored,
      HoldCard card,
      Optional<CardEnding> ending,
      UnaryOperator<ApprovalMessage> done)
      throws InterruptedException {
    String id = stored.execution();
    String reference = stored.message().reference();
    var claim = stored.message().claimedAgain(now().toEpochMilli());
    if (!messages.claim(id, Optional.of(stored), claim)) {
      return Step.SKIPPED;
    }
    var delivery = channel.rewrite(reference, card, ending);
    var step =
        step(
            id,
            delivery,
            ending.isPresent() ? "The end of a hold is shown" : "A hold is shown again");
    if (step == Step.DONE) {
      messages.update(id, m -> done.apply(m.posted(reference, now().toEpochMilli())));
    } else if (ending.isPresent() || !(delivery instanceof CardDelivery.Unknown)) {
      messages.update(id, m -> m.posted(reference, now().toEpochMilli()));
    }
    return step;
  }

  private Optional<HoldCard> card(String id, QueryService queries) throws InterruptedException {
    return queries.heldPlan(id).map(held -> HoldCard.of(held, parts.requests().apply(id)));
  }

  private Step step(String id, CardDelivery delivery, String done) {
    return switch (delivery) {
      case CardDelivery.Shown _ -> {
        failures = 0;
        refused.remove(id);
        parts.delivery().tally().accept(meter, "delivered");
        LOG.atInfo().addKeyValue("channel", channel.name()).addKeyValue("execution", id).log(done);
        yield Step.DONE;
      }
      case CardDelivery.Gone(String why) -> {
        warn(id, why, Duration.ZERO, "given-up");
        yield Step.DONE;
      }
      case CardDelivery.Refused(String why) -> {
        int times = Optional.ofNullable(refused.get(id)).map(Refusal::times).orElse(0) + 1;
        var pause = parts.delivery().patience().after(times, random);
        refused.put(id, new Refusal(times, now().plus(pause)));
        warn(id, why, pause, "retried");
        yield Step.SKIPPED;
      }
      case CardDelivery.Later(String why, var after) -> stopped(id, why, after);
      case CardDelivery.Unknown(String why) -> stopped(id, why, Optional.empty());
    };
  }

  private Step stopped(String id, String why, Optional<Duration> after) {
    failures++;
    var pause = parts.delivery().patience().after(failures, after, random);
    notBefore = now().plus(pause);
    warn(id, why, pause, "retried");
    return Step.STOPPED;
  }

  /** The estate goes on without it. */
  private void warn(String id, String why, Duration pause, String outcome) {
    parts.delivery().tally().accept(meter, outcome);
    LOG.atWarn()
        .addKeyValue("channel", channel.name())
        .addKeyValue("execution", id)
        .addKeyValue("reason", SecretRegistry.hidden(why))
        .addKeyValue("outcome", outcome)
        .addKeyValue("pause", pause)
        .log("A card isn't shown");
  }

  private Instant now() {
    return parts.delivery().time().instant();
  }
}
