package dev.deployclaw.core.query;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.journal.StoredLogReader;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.ledger.PolicySetReader;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.query.TenantHistoryReport.Changed;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.match.TenantHierarchy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells what each committed epoch changed of one tenant. The sets of late epochs lie in the state
 * store; that of an older one in the checkpoint of whatever was planned on it. Only looks. For one
 * question: what was read is kept.
 */
public final class TenantHistoryQuery {
  /** The most epochs that are looked at: each may be an object to fetch. */
  private static final int MOST_EPOCHS = 256;

  private final ChangeLedger ledger;
  private final PolicySetReader archive;
  private final AgentPorts ports;
  private final Map<String, Optional<PolicySet>> read = new TreeMap<>();

  public TenantHistoryQuery(ChangeStore store, AgentPorts ports) {
    this.ledger = store.ledger();
    this.archive = store.archive();
    this.ports = ports;
  }

  /**
   * @param most changes, the latest first
   */
  public TenantHistoryReport of(String tenant, int most) throws InterruptedException {
    return of(Optional.of(tenant), Instant.MIN, most);
  }

  /**
   * The same of all tenants where none is given.
   *
   * @param since when the oldest was committed
   */
  public TenantHistoryReport of(Optional<String> tenant, Instant since, int most)
      throws InterruptedException {
    var all = ledger.changes();
    var committed =
        all.stream()
            .filter(x -> x.state().committed())
            .sorted(Comparator.comparingLong(ChangeExecution::epoch).reversed())
            .toList();
    List<Changed> changes = new ArrayList<>();
    int looked = 0;
    for (var x : committed) {
      if (changes.size() == most || looked == MOST_EPOCHS) {
        break;
      }
      if (!since.equals(Instant.MIN)
          && committed(x).filter(at -> Instant.parse(at).isBefore(since)).isPresent()) {
        return new TenantHistoryReport(ExitCode.OK, "", changes, false);
      }
      looked++;
      changed(x, tenant, all).ifPresent(changes::add);
    }
    return new TenantHistoryReport(ExitCode.OK, "", changes, looked < committed.size());
  }

  /** Empty where the epoch left the tenant and its groups as they were. */
  private Optional<Changed> changed(
      ChangeExecution x, Optional<String> tenant, List<ChangeExecution> all)
      throws InterruptedException {
    var after = set(x.digest(), all);
    var before = set(x.base().epoch() == 0 ? PolicySet.EMPTY.digest() : x.base().digest(), all);
    if (before.isEmpty() || after.isEmpty()) {
      long lost = after.isEmpty() ? x.epoch() : x.base().epoch();
      String which = withdrawn(x) ? ", a candidate that was taken back," : "";
      return Optional.of(
          entry(
              x, List.of(), "the policy set of epoch " + lost + which + " can't be read any more"));
    }
    var concerned = new HashSet<String>();
    tenant.ifPresent(t -> concerned.addAll(TenantHierarchy.names(before.get(), t)));
    tenant.ifPresent(t -> concerned.addAll(TenantHierarchy.names(after.get(), t)));
    var differences =
        PolicyDiff.between(before.get(), after.get()).differences().stream()
            .filter(d -> tenant.isEmpty() || d.tenant().filter(concerned::contains).isPresent())
            .toList();
    return differences.isEmpty() ? Optional.empty() : Optional.of(entry(x, differences, ""));
  }

  private static boolean withdrawn(ChangeExecution x) {
    return x.state() instanceof ChangeState.RolledBack r && r.by().equals(x.id());
  }

  private Changed entry(ChangeExecution x, List<FieldDifference> differences, String unknown)
      throws InterruptedException {
    return new Changed(
        x.epoch(),
        x.log(),
        committed(x),
        x.requester(),
        request(x),
        ExecutionOutcome.of(x.state()).result(),
        differences,
        unknown);
  }

  /** The tenant, and the groups whose limits apply to it too. */
  private Optional<PolicySet> set(String digest, List<ChangeExecution> all)
      throws InterruptedException {
    var known = read.get(digest);
    if (known != null) {
      return known;
    }
    var found =
        digest.equals(PolicySet.EMPTY.digest()) ? Optional.of(PolicySet.EMPTY) : find(digest, all);
    read.put(digest, found);
    return found;
  }

  private Optional<PolicySet> find(String digest, List<ChangeExecution> all)
      throws InterruptedException {
    for (var x : all) {
      var stored =
          x.digest().equals(digest)
              ? archive.stored(x.epoch(), digest)
              : Optional.<PolicySet>empty();
      if (stored.isPresent()) {
        return stored;
      }
    }
    for (var x : all) {
      var checkpoint = x.checkpoint().filter(Checkpoint::stored);
      if (x.base().digest().equals(digest) && checkpoint.isPresent()) {
        var set = archive.file(checkpoint.get()).flatMap(CheckpointFile::set);
        if (set.filter(s -> s.digest().equals(digest)).isPresent()) {
          return set;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * When its commit was recorded, by the record that stands beside it in the state store; of a
   * candidate that was taken back, its first widening.
   */
  private Optional<String> committed(ChangeExecution x) throws InterruptedException {
    var records = new StoredLogReader(ports).records(x.log());
    return ExecutionLog.timeOf(records, x.id(), "committed")
        .or(() -> ExecutionLog.timeOf(records, x.id(), "widened"));
  }

  private Optional<String> request(ChangeExecution x) {
    return ExecutionLog.request(ports.journal().read(x.log()));
  }
}
