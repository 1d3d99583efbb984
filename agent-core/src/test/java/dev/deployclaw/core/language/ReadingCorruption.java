package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.model.EnforcementMode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Spoils a right reading, mechanically, in each way that fits it. */
final class ReadingCorruption {
  private static final List<String> CONDITIONS =
      List.of(
          " unless they complain",
          " per user",
          ", but only on weekends",
          ", maybe",
          ", except on holidays",
          " once the migration is over",
          ", and leave the others out only if it rains",
          " starting at some point");

  private final String request;
  private final Intent right;
  private final List<Corrupted> out = new ArrayList<>();

  private ReadingCorruption(String request, Intent right) {
    this.request = request;
    this.right = right;
  }

  /** A reading of a request that isn't the right one any more. */
  record Corrupted(String kind, String request, Intent intent) {}

  static List<Corrupted> of(String request, Intent right, NameInventory names) {
    var maker = new ReadingCorruption(request, right);
    maker.operation();
    for (int i = 0; i < right.changes().size(); i++) {
      maker.who(i, names);
      maker.where(i, names);
      maker.values(i);
    }
    maker.changes();
    maker.guards();
    maker.schedule();
    maker.conditions();
    return maker.out;
  }

  private void add(String kind, Intent intent) {
    if (!CheckedInterpreter.same(intent, right)) {
      out.add(new Corrupted(kind, request, intent));
    }
  }

  private static Intent with(Intent i, TaskOperation op, List<RequestedChange> changes) {
    return new Intent(op, i.target(), changes, i.guards(), i.schedule(), List.of());
  }

  private void change(String kind, int i, UnaryOperator<RequestedChange> how) {
    var changes = new ArrayList<>(right.changes());
    changes.set(i, how.apply(changes.get(i)));
    add(kind, with(right, right.operation(), changes));
  }

  private void operation() {
    var other =
        switch (right.operation()) {
          case BLOCK -> Optional.of(TaskOperation.UNBLOCK);
          case UNBLOCK, REMOVE_LIMIT -> Optional.of(TaskOperation.BLOCK);
          case CHECK_DRIFT -> Optional.of(TaskOperation.REPAIR_DRIFT);
          case VALIDATE, SNAPSHOT -> Optional.of(TaskOperation.APPLY_POLICIES);
          default -> Optional.<TaskOperation>empty();
        };
    other.ifPresent(op ->
        add(right.operation().word() + " for " + op.word(), with(right, op, right.changes())));
  }

  private void who(int i, NameInventory names) {
    var who = right.changes().get(i).who();
    var stranger =
        names.tenants().keySet().stream()
            .filter(t ->
                right.changes().stream()
                    .noneMatch(
                        c -> c.who().tenants().contains(t) || c.from().equals(Optional.of(t))))
            .findFirst();
    if (!who.tenants().isEmpty()) {
      stranger.ifPresent(t -> {
        var more = new ArrayList<>(who.tenants());
        more.add(t);
        change("extra tenant", i, c -> c.with(tenants(more)));
        change("another tenant", i, c -> c.with(tenants(List.of(t))));
      });
      change(
          "everybody for a tenant",
          i,
          c -> c.with(new Who(List.of(), who.labels(), true, List.of())));
    }
    if (who.tenants().size() > 1) {
      change(
          "dropped tenant",
          i,
          c -> c.with(tenants(who.tenants().subList(1, who.tenants().size()))));
    }
    if (!who.except().isEmpty()) {
      change(
          "dropped exception",
          i,
          c -> c.with(new Who(who.tenants(), who.labels(), who.all(), List.of())));
    }
    if (!who.labels().isEmpty()) {
      change(
          "everybody for a label",
          i,
          c -> c.with(new Who(List.of(), new TreeMap<>(), true, who.except())));
    }
    var from = right.changes().get(i).from();
    if (from.isPresent() && who.tenants().size() == 1) {
      change(
          "copied the other way",
          i,
          c ->
              new RequestedChange(
                  tenants(List.of(from.get())),
                  c.service(),
                  c.route(),
                  c.method(),
                  c.limit(),
                  c.set(),
                  c.scale(),
                  Optional.of(who.tenants().getFirst())));
    }
  }

  private static Who tenants(List<String> tenants) {
    return new Who(tenants, new TreeMap<>(), false, List.of());
  }

