package dev.deployclaw.core.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the stream as a copy of this machine's logs. It survives the process. Any
 * thread; nothing here waits for the stream.
 */
public interface StreamCopy {
  /** Of a journal that ships nothing. */
  StreamCopy NONE =
      new StreamCopy() {
        @Override
        public List<Repaired> repaired() {
          return List.of();
        }

        @Override
        public List<Fork> forks() {
          return List.of();
        }

        @Override
        public void alarmed(Fork fork) {}

        @Override
        public Optional<String> full() {
          return Optional.empty();
        }
      };

  /** What the stream had lost and holds again, the oldest first. */
  List<Repaired> repaired();

  /** Where the stream holds another record than a log, until it holds the log's. */
  List<Fork> forks();

  /** Keeps that changes were stopped because of it, so that it is done once. */
  void alarmed(Fork fork);

  /** Records that the stream, as it is now, can't be given; what follows them waits, too. */
  default List<Stuck> stuck() {
    return List.of();
  }

  /** Records that the stream lost, and that could not be shipped again yet. */
  default long unrepaired() {
    return 0;
  }

  /**
   * Logs so old that nobody counts what of them waits for the stream; it is shipped in its turn.
   */
  default int uncounted() {
    return 0;
  }

  /**
   * Why no new change may begin: too much waits for the stream, or the disk has no more room than
   * is kept for ways back. Empty where one may.
   */
  Optional<String> full();

  /**
   * Records that the stream had acknowledged, lost, and was given again.
   *
   * @param name that no other such loss has
   * @param facts for the record that accounts for it: stream, cause, ranges
   */
  record Repaired(String name, long records, String cause, Map<String, Object> facts) {
    public Repaired {
      facts = Map.copyOf(facts);
    }

    /** For people. */
    public String sentence() {
      return "the stream had lost %d records that it had acknowledged (%s); they were shipped again"
          .formatted(records, cause);
    }
  }

  /**
   * A record that can't be shipped, however often it is tried.
   *
   * @param why with its numbers
   * @param remedy what a person can do; then it is tried again
   */
  record Stuck(String execution, long seq, String why, String remedy) {
    /** For people, with the remedy. */
    public String sentence() {
      return "%s isn't copied to the stream from record %d on: %s; %s"
          .formatted(execution, seq, why, remedy);
    }
  }

  /**
   * Two records under one number.
   *
   * @param here the hash of the log's record
   * @param there of the bytes in the stream
   * @param alarmed whether it was decided what to do: changes were stopped, or it is a forgery
   */
  record Fork(String execution, long seq, String here, String there, boolean alarmed) {
    /** Under which the stream holds the other record. */
    public String subject() {
      return "deployclaw.audit." + execution + "." + seq;
    }

    /** For people, with the remedy. */
    public String sentence() {
      return ("FORK: the stream holds another record %d of %s than its log: %s with SHA-256 "
              + "%s, and the log has %s; see what differs with deployclaw audit diff-stream %s, "
              + "find out who writes there, and move that stream away (nats stream backup "
              + "DEPLOYCLAW_AUDIT FOLDER, nats stream rm DEPLOYCLAW_AUDIT): the agent then "
              + "creates a new one with all logs")
          .formatted(seq, execution, subject(), there, here, execution);
    }
  }
}
