package dev.deployclaw.executors.remote;

import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.executors.protocol.v1.ContentNeeded;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.remote.HostConnection.Opened;
import dev.deployclaw.executors.remote.HostSession.Exchange;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.EncodedCall;
import dev.deployclaw.executors.wire.OutcomeCodec;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call across the wall. It is sent once; again, under another grant, only after the host said
 * that it lacks content, or where it surely never acted on it. For one thread.
 */
final class RemoteCall {
  private static final int MOST_TRIES = 4;

  /** Of its time, what a call in the host ends earlier by, so that its answer still gets back. */
  private static final int MARGIN_PART = 10;

  private static final Duration MOST_MARGIN = Duration.ofMillis(200);

  private final HostConnection connection;
  private final EncodedCall call;
  private final Grant.Purpose purpose;
  private final long begun = System.nanoTime();
  private final Duration deadline;

  RemoteCall(
      HostConnection connection, EncodedCall call, Grant.Purpose purpose, Duration deadline) {
    this.connection = connection;
    this.call = call;
    this.purpose = purpose;
    this.deadline = deadline;
  }

  /** What came back. */
  sealed interface Answer {
    /** The host's; never that content is needed. */
    record Replied(Outcome outcome) implements Answer {}

    /** None, and the host did nothing. */
    record Undone(String reason) implements Answer {}

    /** None, and the host may have done it. */
    record Silent(String reason) implements Answer {}

    /** None: what the call names can't be sent. */
    record Unsendable(String reason) implements Answer {}
  }

  Answer perform() throws InterruptedException {
    Answer last = new Answer.Undone("the call had no time left");
    for (int tries = 0; tries < MOST_TRIES && left().isPositive(); tries++) {
      switch (connection.session()) {
        case Opened.Failed(HostGreeting.Unreachable(var reason)) -> {
          return new Answer.Undone(reason);
        }
        case Opened.Failed(HostGreeting.Incompatible(var reason)) -> {
          return new Answer.Unsendable(reason);
        }
        case Opened.Failed(HostGreeting.Met _) ->
            throw new IllegalStateException("a met host is no failure");
        case Opened.Ready(var session) -> last = once(session);
      }
      if (!again(last)) {
        return last;
      }
    }
    return last instanceof Answer.Replied
        ? new Answer.Undone("the executor host doesn't keep what the call names")
        : last;
  }

  /** Whether nothing was done, and another try may help. */
  private static boolean again(Answer last) {
    return switch (last) {
      case Answer.Undone _ -> true;
      case Answer.Replied(var outcome) -> outcome.hasContentNeeded();
      case Answer.Silent _, Answer.Unsendable _ -> false;
    };
  }

  private Answer once(HostSession session) throws InterruptedException {
    long asked = System.nanoTime();
    var time = left();
    var message = session.sealer().seal(call.message(), purpose, inHost(time), expires());
    if (message.getSerializedSize() > HostConnection.MOST_MESSAGE_BYTES) {
      return new Answer.Unsendable("the call is larger than a message may be");
    }
    return switch (exchange(session, message, time)) {
      case Exchange.Unsent(var reason) -> {
        connection.abandon(session);
        yield new Answer.Undone(reason);
      }
      case Exchange.Silent(var reason) -> new Answer.Silent(reason);
      case Exchange.Replied(var outcome) when outcome.hasContentNeeded() ->
          sent(session, outcome.getContentNeeded(), asked);
      case Exchange.Replied(var outcome) when refused(outcome) && !session.connected() ->
          new Answer.Undone(outcome.getFault().getReason());
      case Exchange.Replied(var outcome) -> new Answer.Replied(outcome);
    };
  }

  private Exchange exchange(HostSession session, SealedCall message, Duration time)
      throws InterruptedException {
    String operation = call.message().getExecutor() + "." + CallCodec.verb(call.message());
    long sent = System.nanoTime();
    boolean answered = false;
    try {
      var exchange = session.execute(message, time);
      answered = exchange instanceof Exchange.Replied;
      return exchange;
    } finally { // also by the interrupt that ends a call at its deadline
      connection.unanswered().note(operation, answered, sent, inHost(time));
    }
  }

  /** By a host that started meanwhile and doesn't know the key; the next session has its key. */
  private static boolean refused(Outcome outcome) {
    return outcome.getFault().getKind() == Fault.Kind.UNGRANTED;
  }

  /** Sends what the host lacks; the result says whether to try again. */
  private Answer sent(HostSession session, ContentNeeded needed, long asked)
      throws InterruptedException {
    for (String sha256 : needed.getSha256List()) {
      var content = call.content().get(sha256);
      if (content == null) {
        return new Answer.Unsendable("the executor host asks for what the call doesn't name");
      }
      var problem = sent(session, sha256, content, asked);
      if (problem != null) {
        return problem;
      }
    }
    return new Answer.Replied(OutcomeCodec.needed(needed.getSha256List()));
  }

  private @Nullable Answer sent(
      HostSession session, String sha256, Supplier<byte[]> content, long asked)
      throws InterruptedException {
    byte[] bytes = content.get();
    if (bytes.length > HostConnection.MOST_MESSAGE_BYTES) {
      return new Answer.Unsendable("what the call names is larger than a message may be");
    }
    boolean there = session.sent().send(sha256, asked, () -> session.put(bytes, left()));
    return there ? null : new Answer.Undone("the executor host didn't take what the call names");
  }

  private long expires() {
    return begun + deadline.toNanos();
  }

  private Duration left() {
    return Duration.ofNanos(expires() - System.nanoTime());
  }

  private static Duration inHost(Duration time) {
    var part = time.dividedBy(MARGIN_PART);
    return time.minus(part.compareTo(MOST_MARGIN) < 0 ? part : MOST_MARGIN);
  }
}