  private void where(int i, NameInventory names) {
    var c = right.changes().get(i);
    if (c.service().isPresent()) {
      change("dropped service", i, x -> at(x, Optional.empty(), x.route(), x.method()));
      names.services().stream()
          .filter(s -> right.changes().stream().noneMatch(x -> x.service().equals(Optional.of(s))))
          .findFirst()
          .ifPresent(
              s -> change("another service", i, x -> at(x, Optional.of(s), x.route(), x.method())));
    }
    if (c.route().isPresent()) {
      change("dropped route", i, x -> at(x, x.service(), Optional.empty(), x.method()));
    }
    if (c.method().isPresent()) {
      change("dropped method", i, x -> at(x, x.service(), x.route(), Optional.empty()));
    }
  }

  private static RequestedChange at(
      RequestedChange c,
      Optional<String> service,
      Optional<String> route,
      Optional<String> method) {
    return new RequestedChange(
        c.who(), service, route, method, c.limit(), c.set(), c.scale(), c.from());
  }

  private static RequestedChange set(RequestedChange c, Settings set) {
    return new RequestedChange(
        c.who(), c.service(), c.route(), c.method(), c.limit(), set, c.scale(), c.from());
  }

  private void values(int i) {
    var s = right.changes().get(i).set();
    s.requests()
        .ifPresent(n -> {
          change(
              "value edited",
              i,
              c ->
                  set(
                      c,
                      new Settings(
                          Optional.of(n * 10),
                          s.windowSeconds(),
                          s.burst(),
                          s.algorithm(),
                          s.mode(),
                          s.onBackendFailure())));
          change(
              "value off by one",
              i,
              c ->
                  set(
                      c,
                      new Settings(
                          Optional.of(n + 1),
                          s.windowSeconds(),
                          s.burst(),
                          s.algorithm(),
                          s.mode(),
                          s.onBackendFailure())));
        });
    s.windowSeconds()
        .ifPresent(w ->
            change(
                "window edited",
                i,
                c ->
                    set(
                        c,
                        new Settings(
                            s.requests(),
                            Optional.of(w == 60 ? 1L : 60L),
                            s.burst(),
                            s.algorithm(),
                            s.mode(),
                            s.onBackendFailure()))));
    s.burst()
        .ifPresent(_ ->
            change(
                "dropped burst",
                i,
                c ->
                    set(
                        c,
                        new Settings(
                            s.requests(),
                            s.windowSeconds(),
                            Optional.empty(),
                            s.algorithm(),
                            s.mode(),
                            s.onBackendFailure()))));
    s.algorithm()
        .ifPresent(_ ->
            change(
                "dropped algorithm",
                i,
                c ->
                    set(
                        c,
                        new Settings(
                            s.requests(),
                            s.windowSeconds(),
                            s.burst(),
                            Optional.empty(),
                            s.mode(),
                            s.onBackendFailure()))));
    s.mode()
        .ifPresent(m ->
            change(
                "mode turned round",
                i,
                c ->
                    set(
                        c,
                        new Settings(
                            s.requests(),
                            s.windowSeconds(),
                            s.burst(),
                            s.algorithm(),
                            Optional.of(
                                m == EnforcementMode.SHADOW
                                    ? EnforcementMode.ENFORCE
                                    : EnforcementMode.SHADOW),
                            s.onBackendFailure()))));
    right
        .changes()
        .get(i)
        .scale()
        .ifPresent(x -> {
          var turned = BigDecimal.valueOf(2).subtract(x);
          var inverse =
              turned.signum() > 0 ? turned : BigDecimal.ONE.divide(x, MathContext.DECIMAL32);
          change(
              "raised for cut",
              i,
              c ->
                  new RequestedChange(
                      c.who(),
                      c.service(),
                      c.route(),
                      c.method(),
                      c.limit(),
                      c.set(),
                      Optional.of(inverse),
                      c.from()));
        });
  }

  private void changes() {
    var changes = right.changes();
    if (changes.size() < 2) {
      return;
    }
    add("dropped change", with(right, right.operation(), changes.subList(1, changes.size())));
    var first = changes.getFirst();
    var second = changes.get(1);
    var swapped = new ArrayList<>(changes);
    swapped.set(0, set(first, second.set()));
    add("number of another clause", with(right, right.operation(), swapped));
    swapped.set(1, set(second, first.set()));
    add("values swapped", with(right, right.operation(), swapped));
    swapped.set(0, at(first, second.service(), first.route(), first.method()));
    swapped.set(1, at(second, first.service(), second.route(), second.method()));
    add("services swapped", with(right, right.operation(), swapped));
  }

