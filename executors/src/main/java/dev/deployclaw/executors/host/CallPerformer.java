package dev.deployclaw.executors.host;

import dev.deployclaw.core.call.CallDispatcher;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.host.SealedCallVerifier.Verdict;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.sandbox.ExecutorSandbox;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.DecodedCall;
import dev.deployclaw.executors.wire.OutcomeCodec;
import io.grpc.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs sealed calls: verified, read, run under their time, and answered within the bounds. */
final class CallPerformer {
  private static final Logger LOG = LoggerFactory.getLogger(CallPerformer.class);

  private final SealedCallVerifier verifier;
  private final ContentCache content;
  private final Map<String, BackendExecutor> executors;
  private final Optional<ObjectStore> objects;
  private final Semaphore places;
  private final int messageBytes;

  CallPerformer(
      HostedExecutors hosted,
      SealedCallVerifier verifier,
      ContentCache content,
      HostBounds bounds) {
    this.verifier = verifier;
    this.content = content;
    this.executors =
        hosted.executors().stream()
            .map(e -> ExecutorSandbox.bounded(e, bounds.executorCalls()))
            .collect(Collectors.toUnmodifiableMap(BackendExecutor::name, Function.identity()));
    this.objects = hosted.objects();
    this.places = new Semaphore(bounds.callsInAll());
    this.messageBytes = bounds.messageBytes();
  }

  /** Blocks its thread, which an ended call or its time interrupts. */
  Outcome perform(SealedCall message) {
    if (!places.tryAcquire()) {
      return OutcomeCodec.fault(
          new CallFault.Unavailable("the executor host performs as many calls as it may"));
    }
    try {
      return switch (verifier.verify(message)) {
        case Verdict.Refused refused -> refused(refused);
        case Verdict.Granted(var call) -> bounded(call, decoded(call));
      };
    } finally {
      places.release();
    }
  }

  private static Outcome refused(Verdict.Refused refused) {
    LOG.atWarn()
        .addKeyValue("operation", refused.operation())
        .addKeyValue("execution", refused.execution())
        .addKeyValue("reason", refused.reason())
        .log("call refused");
    String what = refused.operation().isEmpty() ? "a call" : refused.operation();
    return OutcomeCodec.fault(
        new CallFault.Ungranted(what + " was refused at the executor host: " + refused.reason()));
  }

  private Outcome decoded(GrantedCall call) {
    return switch (CallCodec.decode(call, content)) {
      case DecodedCall.Missing(var sha256) -> OutcomeCodec.needed(sha256);
      case DecodedCall.Unreadable(var reason) ->
          OutcomeCodec.fault(new CallFault.Invalid("the call can't be read: " + reason));
      case DecodedCall.ForExecutor(var what) -> executed(call, what);
      case DecodedCall.ForCreate(var name, var bytes) ->
          stored(call, store -> OutcomeCodec.put(store.create(name, bytes)));
      case DecodedCall.ForRead(var name) ->
          stored(call, store -> OutcomeCodec.got(store.read(name)));
    };
  }

  private Outcome executed(GrantedCall call, ExecutorCall what) {
    var executor = executors.get(call.getExecutor());
    if (executor == null) {
      return OutcomeCodec.fault(new CallFault.Invalid(call.getExecutor() + " is no executor"));
    }
    var fence = new FencingToken(call.getFence().getLeader(), call.getFence().getTerm());
    var invocation = new Invocation(executor.name(), what, fence, time(call));
    return timed(
        call,
        () -> {
          try {
            return OutcomeCodec.encode(executor.execute(invocation));
          } catch (InterruptedException e) {
            return OutcomeCodec.encode(CallDispatcher.cutOff(invocation));
          }
        });
  }

  private Outcome stored(GrantedCall call, InterruptibleFunction<ObjectStore, Outcome> what) {
    if (objects.isEmpty()) {
      return OutcomeCodec.fault(new CallFault.Invalid("this host has no bucket"));
    }
    var store = objects.get();
    return timed(
        call,
        () -> {
          try {
            return what.apply(store);
          } catch (InterruptedException e) {
            return unanswered(call, "it was cut off");
          }
        });
  }

  private static Outcome timed(GrantedCall call, Supplier<Outcome> work) {
    try (var _ = CallInterrupt.after(time(call))) {
      return work.get();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("executor", call.getExecutor()).setCause(e).log("call threw");
      return unanswered(call, "internal fault: " + e);
    }
  }

  private Outcome bounded(GrantedCall call, Outcome outcome) {
    return outcome.getSerializedSize() <= messageBytes
        ? outcome
        : unanswered(
            call,
            "its answer of %d bytes is larger than the %d that one may have"
                .formatted(outcome.getSerializedSize(), messageBytes));
  }

  private static Outcome unanswered(GrantedCall call, String why) {
    String reason = call.getExecutor() + "." + CallCodec.verb(call) + ": " + why;
    return OutcomeCodec.fault(OutcomeCodec.unanswered(reason, CallCodec.effect(call)));
  }

  private static Duration time(GrantedCall call) {
    return Duration.ofNanos(call.getTimeoutNanos());
  }

  /**
   * Interrupts the thread that made it: when the time is over, or when the agent gave the call up
   * or is gone. After it is closed it interrupts nobody, and its thread has no mark of an
   * interrupt.
   */
  private static final class CallInterrupt implements AutoCloseable, Context.CancellationListener {
    private final Thread thread = Thread.currentThread();
    private final Context context = Context.current();
    private final CompletableFuture<Boolean> timer = new CompletableFuture<>();
    private boolean ended;

    static CallInterrupt after(Duration time) {
      var made = new CallInterrupt();
      made.context.addListener(made, Runnable::run);
      var _ =
          made.timer
              .completeOnTimeout(true, time.toNanos(), TimeUnit.NANOSECONDS)
              .thenRun(made::interrupt);
      return made;
    }

    @Override
    public void cancelled(Context ended) {
      interrupt();
    }

    private synchronized void interrupt() {
      if (!ended) {
        thread.interrupt();
      }
    }

    @Override
    public void close() {
      timer.cancel(false);
      context.removeListener(this);
      synchronized (this) {
        ended = true;
      }
      var _ = Thread.interrupted();
    }
  }
}
