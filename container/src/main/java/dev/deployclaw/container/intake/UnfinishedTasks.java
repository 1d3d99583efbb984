package dev.deployclaw.container.intake;

import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.service.LeadCondition;
import dev.deployclaw.core.service.TaskProgress;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what became of tasks that were accepted and never begun: their logs end as aborted. Those
 * that were begun are recovered like any other change.
 */
public record UnfinishedTasks(
    AcceptedTaskStore accepted, Journal journal, ExecutionReservations reservations) {
  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedTasks.class);

  /**
   * Whether a task is still this agent's. One that all agents are given is marked as begun, unless
   * another took it over or the state store can't be asked: then its queue gives it again.
   *
   * @param changes leads where another agent began the task
   */
  public boolean mayBegin(String execution, ChangeService changes) throws InterruptedException {
    var claim = execution.isEmpty() ? Optional.<TaskClaim>empty() : accepted.claim(execution);
    if (claim.isEmpty()) {
      return true;
    }
    String hash = claim.get().hash();
    var begun = claim.get().begun();
    try {
      return begun.isPresent()
          ? changes.holds(lead -> reservations.replace(hash, begun.get(), execution, lead))
          : reservations.begin(hash, execution);
    } catch (Unreachable e) {
      LOG.atWarn()
          .addKeyValue("execution", execution)
          .addKeyValue("reason", e.getMessage())
          .log("A task doesn't begin: its owner can't be read from etcd");
      return false;
    }
  }

  /**
   * What has to hold before its first record, once this agent leads: that meanwhile no other agent
   * took it over.
   */
  public LeadCondition stillOwned(String execution) {
    return accepted
        .claim(execution)
        .<LeadCondition>map(claim ->
            _ -> reservations.owns(claim.hash(), execution) && !reservations.hasLog(execution))
        .orElse(LeadCondition.NONE);
  }

  /**
   * Whether a task that all agents are given needs no other agent: all see that it is settled, or
   * it ended here without a trace elsewhere while it was this agent's.
   *
   * @param claim the hash of the key under which it is reserved
   * @throws Unreachable when the state store can't be asked
   */
  public boolean isSettled(String execution, String claim) throws InterruptedException {
    var records = journal.read(execution);
    if (records.isEmpty()) {
      return false;
    }
    return switch (reservations.progress(execution)) {
      case SETTLED -> true;
      case UNFINISHED, CUT_OFF -> false;
      case UNSEEN -> ExecutionLog.ended(records) && reservations.owns(claim, execution);
    };
  }

  /**
   * Whether its agents were cut off, before the commit, as often as a task is tried.
   *
   * @param claim the hash of the key under which it is reserved
   * @throws Unreachable when the state store can't be asked
   */
  public boolean isGivenUp(String execution, String claim) throws InterruptedException {
    return reservations.progress(execution) == TaskProgress.CUT_OFF
        && reservations.isGivenUp(claim, execution);
  }

  boolean hasEnded(String execution) {
    return ExecutionLog.ended(journal.read(execution));
  }

  /** Whether it has a log here. */
  boolean hasBegun(String execution) {
    return !journal.read(execution).isEmpty();
  }

  /** Whether a task is kept, or was begun; else what was accepted is lost. */
  boolean knows(String execution) {
    return accepted.holds(execution) || !journal.read(execution).isEmpty();
  }

  /** A job is over, however it ended. */
  public void ended(String execution) {
    if (!execution.isEmpty()) {
      accepted.drop(execution);
    }
  }

  /**
   * Forgets the tasks that never began and that all agents are given: their queue gives them again.
   */
  public void forgetShared() {
    for (var request : accepted.left()) {
      String execution = request.execution().orElseThrow();
      if (accepted.claim(execution).isPresent()) {
        accepted.drop(execution);
      }
    }
  }

  /** What was accepted and hasn't ended. */
  public List<TaskRequest> left() {
    return accepted.left();
  }

  public void decline(List<TaskRequest> requests, ChangeService changeService, String why)
      throws InterruptedException {
    for (var request : requests) {
      String execution = request.execution().orElseThrow();
      if (journal.read(execution).isEmpty()) {
        var _ = changeService.decline(request, why + "; nothing was changed, ask again");
      }
      accepted.drop(execution);
    }
  }
}