  private void guards() {
    var g = right.guards();
    var none = Optional.<Integer>empty();
    var never = Optional.<Long>empty();
    guarded(
        "dropped approval",
        g.approval().isPresent(),
        new Guards(
            Optional.empty(),
            g.dryRun(),
            g.canaryPercent(),
            g.widenPercent(),
            g.bakeSeconds(),
            g.maxP99Millis()));
    guarded(
        "dropped dry run",
        g.dryRun(),
        new Guards(
            g.approval(),
            false,
            g.canaryPercent(),
            g.widenPercent(),
            g.bakeSeconds(),
            g.maxP99Millis()));
    guarded(
        "dropped canary",
        g.canaryPercent().isPresent(),
        new Guards(g.approval(), g.dryRun(), none, List.of(), g.bakeSeconds(), g.maxP99Millis()));
    guarded(
        "dropped bake",
        g.bakeSeconds().isPresent(),
        new Guards(
            g.approval(),
            g.dryRun(),
            g.canaryPercent(),
            g.widenPercent(),
            never,
            g.maxP99Millis()));
    guarded(
        "dropped bound on p99",
        g.maxP99Millis().isPresent(),
        new Guards(
            g.approval(), g.dryRun(), g.canaryPercent(), g.widenPercent(), g.bakeSeconds(), never));
    guarded(
        "approval for a dry run",
        g.dryRun() && g.approval().isEmpty(),
        new Guards(
            Optional.of(Guards.Approval.MANUAL),
            false,
            g.canaryPercent(),
            g.widenPercent(),
            g.bakeSeconds(),
            g.maxP99Millis()));
    guarded(
        "invented dry run",
        !g.dryRun(),
        new Guards(
            g.approval(),
            true,
            g.canaryPercent(),
            g.widenPercent(),
            g.bakeSeconds(),
            g.maxP99Millis()));
    guarded(
        "invented approval",
        g.approval().isEmpty(),
        new Guards(
            Optional.of(Guards.Approval.AUTO),
            g.dryRun(),
            g.canaryPercent(),
            g.widenPercent(),
            g.bakeSeconds(),
            g.maxP99Millis()));
  }

  private void guarded(String kind, boolean fits, Guards guards) {
    if (fits) {
      add(
          kind,
          new Intent(
              right.operation(),
              right.target(),
              right.changes(),
              guards,
              right.schedule(),
              List.of()));
    }
  }

  private void schedule() {
    var s = right.schedule();
    scheduled(
        "dropped start",
        s.startAt().isPresent(),
        new Schedule(Optional.empty(), s.revertAfterSeconds(), s.revertAt()));
    scheduled(
        "dropped end", s.ends(), new Schedule(s.startAt(), Optional.empty(), Optional.empty()));
    s.revertAfterSeconds()
        .ifPresent(n ->
            scheduled(
                "length edited",
                true,
                new Schedule(s.startAt(), Optional.of(n * 2), Optional.empty())));
    s.startAt()
        .ifPresent(at ->
            scheduled(
                "start edited",
                true,
                new Schedule(
                    Optional.of(OffsetDateTime.parse(at).plusHours(1).toString()),
                    s.revertAfterSeconds(),
                    s.revertAt())));
    boolean both = s.startAt().isPresent() && s.revertAt().isPresent();
    scheduled(
        "start and end swapped", both, new Schedule(s.revertAt(), Optional.empty(), s.startAt()));
  }

  private void scheduled(String kind, boolean fits, Schedule schedule) {
    if (fits) {
      add(
          kind,
          new Intent(
              right.operation(),
              right.target(),
              right.changes(),
              right.guards(),
              schedule,
              List.of()));
    }
  }

  /** The reading stays, and the request says more than it. */
  private void conditions() {
    if (right.operation().changes()) {
      String bare = request.strip().replaceAll("[.!?]+$", "");
      CONDITIONS.forEach(more -> out.add(new Corrupted("dropped condition", bare + more, right)));
    }
    if (right.operation().changes()
        && !right.schedule().ends()
        && right.operation() != TaskOperation.ROLLBACK) {
      String bare = request.strip().replaceAll("[.!?]+$", "");
      for (String end :
          List.of(" until Friday 18:00", " for the next 12 hours", ", from tomorrow 9am")) {
        out.add(new Corrupted("dropped end or start", bare + end, right));
      }
    }
  }
}
