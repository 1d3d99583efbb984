package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.Grant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The process that performs the calls of one agent: all executors and the bucket fail with it. What
 * it forgets as it dies is which grants were used.
 */
public final class SimHost {
  private final SimLink line;
  private final List<HostPoint> calls = new ArrayList<>();
  private final List<HostCall> underWay = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private final Set<String> performed = new HashSet<>();
  private final List<String> broken = new ArrayList<>();
  private int start = 1;
  private boolean away;
  private boolean still;

  SimHost(SimLink line) {
    this.line = line;
  }

  /**
   * What an agent asks of it.
   *
   * @param parts to how many members it goes
   * @param patience in microseconds: after that its grant is worth nothing
   * @param cut what the agent takes it for where no answer can come any more
   */
  record Request(
      String what, Kind kind, int parts, long patience, CallFault cut, Optional<Grant> grant) {}

  /** All that it was asked for so far. */
  public List<HostPoint> calls() {
    return calls;
  }

  /** What it did that no host must do. */
  List<String> broken() {
    return broken;
  }

  SimLink line() {
    return line;
  }

  boolean still() {
    return still;
  }

  /** It takes a call, or nobody is there who does. */
  HostCall take(Request request) {
    line.actor().stayAlive();
    var point =
        new HostPoint(
            calls.size() + 1, request.what(), request.kind(), line.hops().size(), request.parts());
    calls.add(point);
    var fault = away || still ? HostFate.Fault.NONE : line.weather().host(line.actor(), point);
    if (fault.fate() != HostFate.SERVED) {
      tell(point.number() + " " + point.what() + " " + fault.fate());
    }
    var call = new HostCall(this, request, fault);
    if (away) {
      call.refused(new CallFault.Unavailable("no executor host is there"));
    } else if (!request.grant().map(g -> used.add(g.number())).orElse(true)) {
      call.refused(new CallFault.Ungranted("the grant was used before"));
    } else {
      underWay.add(call);
      befall(call, fault);
    }
    return call;
  }

  private void befall(HostCall call, HostFate.Fault fault) {
    switch (fault.fate()) {
      case DIES_BEFORE, DIES_SENT -> die(fault.back());
      case HANGS -> hang(fault.late());
      case SOCKET_CUT -> cut();
      case ANSWERS_ANOTHER ->
          call.refused(new CallFault.Unknown("the answer is that of another call"));
      case SERVED, DIES_BETWEEN, DIES_APPLIED, ANSWERS_LATE, ANSWERS_TWICE, ANSWERS_GARBAGE -> {}
    }
  }

  /** A call is performed: for the first time by its grant, or somebody let one be used twice. */
  void performs(Request request) {
    request
        .grant()
        .filter(g -> !performed.add(g.number()))
        .ifPresent(_ -> broken.add("G1: one grant let " + request.what() + " be performed twice"));
  }

  /**
   * It is gone, with all that it hadn't sent and whom it had to answer.
   *
   * @param back after so many microseconds another one is there; negative: none comes
   */
  void die(long back) {
    if (away) {
      return;
    }
    tell("dies");
    int died = start++;
    away = true;
    still = false;
    used.clear();
    waiting.clear();
    underWay.forEach(call -> call.cut(true));
    underWay.clear();
    if (back >= 0) {
      line.sim()
          .after(back, line.actor() + "'s host starts after start " + died, () -> away = false);
    }
  }

  private void cut() {
    underWay.forEach(call -> call.cut(false));
    underWay.clear();
  }

  private void hang(long micros) {
    tell("stands still");
    int still = start;
    this.still = true;
    line.late(micros, line.actor() + "'s host goes on", () -> goOn(still));
  }

  private void goOn(int which) {
    if (still && start == which) {
      still = false;
      waiting.forEach(then -> line.sim().after(0, line.actor() + "'s host gets to it", then));
      waiting.clear();
    }
  }

  /** What it gets to when it goes on. */
  void later(Runnable then) {
    waiting.add(then);
  }

  void over(HostCall call) {
    underWay.remove(call);
  }

  private void tell(String what) {
    line.sim().trace().add(line.sim().now(), line.actor() + "'s host " + what);
  }
}
