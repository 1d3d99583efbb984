package dev.deployclaw.core.store;

import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.repair.HeldRepair;
import dev.deployclaw.core.schedule.ScheduledChange;

/** The keys of the state store, relative to the domain's prefix. */
public final class StoreKeys {
  /** Who leads, and since when, in words; goes with its lease. */
  public static final String LEADER = "leader";

  /** The id of the one change that may act; absent when none does. */
  public static final String OPEN = "open";

  /** The committed epoch: {@link CommittedEpoch}. */
  public static final String ACTIVE = "active";

  /** The last epoch that was given out, in decimal. */
  public static final String EPOCH = "epoch";

  /** The kill switch: while it is there, no forward change opens or commits. */
  public static final String FREEZE = "freeze";

  /**
   * The last {@link FreezeRecord}, which stays when it is thawed: who watches sees that it was
   * there.
   */
  public static final String LAST_FREEZE = "last-freeze";

  /**
   * Up to where back ends may be ahead of {@link #ACTIVE}, by a person's word: {@link
   * AcceptedRegression}.
   */
  public static final String ACCEPTED = "accepted-regression";

  public static final String CHANGES = "change/";
  public static final String CHECKPOINTS = "checkpoint/";
  public static final String POLICIES = "policy/";
  public static final String AUDIT_HEADS = "audit-head/";

  /**
   * Where the bucket holds a log whose records have left the state store: {@link
   * ArchivedLogMarker}.
   */
  public static final String AUDIT_COPIES = "audit-copy/";

  /**
   * The links of the chain over executions, by execution and number of records: {@link ChainLink}.
   */
  public static final String CHAIN = "audit-chain/";

  /** Its last link, once more. */
  public static final String CHAIN_HEAD = "audit-chain-head";

  /** Its links that aren't in the bucket yet, by number. */
  public static final String CHAIN_WAITING = "audit-chain-waiting/";

  /** The fencing token, in decimal; absent before the first election. */
  public static final String TERM = "term";

  /** Ids of executions that were accepted and have no log yet. */
  public static final String RESERVED = "reserved/";

  /** Which execution a caller's idempotency key stands for. */
  public static final String TASK_KEYS = "task-key/";

  /** Changes whose result is to be written back to their sources once they are complete. */
  public static final String WRITE_BACK = "write-back/";

  /** Planned changes that are to begin at a time: {@link ScheduledChange}. */
  public static final String SCHEDULED = "scheduled/";

  /** Repairs that wait for an approval: {@link HeldRepair}. */
  public static final String HELD_REPAIRS = "held-repair/";

  /** Which execution accounts for records of a machine's log that another went on without. */
  public static final String SUPERSEDED = "superseded/";

  /** Which execution accounts for records that the stream lost and was given again. */
  public static final String REPAIRED = "repaired/";

  /** By which execution a question of another was answered. */
  public static final String ANSWERED = "answered/";

  /** Requests that people keep for later, by the hash of a person's name. Nothing acts on them. */
  public static final String DRAFTS = "draft/";

  /** Where people were told of a hold, by channel and execution. */
  public static final String APPROVAL_MESSAGES = "approval-message/";

  /** Where a state folder's sign-in logs ended, by the hash of the folder's name. */
  public static final String SIGN_INS = "sign-ins/";

  private StoreKeys() {}

  public static String change(String id) {
    return CHANGES + id;
  }

  /** The marker without which nothing is activated. */
  public static String checkpoint(long epoch) {
    return CHECKPOINTS + epoch;
  }

  /** Where an epoch's policies come from; lies below its policy set and is collected with it. */
  public static String provenance(long epoch) {
    return POLICIES + epoch + "/provenance";
  }

  public static String scheduled(String id) {
    return SCHEDULED + id;
  }

  public static String answered(String execution) {
    return ANSWERED + execution;
  }

  public static String approvalMessages(String channel) {
    return APPROVAL_MESSAGES + channel + "/";
  }

  public static String heldRepair(String id) {
    return HELD_REPAIRS + id;
  }

  public static String writeBack(String id) {
    return WRITE_BACK + id;
  }

  /** One state-changing record of an execution's log. */
  public static String audit(String execution, long seq) {
    return audits(execution) + "%08d".formatted(seq);
  }

  public static String audits(String execution) {
    return "audit/" + execution + "/";
  }

  /**
   * @param from the number of the first record that was superseded
   */
  public static String superseded(String execution, long from) {
    return SUPERSEDED + execution + "/%08d".formatted(from);
  }

  /**
   * @param name of the loss
   */
  public static String repaired(String name) {
    return REPAIRED + name;
  }

  public static String reserved(String execution) {
    return RESERVED + execution;
  }

  public static String taskKey(String hash) {
    return TASK_KEYS + hash;
  }

  /**
   * @param records how many the log had when it ended there
   */
  public static String chained(String execution, long records) {
    return CHAIN + execution + "/%08d".formatted(records);
  }

  public static String chainWaiting(long number) {
    return CHAIN_WAITING + "%012d".formatted(number);
  }

  public static String auditHead(String execution) {
    return AUDIT_HEADS + execution;
  }

  public static String auditCopy(String execution) {
    return AUDIT_COPIES + execution;
  }
}
