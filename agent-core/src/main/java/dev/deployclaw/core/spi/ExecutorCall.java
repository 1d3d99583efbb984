package dev.deployclaw.core.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an executor is asked to do: the closed vocabulary of acts. */
public sealed interface ExecutorCall {
  /** The operation's name within its executor, as skills and the log spell it. */
  default String verb() {
    return switch (this) {
      case Look(String verb, _) -> verb;
      case Observe _ -> "observe";
      case Stage _ -> "stage";
      case Prepare _ -> "prepare";
      case Publish _ -> "publish";
      case Converge _ -> "converge";
      case Discard _ -> "discard";
      case Probe _ -> "probe";
      case Heartbeat _ -> "heartbeat";
      case WriteBack _ -> "write-back";
      case Lost _ -> "lost";
      case Reassert _ -> "reassert";
      case Share _ -> "share";
    };
  }

  /** What a rollback to before the first change is to put back by this call, or to vote on. */
  default Optional<ObservedState> restores() {
    return switch (this) {
      case Stage(EpochSpec activation) -> activation.restores();
      case Prepare(EpochSpec activation) -> activation.restores();
      case Publish(EpochSpec activation) -> activation.restores();
      case Converge(EpochSpec activation) -> activation.restores();
      case Look _, Observe _, Discard _, SpecialCall _ -> Optional.empty();
    };
  }

  /** No step of a change: most executors have none of them. */
  sealed interface SpecialCall extends ExecutorCall {}

  /** Look, change nothing. {@code arguments} are JSON-like and come from the kernel. */
  record Look(String verb, Map<String, Object> arguments) implements ExecutorCall {
    public Look {
      arguments = Map.copyOf(arguments);
    }
  }

  /**
   * Report what is enforced now, enough to put it back: facts of each report go into the
   * checkpoint.
   */
  record Observe() implements ExecutorCall {}

  /** Write the epoch where no member acts on it yet. */
  record Stage(EpochSpec activation) implements ExecutorCall {}

  /** Vote: read back what was staged, and say YES with its digest or NO with the reason. */
  record Prepare(EpochSpec activation) implements ExecutorCall {}

  /** Make the committed epoch the one that is acted on. */
  record Publish(EpochSpec activation) implements ExecutorCall {}

  /** Say, by an independent read, who acts on the epoch. One look; the runtime repeats it. */
  record Converge(EpochSpec activation) implements ExecutorCall {}

  /** Remove what was staged for an epoch that will never be committed, or is no longer needed. */
  record Discard(long epoch) implements ExecutorCall {}

  /** Send synthetic requests through the enforcement points. */
  record Probe(EpochSpec activation, int requests) implements SpecialCall {}

  /**
   * Bring documents of policy sources to what is committed: each only where its text still has the
   * digest with which it was read, and where nobody else looks after it. One report for each.
   */
  record WriteBack(List<Edit> edits) implements SpecialCall {
    public WriteBack {
      edits = List.copyOf(edits);
    }

    /**
     * @param execution whose change it is, for names
     * @param member the document, as the look {@code read} named it
     * @param digest of its text as it was read
     * @param text what it is to hold
     */
    public record Edit(String execution, String member, String digest, String text) {}
  }

  /**
   * Say what was lost of the committed epoch, and is nowhere now: NO with what, YES where nothing
   * was. What somebody changed isn't lost, and isn't spoken of. Looks only.
   */
  record Lost(EpochSpec activation) implements SpecialCall {}

  /**
   * Put back what was lost of the committed epoch, and touch nothing that is there. A member's fact
   * {@code put_back} says what it got.
   */
  record Reassert(EpochSpec activation) implements SpecialCall {
    /** What a member got back, in words. */
    public static final String PUT_BACK = "put_back";
  }

  /**
   * Own, beside who applies it, where a gateway's file comes from, so that the other may let go of
   * it. Changes no value.
   *
   * @param gateway its name, or its namespace and name with a stroke between
   */
  record Share(String gateway) implements SpecialCall {}

  /** Send the fewest synthetic requests that prove each enforcement point by itself. */
  record Heartbeat(EpochSpec activation) implements SpecialCall {}
}
