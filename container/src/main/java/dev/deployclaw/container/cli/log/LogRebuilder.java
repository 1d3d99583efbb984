package dev.deployclaw.container.cli.log;

import dev.deployclaw.audit.reconstruction.LogReconstruction;
import dev.deployclaw.audit.reconstruction.RemoteRecordReader;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
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
public record LogRebuilder(CommandEnvironment around, CommonOptions shared) {
  static final String STATE_STORE = "etcd";
  static final String STREAM = "the stream";
  static final String BUCKET = "the bucket";

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");

  /**
   * @param file where the document goes
   */
  public int write(String execution, Path file)
      throws InvalidConfigException, SetupException, InterruptedException {
    if (!ID.matcher(execution).matches()) {
      return failed(ExitCode.WRONG_USAGE, "not an execution's id: " + execution);
    }
    if (Files.exists(around.working().resolve(file))) {
      throw new SetupException(file + " is there already: name a new file");
    }
    var config = AgentSession.config(around, shared);
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      var begun = begun(agent, execution);
      return begun.isEmpty()
          ? failed(
              ExitCode.WRONG_USAGE,
              "etcd has no head of a log of "
                  + execution
                  + ", and nothing else proves which records are the right ones")
          : answer(agent, view(config, agent, execution, begun.get()), file);
    } catch (DamagedJournalException e) {
      return failed(ExitCode.AUDIT_FAILED, String.valueOf(e.getMessage()));
    } catch (Unreachable e) {
      return failed(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor");
    }
  }

  private static Optional<LogReconstruction> begun(AgentRuntime agent, String execution)
      throws InterruptedException {
    var state = agent.ports().state();
    var head = state.get(StoreKeys.auditHead(execution));
    if (head.isEmpty()) {
      return Optional.empty();
    }
    var stored = state.list(StoreKeys.audits(execution)).stream().map(Entry::value).toList();
    return Optional.of(LogReconstruction.of(execution, head.get().value(), STATE_STORE, stored));
  }

  private static RebuiltLogView view(
      AgentConfig config, AgentRuntime agent, String execution, LogReconstruction rebuilding)
      throws InterruptedException {
    var unread = new TreeMap<String, String>();
    var sources = new LinkedHashMap<String, Copies>();
    sources.put(
        STREAM, () -> RemoteRecordReader.inStream(AgentRuntime.streamSettings(config), execution));
    sources.put(
        BUCKET,
        () -> RemoteRecordReader.inBucket(agent.ports().objects(), execution, rebuilding.head()));
    var rebuilt = rebuilding.rebuilt();
    for (var source : sources.entrySet()) {
      if (!rebuilt.whole()) {
        read(source.getKey(), source.getValue(), rebuilding)
            .ifPresent(why -> unread.put(source.getKey(), why));
        rebuilt = rebuilding.rebuilt();
      }
    }
    return new RebuiltLogView(execution, rebuilt, unread);
  }

  /** What a back end holds of the log. */
  @FunctionalInterface
  private interface Copies {
    List<byte[]> read() throws IOException, InterruptedException;
  }

  /** Why it couldn't be read. */
  private static Optional<String> read(String source, Copies copies, LogReconstruction into)
      throws InterruptedException {
    try {
      into.add(source, copies.read());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Only where every source was read is anything lost. */
  private int answer(AgentRuntime agent, RebuiltLogView view, Path file) throws SetupException {
    boolean whole = view.rebuilt().whole();
    if (whole) {
      save(file, ExecutionDocument.of(view.rebuilt().records(), agent.signer()));
    }
    if (shared.json()) {
      around.json(view.map(file));
    } else {
      view.lines(file).forEach(around::say);
    }
    if (whole) {
      return ExitCode.OK.code();
    }
    return (view.unread().isEmpty() ? ExitCode.AUDIT_FAILED : ExitCode.UNREACHABLE).code();
  }

  private void save(Path file, ExecutionDocument document) throws SetupException {
    Path there = around.working().resolve(file);
    try {
      Files.createFile(there);
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
    try {
      Files.writeString(there, document.text());
    } catch (IOException e) {
      remove(there);
      throw FileFault.unwritable(file, e);
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

  private int failed(ExitCode exit, String reason) {
    return new CommandFailure(exit, reason).report(around, shared.json());
  }
}
