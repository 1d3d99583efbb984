package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile.Unlisted;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The configuration stores as a participant, named {@code configuration}: prefixes of etcd from
 * which services read limits themselves. Below a prefix lie {@code epochs/<E>/tenants/<tenant>}, a
 * policy document each, and {@code active}, which says which epoch counts. A service that reads
 * {@code active} and then the documents of that epoch sees one whole epoch.
 */
public final class ConfigurationStore implements Executor {
  private static final String MARKS = "marks";
  private static final Set<String> LOOKS = Set.of("scan", MARKS);

  /** One that doesn't answer holds up no other. */
  private static final int AT_ONCE = 16;

  private final SortedMap<String, ServedPrefix> members;

  /**
   * @param stores by name; each sees only its own prefix. They are the caller's to close
   */
  public ConfigurationStore(Map<String, ? extends StateStore> stores) {
    var all = new TreeMap<String, ServedPrefix>();
    stores.forEach(
        (name, store) -> all.put(name, new ServedPrefix("configuration/" + name, store)));
    this.members = Collections.unmodifiableSortedMap(all);
  }

  @Override
  public String name() {
    return "configuration";
  }

  @Override
  public Set<String> verbs() {
    return Executor.participantWith(LOOKS);
  }

  @Override
  public Outcome execute(Invocation call) throws InterruptedException {
    if (call.call() instanceof Call.Probe
        || call.call() instanceof Call.Heartbeat
        || call.call() instanceof Call.WriteBack
        || (call.call() instanceof Call.Look look && !LOOKS.contains(look.verb()))) {
      return Outcome.failed(
          new Fault.Invalid("a configuration store has no verb " + call.call().verb()));
    }
    if (members.isEmpty()) {
      return Outcome.done(List.of(Report.skipped(name(), "no configuration store is configured")));
    }
    var fanout = Fanout.by(call.deadline(), call.operation(), AT_ONCE);
    return Outcome.done(fanout.ask(List.copyOf(members.values()), member -> report(member, call)));
  }

  private static Report report(ServedPrefix member, Invocation call) throws InterruptedException {
    var unlisted = Unlisted.in(call, member.member());
    if (unlisted.isPresent()) {
      return unlisted.get().kept(member.member());
    }
    try {
      return switch (call.call()) {
        case Call.Observe() -> member.observe();
        case Call.Look(String verb, _) -> verb.equals(MARKS) ? member.marks() : member.scan();
        case Call.Stage(Activation activation) -> member.stage(activation, call.fence());
        case Call.Prepare(Activation activation) -> member.prepare(activation);
        case Call.Publish(Activation activation) -> member.publish(activation, call.fence());
        case Call.Converge(Activation activation) -> member.converge(activation);
        case Call.Discard(long epoch) -> member.discard(epoch, call.fence());
        case Call.Probe _,
            Call.Heartbeat _,
            Call.WriteBack _,
            Call.Lost _,
            Call.Reassert _,
            Call.Share _ ->
            throw new IllegalStateException("refused before");
      };
    } catch (Unreachable e) {
      return Report.unknown(member.member(), String.valueOf(e.getMessage()));
    }
  }
}
