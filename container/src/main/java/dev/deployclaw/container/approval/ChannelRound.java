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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one channel's cards what the state store says, again and again: what is held has a card,
 * what isn't any more shows its end. So nothing is queued, and another agent or the next process
 * goes on. After a failure it waits, ever longer, and at least as the channel asks. One thread at a
 * time.
 */
final class ChannelRound {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRound.class);

  /** Cards of one channel; further holds are shown once others have ended. */
  private static final int MOST_CARDS = 200;

  /** Longer than a call can take: who claimed to post it died. */
  private static final Duration CLAIM_HOLDS = Duration.ofMinutes(1);

  private final ApprovalChannel channel;
  private final HeldExecutions holds;
  private final ApprovalDesk.Parts parts;
  private final ApprovalMessageStore messages;
  private final String meter;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private int failures;
  private Instant notBefore = Instant.EPOCH;

  ChannelRound(ApprovalChannel channel, HeldExecutions holds, ApprovalDesk.Parts parts) {
    this.channel = channel;
    this.holds = holds;
    this.parts = parts;
    this.messages = new ApprovalMessageStore(parts.state(), channel.name());
    this.meter = "approvals-" + channel.name();
  }

  void run() throws InterruptedException {
    if (now().isBefore(notBefore)) {
      return;
    }
    try {
      go();
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("What is held can't be read");
    }
  }

  private void go() throws InterruptedException {
    var waiting = holds.ids();
    if (waiting.isEmpty()) {
      return;
    }
    var held = waiting.get();
    var known = messages.all();
    var queries = parts.queries().get();
    for (var stored : known.values()) {
      if (!held.contains(stored.execution()) && !finish(stored, queries)) {
        return;
      }
    }
    show(held, known, queries);
  }

  private void show(Set<String> held, Map<String, Stored> known, QueryService queries)
      throws InterruptedException {
    long revision = parts.state().get(StoreKeys.ACTIVE).map(Entry::modRevision).orElse(0L);
    int room = MOST_CARDS - known.size();
    for (String id : held) {
      var stored = Optional.ofNullable(known.get(id));
      room -= stored.isPresent() ? 0 : 1;
      if (stored.isPresent() || room >= 0) {
        boolean goesOn =
            stored.isEmpty() || isAbandoned(stored.get().message())
                ? post(id, stored, revision, queries)
                : follow(stored.get(), revision, queries);
        if (!goesOn) {
          return;
        }
      }
    }
  }

  private boolean isAbandoned(ApprovalMessage message) {
    var until = Instant.ofEpochMilli(message.atMillis()).plus(CLAIM_HOLDS);
    return message.phase() == MessagePhase.CLAIMED && until.isBefore(now());
  }

  /** One agent posts it: who writes that it will. Returns whether the round goes on. */
  private boolean post(String id, Optional<Stored> before, long revision, QueryService queries)
      throws InterruptedException {
    var card = card(id, queries);
    if (card.isEmpty()) {
      return true;
    }
    long now = now().toEpochMilli();
    var claim = ApprovalMessage.claimed(card.get(), revision, now);
    if (card.get().isOver(now())) {
      boolean _ = messages.claim(id, before, claim.closed(now)); // nobody may decide any more
      return true;
    }
    if (!messages.claim(id, before, claim)) {
      return true;
    }
    return switch (channel.post(card.get())) {
      case CardDelivery.Shown(String reference) -> {
        messages.update(id, m -> m.posted(reference, now().toEpochMilli()));
        yield told(id, "A hold is shown");
      }
      case CardDelivery.Later later -> {
        withdraw(id);
        yield failed(id, later);
      }
      case CardDelivery.Gone(String why) -> {
        withdraw(id);
        yield failed(id, new CardDelivery.Later(why, Optional.empty()));
      }
    };
  }

  /** Any agent may try again. */
  private void withdraw(String id) throws InterruptedException {
    var mine = messages.find(id).filter(s -> s.message().phase() == MessagePhase.CLAIMED);
    if (mine.isPresent()) {
      messages.remove(mine.get());
    }
  }

  /** A card shows what is held now; once its time is over, that. */
  private boolean follow(Stored stored, long revision, QueryService queries)
      throws InterruptedException {
    var message = stored.message();
    if (message.phase() != MessagePhase.POSTED) {
      return true;
    }
    if (message.card().isOver(now())) {
      return rewrite(stored, message.card(), Optional.of(CardEnding.EXPIRED))
          && closed(stored.execution());
    }
    var card =
        message.revision() == revision
            ? Optional.<HoldCard>empty()
            : card(stored.execution(), queries);
    if (card.isEmpty()) {
      return true;
    }
    boolean same = card.get().shown().equals(message.card().shown());
    if (!same && !rewrite(stored, card.get(), Optional.empty())) {
      return false;
    }
    messages.update(stored.execution(), m -> m.showing(card.get(), revision));
    return true;
  }

  private boolean closed(String id) throws InterruptedException {
    messages.update(id, m -> m.closed(now().toEpochMilli()));
    return true;
  }

  /** Shows how it ended, and forgets the message. */
  private boolean finish(Stored stored, QueryService queries) throws InterruptedException {
    var message = stored.message();
    if (message.phase() == MessagePhase.POSTED) {
      var ending = queries.holdEnding(stored.execution());
      if (ending instanceof HoldEnding.Waiting) {
        return true; // it began after the look
      }
      var told = CardEnding.of(ending, message.taken());
      if (!rewrite(stored, message.card(), Optional.of(told))) {
        return false;
      }
    } else if (message.phase() == MessagePhase.CLAIMED && !isAbandoned(message)) {
      return true; // who posts it will say so
    }
    messages.remove(stored);
    return true;
  }

  /** Whether it is shown, or there is no message left that could show it. */
  private boolean rewrite(Stored stored, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException {
    String id = stored.execution();
    return switch (channel.rewrite(stored.message().reference(), card, ending)) {
      case CardDelivery.Shown _ ->
          told(id, ending.isPresent() ? "The end of a hold is shown" : "A hold is shown again");
      case CardDelivery.Later later -> failed(id, later);
      case CardDelivery.Gone(String why) -> {
        LOG.atWarn()
            .addKeyValue("channel", channel.name())
            .addKeyValue("execution", id)
            .addKeyValue("reason", SecretRegistry.hidden(why))
            .log("A card can't be rewritten any more");
        yield true;
      }
    };
  }

  private Optional<HoldCard> card(String id, QueryService queries) throws InterruptedException {
    return queries.heldPlan(id).map(held -> HoldCard.of(held, parts.requests().apply(id)));
  }

  private boolean told(String id, String what) {
    failures = 0;
    parts.delivery().tally().outcome(meter, "delivered");
    LOG.atInfo().addKeyValue("channel", channel.name()).addKeyValue("execution", id).log(what);
    return true;
  }

  private boolean failed(String id, CardDelivery.Later later) {
    failures++;
    var pause = parts.delivery().patience().after(failures, later.after(), random);
    notBefore = now().plus(pause);
    parts.delivery().tally().outcome(meter, "retried");
    LOG.atWarn()
        .addKeyValue("channel", channel.name())
        .addKeyValue("execution", id)
        .addKeyValue("reason", SecretRegistry.hidden(later.why()))
        .addKeyValue("pause", pause)
        .log("A card is not shown yet");
    return false;
  }

  private Instant now() {
    return parts.delivery().time().instant();
  }
}
