package dev.deployclaw.core.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an executor is asked to do: the closed vocabulary of acts. */
public sealed interface ExecutorCall {
  /** The operation's name within its executor, as skills and the log spell it. */
  String verb();

  /** What a rollback to before the first change is to put back by this call, or to vote on. */
  default Optional<ObservedState> restores() {
    return switch (this) {
      case Stage(EpochSpec activation) -> activation.restores();
      case Prepare(EpochSpec activation) -> activation.restores();
      case Publish(EpochSpec activation) -> activation.restores();
      case Converge(EpochSpec activation) -> activation.restores();
      case Look _, Observe _, Discard _, Probe _, WriteBack _, Heartbeat _ -> Optional.empty();
      case Lost _, Reassert _, Share _ -> Optional.empty();
    };
  }

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
  record Observe() implements ExecutorCall {
    @Override
    public String verb() {
      return "observe";
    }
  }

  /** Write the epoch where no member acts on it yet. */
  record Stage(EpochSpec activation) implements ExecutorCall {
    @Override
    public String verb() {
      return "stage";
    }
  }

  /** Vote: read back what was staged, and say YES with its digest or NO with the reason. */
  record Prepare(EpochSpec activation) implements ExecutorCall {
    @Override
    public String verb() {
      return "prepare";
    }
  }

  /** Make the committed epoch the one that is acted on. */
  record Publish(EpochSpec activation) implements ExecutorCall {
    @Override
    public String verb() {
      return "publish";
    }
  }

  /** Say, by an independent read, who acts on the epoch. One look; the runtime repeats it. */
  record Converge(EpochSpec activation) implements ExecutorCall {
    @Override
    public String verb() {
      return "converge";
    }
  }

  /** Remove what was staged for an epoch that will never be committed, or is no longer needed. */
  record Discard(long epoch) implements ExecutorCall {
    @Override
    public String verb() {
      return "discard";
    }
  }

  /** Send synthetic requests through the enforcement points. */
  record Probe(EpochSpec activation, int requests) implements ExecutorCall {
    @Override
    public String verb() {
      return "probe";
    }
  }

  /**
   * Bring documents of policy sources to what is committed: each only where its text still has the
   * digest with which it was read, and where nobody else looks after it. One report for each.
   */
  record WriteBack(List<Edit> edits) implements ExecutorCall {
    public WriteBack {
      edits = List.copyOf(edits);
    }

    @Override
    public String verb() {
      return "write-back";
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
  record Lost(EpochSpec activation) implements ExecutorCall {
    @Override
    public String verb() {
      return "lost";
    }
  }

  /**
   * Put back what was lost of the committed epoch, and touch nothing that is there. A member's fact
   * {@code put_back} says what it got.
   */
  record Reassert(EpochSpec activation) implements ExecutorCall {
    /** What a member got back, in words. */
    public static final String PUT_BACK = "put_back";

    @Override
    public String verb() {
      return "reassert";
    }
  }

  /**
   * Own, beside who applies it, where a gateway's file comes from, so that the other may let go of
   * it. Changes no value.
   *
   * @param gateway its name, or its namespace and name with a stroke between
   */
  record Share(String gateway) implements ExecutorCall {
    @Override
    public String verb() {
      return "share";
    }
  }

  /** Send the fewest synthetic requests that prove each enforcement point by itself. */
  record Heartbeat(EpochSpec activation) implements ExecutorCall {
    @Override
    public String verb() {
      return "heartbeat";
    }
  }
}
