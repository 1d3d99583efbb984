package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DamagedJournal;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.Rebuilding;
import dev.deployclaw.audit.RecordCopies;
import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Puts together the log of a machine that is gone, and writes its document. Nothing is kept of it:
 * as a file of the journal it would be shipped, copied and ended as this machine's own.
 */
final class LogRebuild {
  static final String STATE_STORE = "etcd";
  static final String STREAM = "the stream";
  static final String BUCKET = "the bucket";

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");

  private final Surroundings around;
  private final Shared shared;

  LogRebuild(Surroundings around, Shared shared) {
    this.around = around;
    this.shared = shared;
  }

  /**
   * @param file where the document goes
   */
  int write(String execution, Path file) throws InvalidConfig, Unusable, InterruptedException {
    if (!ID.matcher(execution).matches()) {
      return failed(ExitCode.WRONG_USAGE, "not an execution's id: " + execution);
    }
    if (Files.exists(around.working().resolve(file))) {
      throw new Unusable(file + " is there already: name a new file");
    }
    var config = Session.config(around, shared);
    try (var agent = Agent.open(config, Progress.NONE)) {
      var begun = begun(agent, execution);
      return begun.isEmpty()
          ? failed(
              ExitCode.WRONG_USAGE,
              "etcd has no head of a log of "
                  + execution
                  + ", and nothing else says which records are the right ones")
          : answer(agent, view(config, agent, execution, begun.get()), file);
    } catch (DamagedJournal e) {
      return failed(ExitCode.AUDIT_FAILED, String.valueOf(e.getMessage()));
    } catch (Unreachable e) {
      return failed(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor");
    }
  }

  private static Optional<Rebuilding> begun(Agent agent, String execution)
      throws InterruptedException {
    var state = agent.ports().state();
    var head = state.get(Keys.auditHead(execution));
    if (head.isEmpty()) {
      return Optional.empty();
    }
    var stored = state.list(Keys.audits(execution)).stream().map(Entry::value).toList();
    return Optional.of(Rebuilding.of(execution, head.get().value(), STATE_STORE, stored));
  }

  private static RebuiltView view(
      Config config, Agent agent, String execution, Rebuilding rebuilding)
      throws InterruptedException {
    var unread = new TreeMap<String, String>();
    var sources = new LinkedHashMap<String, Copies>();
    sources.put(STREAM, () -> RecordCopies.inStream(Agent.streamSettings(config), execution));
    sources.put(
        BUCKET, () -> RecordCopies.inBucket(agent.ports().objects(), execution, rebuilding.head()));
    var rebuilt = rebuilding.rebuilt();
    for (var source : sources.entrySet()) {
      if (!rebuilt.whole()) {
        read(source.getKey(), source.getValue(), rebuilding)
            .ifPresent(why -> unread.put(source.getKey(), why));
        rebuilt = rebuilding.rebuilt();
      }
    }
    return new RebuiltView(execution, rebuilt, unread);
  }

  /** What a back end holds of the log. */
  @FunctionalInterface
  private interface Copies {
    List<byte[]> read() throws IOException, InterruptedException;
  }

  /** Why it couldn't be read. */
  private static Optional<String> read(String source, Copies copies, Rebuilding into)
      throws InterruptedException {
    try {
      into.add(source, copies.read());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Only where every source was read is anything lost. */
  private int answer(Agent agent, RebuiltView view, Path file) throws Unusable {
    boolean whole = view.rebuilt().whole();
    if (whole) {
      save(file, ExecutionDocument.of(view.rebuilt().records(), agent.signer()));
    }
    if (shared.json()) {
      around.out().println(Json.text(view.map(file)));
    } else {
      view.lines(file).forEach(around::say);
    }
    if (whole) {
      return ExitCode.OK.code();
    }
    return (view.unread().isEmpty() ? ExitCode.AUDIT_FAILED : ExitCode.UNREACHABLE).code();
  }

  private void save(Path file, ExecutionDocument document) throws Unusable {
    Path there = around.working().resolve(file);
    try {
      Files.createFile(there);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
    try {
      Files.writeString(there, document.text());
    } catch (IOException e) {
      remove(there);
      throw unwritable(file, e);
    }
  }

  /** Half a document would stand in the way of the next try. */
  private static void remove(Path half) {
    try {
      Files.deleteIfExists(half);
    } catch (IOException e) {
      // the next try says that it is there
    }
  }

  private static Unusable unwritable(Path file, IOException e) {
    return new Unusable(file + " can't be written: " + e + "; name a file in a folder of yours");
  }

  private int failed(ExitCode exit, String reason) {
    return new Failure(exit, reason).report(around, shared.json());
  }
}
