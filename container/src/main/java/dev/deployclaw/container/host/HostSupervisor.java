package dev.deployclaw.container.host;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.confinement.ConfinedCommand;
import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.container.confinement.IsolationProbe;
import dev.deployclaw.container.confinement.RefusalLog;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.core.grant.GrantKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an executor host running: starts it confined and with a new key, waits until it is ready,
 * kills it when it doesn't answer any more, and starts it again when it has ended, after pauses
 * that grow while it doesn't stay. For any thread.
 */
public final class HostSupervisor implements HostKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(HostSupervisor.class);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(12);
  private static final String FORBIDDEN_CALL =
      "made a forbidden system call, and the kernel killed it (SIGSYS)";

  private final HostCommand launch;
  private final Bounds bounds;
  private final Thread keeper;
  private final CountDownLatch firstOutcome = new CountDownLatch(1);
  private final AtomicInteger starts = new AtomicInteger();
  private volatile Optional<HostProcess> present = Optional.empty();
  private volatile List<String> missing = List.of();
  private volatile CountDownLatch ready = new CountDownLatch(1);
  private volatile HostState state = new HostState.Starting();
  private volatile Optional<GrantKey> key = Optional.empty();
  private volatile Optional<String> stopped = Optional.empty();
  private volatile Optional<HostRefusals> refusals = Optional.empty();
  private volatile Optional<Violation> violation = Optional.empty();
  private Optional<String> lastEnd = Optional.empty();
  private volatile boolean closed;

  /**
   * How long things may take.
   *
   * @param ready from a start until it takes calls
   * @param pause before the next start, after the first short life in a row, the second, …
   * @param stable a life of that length isn't short
   * @param watch how a hang is noticed
   */
  record Bounds(Duration ready, IntFunction<Duration> pause, Duration stable, Watch watch) {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final int DOUBLINGS = 7;

    static final Bounds DEFAULT =
        new Bounds(Duration.ofSeconds(30), Bounds::doubled, Duration.ofMinutes(1), Watch.DEFAULT);

    /** From a fifth of a second to 25 seconds. */
    static Duration doubled(int attempt) {
      return FIRST.multipliedBy(1L << Math.min(attempt - 1, DOUBLINGS));
    }
  }

  /**
   * How a host that takes calls is watched.
   *
   * @param every pause between two questions
   * @param answer how long one may take
   * @param misses so many in a row are its end
   */
  record Watch(Duration every, Duration answer, int misses) {
    static final Watch DEFAULT = new Watch(Duration.ofSeconds(10), Duration.ofSeconds(5), 3);
  }

  private HostSupervisor(HostCommand launch, Bounds bounds) {
    this.launch = launch;
    this.bounds = bounds;
    this.keeper = Thread.ofPlatform().daemon().name("executor-host").unstarted(this::keep);
  }

  /** Begins to start it; the caller needn't wait. */
  public static HostSupervisor start(HostCommand launch) {
    return start(launch, Bounds.DEFAULT);
  }

  /**
   * The same, with a bound of its own until it takes calls.
   *
   * @param ready from each start
   */
  public static HostSupervisor start(HostCommand launch, Duration ready) {
    var usual = Bounds.DEFAULT;
    return start(launch, new Bounds(ready, usual.pause(), usual.stable(), usual.watch()));
  }

  static HostSupervisor start(HostCommand launch, Bounds bounds) {
    var supervisor = new HostSupervisor(launch, bounds);
    supervisor.keeper.start();
    return supervisor;
  }

  /** Waits until the first start came to something. */
  public void awaitFirst(Duration atMost) throws InterruptedException {
    var _ = firstOutcome.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public GrantKey key() {
    return key.orElseThrow(() -> new IllegalStateException(state.sentence()));
  }

  @Override
  public HostState state() {
    return state;
  }

  @Override
  public int starts() {
    return starts.get();
  }

  @Override
  public Optional<Violation> violation() {
    noteRefusals();
    return violation;
  }

  @Override
  public Optional<String> untold() {
    return refusals.map(HostRefusals::untold).orElse(Optional.of("it wasn't started yet"));
  }

  @Override
  public List<IsolationLayer> seen() {
    var gaps = IsolationLayer.gaps(missing.stream());
    var process = present;
    process.ifPresent(p -> gaps.putAll(p.gaps()));
    return process.map(p -> IsolationProbe.ofProcess(p.pid(), gaps)).orElse(List.of());
  }

  private void noteRefusals() {
    refusals.flatMap(HostRefusals::further).ifPresent(v -> violation = Optional.of(v));
  }

  /** Kills the present start, which hangs; another follows. Doesn't block. */
  public void replace(String why) {
    if (state instanceof HostState.Up && present.isPresent()) {
      LOG.atError()
          .addKeyValue("pid", present.get().pid())
          .addKeyValue("reason", why)
          .log("The executor host hangs: killing it");
      stopped = Optional.of("it hung: " + why);
      present.get().destroy();
    }
  }

  @Override
  public void restart(Duration atMost) throws InterruptedException {
    var next = new CountDownLatch(1);
    ready = next;
    if (present.isPresent()) {
      stopped = Optional.of("its agent ended it");
      present.get().end();
    }
    if (!next.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.atError().addKeyValue("within", atMost).log("The executor host isn't back in time");
    }
  }

  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
    try {
      if (!keeper.join(LONGEST_STOP)) {
        LOG.warn("The executor host didn't end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep() {
    try {
      while (!closed) {
        // One that stayed begins the pauses again.
        var again =
            new RetryPolicy(
                AgentClock.system(),
                bounds.pause(),
                Integer.MAX_VALUE,
                Duration.ofNanos(Long.MAX_VALUE));
        var _ = again.until(lived -> closed || lived.compareTo(bounds.stable()) > 0, this::live);
      }
    } catch (InterruptedException e) {
      LOG.debug("The executor host is no longer supervised");
    }
  }

  /** From a start to the end of that process. Returns how long it took calls. */
  private Duration live() throws InterruptedException {
    state = new HostState.Starting();
    var next = GrantKey.random();
    var log = RefusalLog.here();
    var begun = Instant.now();
    HostProcess process;
    OptionalInt user;
    try {
      user = launch.separateUser();
      var command = launch.prepare();
      missing = command.missing();
      tell(command);
      process = HostProcess.start(command.argv(), launch.surroundings(), next, System.err::println);
    } catch (IOException | UncheckedIOException | SetupException e) {
      return down("it can't be started: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("The executor host can't be started: a bug in this program");
      return down("it can't be started: " + e);
    }
    starts.incrementAndGet();
    refusals = Optional.of(HostRefusals.watch(log, process.pid(), begun, user));
    present = Optional.of(process);
    try {
      return live(process, next);
    } finally {
      key = Optional.empty();
      if (closed) {
        endWithin(process);
      } else {
        process.kill();
      }
    }
  }

  private Duration live(HostProcess process, GrantKey next) throws InterruptedException {
    if (!process.awaitReady(bounds.ready())) {
      process.kill();
      return down("it didn't become ready; " + end(process) + said(process));
    }
    long begun = System.nanoTime();
    key = Optional.of(next);
    stopped = Optional.empty();
    var now = Instant.now();
    refusals.ifPresent(r -> r.ready(now));
    state = new HostState.Up(process.pid(), now, lastEnd);
    firstOutcome.countDown();
    ready.countDown();
    LOG.atInfo().addKeyValue("pid", process.pid()).log("The executor host is ready");
    watch(process);
    var lived = Duration.ofNanos(System.nanoTime() - begun);
    String end = end(process);
    String why = process.madeForbiddenCall() ? end : stopped.orElse(end);
    lastEnd = Optional.of(why);
    var _ = down(why + said(process));
    return lived;
  }

  /** Until it has ended, which is at once where it hangs. */
  private void watch(HostProcess process) throws InterruptedException {
    int silent = 0;
    while (!process.awaitEnd(bounds.watch().every())) {
      noteRefusals();
      boolean answers = HostLiveness.answers(launch.socket(), bounds.watch().answer());
      silent = answers ? 0 : silent + 1;
      if (silent >= bounds.watch().misses()) {
        replace("it doesn't answer the handshake");
      }
    }
  }

  private String end(HostProcess process) throws InterruptedException {
    int exit = process.awaitEnd();
    noteRefusals();
    if (!process.madeForbiddenCall()) {
      return "it ended with exit code " + exit;
    }
    violation = Optional.of(new Violation(Instant.now(), FORBIDDEN_CALL));
    LOG.atError()
        .addKeyValue("pid", process.pid())
        .log("An executor host made a forbidden system call: the kernel killed it");
    return "it " + FORBIDDEN_CALL;
  }

  private Duration down(String reason) {
    key = Optional.empty();
    state = new HostState.Down(reason);
    firstOutcome.countDown();
    if (!closed) {
      LOG.atError().addKeyValue("reason", reason).log("The executor host is down");
    }
    return Duration.ZERO;
  }

  private static void endWithin(HostProcess process) {
    boolean interrupted = Thread.interrupted();
    try {
      process.end();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(ConfinedCommand command) {
    command
        .missing()
        .forEach(layer -> LOG.atWarn().addKeyValue("layer", layer).log("Isolation has a gap"));
  }

  private static String said(HostProcess process) {
    String lines = process.lastLines();
    return lines.isEmpty() ? "" : "; it said last: " + lines;
  }
}
