package dev.deployclaw.executors.etcd.configuration;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile.Unlisted;
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
public final class ConfigurationStoreExecutor implements BackendExecutor {
  private static final String MARKS = "marks";
  private static final Set<String> LOOKS = Set.of("scan", MARKS);

  /** One that doesn't answer holds up no other. */
  private static final int AT_ONCE = 16;

  private final SortedMap<String, EtcdConfigurationStore> members;

  /**
   * @param stores by name; each sees only its own prefix. They are the caller's to close
   */
  public ConfigurationStoreExecutor(Map<String, ? extends StateStore> stores) {
    var all = new TreeMap<String, EtcdConfigurationStore>();
    stores.forEach(
        (name, store) -> all.put(name, new EtcdConfigurationStore("configuration/" + name, store)));
    this.members = Collections.unmodifiableSortedMap(all);
  }

  @Override
  public String name() {
    return "configuration";
  }

  @Override
  public Set<String> verbs() {
    return BackendExecutor.participantWith(LOOKS);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    if (call.call() instanceof ExecutorCall.Probe
        || call.call() instanceof ExecutorCall.Heartbeat
        || call.call() instanceof ExecutorCall.WriteBack
        || (call.call() instanceof ExecutorCall.Look look && !LOOKS.contains(look.verb()))) {
      return CallOutcome.failed(
          new CallFault.Invalid("a configuration store has no verb " + call.call().verb()));
    }
    if (members.isEmpty()) {
      return CallOutcome.done(
          List.of(MemberReport.skipped(name(), "no configuration store is configured")));
    }
    var fanout = BoundedFanout.by(call.deadline(), call.operation(), AT_ONCE);
    return CallOutcome.done(
        fanout.ask(List.copyOf(members.values()), member -> report(member, call)));
  }

  private static MemberReport report(EtcdConfigurationStore member, Invocation call)
      throws InterruptedException {
    var unlisted = Unlisted.in(call, member.member());
    if (unlisted.isPresent()) {
      return unlisted.get().kept(member.member());
    }
    try {
      return switch (call.call()) {
        case ExecutorCall.Observe() -> member.observe();
        case ExecutorCall.Look(String verb, _) ->
            verb.equals(MARKS) ? member.marks() : member.scan();
        case ExecutorCall.Stage(EpochSpec activation) -> member.stage(activation, call.fence());
        case ExecutorCall.Prepare(EpochSpec activation) -> member.prepare(activation);
        case ExecutorCall.Publish(EpochSpec activation) -> member.publish(activation, call.fence());
        case ExecutorCall.Converge(EpochSpec activation) -> member.converge(activation);
        case ExecutorCall.Discard(long epoch) -> member.discard(epoch, call.fence());
        case ExecutorCall.SpecialCall _ -> throw new IllegalStateException("refused before");
      };
    } catch (Unreachable e) {
      return MemberReport.unknown(member.member(), String.valueOf(e.getMessage()));
    }
  }
}
