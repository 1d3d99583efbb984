package dev.deployclaw.lab.guard;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.lab.stop.CallTapDecorator;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.lang3.function.Failable;

/** Notes every action of an agent, before it is done, in the file that a system property names. */
public final class ActionNoteDecorator extends CallTapDecorator {
  static final String FILE = "deployclaw.actions";

  public ActionNoteDecorator() {
    super(Optional.ofNullable(System.getProperty(FILE)).map(file -> new Notes(Path.of(file))));
  }

  private record Notes(Path file) implements Tap {
    @Override
    public Runnable before(Invocation call) {
      return noted(ActionFormatter.line(call));
    }

    @Override
    public Runnable before(StateStore.Transaction transaction) {
      return noted(ActionFormatter.line(transaction));
    }

    @Override
    public Runnable beforeCreating(String object) {
      return noted(ActionFormatter.created(object));
    }

    private synchronized Runnable noted(String line) {
      return Failable.get(() -> {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return () -> {};
      });
    }
  }

  /**
   * What the agent does, in a line each: who is asked for what, with which policies. Left out is
   * what differs between two runs of the same task anyway: times, ids, numbers of epochs and terms,
   * and data that was read and only passes through, such as what a checkpoint holds.
   */
  private static final class ActionFormatter {
    static String line(Invocation invocation) {
      return invocation.operation() + " " + argument(invocation.call());
    }

    /** Keys by their shape. Values follow from the calls, which stand here by themselves. */
    static String line(Transaction transaction) {
      return "etcd.transact "
          + transaction.writes().stream()
              .map(ActionFormatter::write)
              .distinct()
              .sorted()
              .collect(Collectors.joining(" "));
    }

    static String created(String object) {
      return "s3.create " + shape(object);
    }

    private static String argument(ExecutorCall call) {
      return switch (call) {
        case ExecutorCall.Look(String _, Map<String, Object> arguments) ->
            new TreeMap<>(arguments).toString();
        case ExecutorCall.Observe() -> "";
        case ExecutorCall.Stage(EpochSpec a) -> policies(a);
        case ExecutorCall.Prepare(EpochSpec a) -> policies(a);
        case ExecutorCall.Publish(EpochSpec a) -> policies(a);
        case ExecutorCall.Converge(EpochSpec a) -> policies(a);
        case ExecutorCall.Lost(EpochSpec a) -> policies(a);
        case ExecutorCall.Reassert(EpochSpec a) -> policies(a);
        case ExecutorCall.Heartbeat(EpochSpec a) -> policies(a);
        case ExecutorCall.Probe(EpochSpec a, int requests) -> policies(a) + " requests=" + requests;
        case ExecutorCall.Discard(long _) -> "";
        case ExecutorCall.Share(String gateway) -> gateway;
        case ExecutorCall.WriteBack(var edits) ->
            edits.stream()
                .map(e -> e.member() + "=" + digest(e.text()))
                .sorted()
                .collect(Collectors.joining(" "));
      };
    }

    private static String policies(EpochSpec a) {
      return "policies="
          + policies(a.set())
          + (a.back() ? " back" : "")
          + a.candidate().map(c -> " beside=" + policies(c.set()) + " " + c.cohort()).orElse("");
    }

    /** The key of the probes is another one in each state folder. */
    private static String policies(PolicySet set) {
      return new PolicySet(set.tenants(), set.gateways(), "").digest().substring(0, 16);
    }

    private static String write(Write write) {
      return switch (write) {
        case Write.Put(String key, byte[] _) -> "put:" + shape(key);
        case Write.Delete(String key) -> "delete:" + shape(key);
        case Write.Clear(String prefix) -> "clear:" + shape(prefix);
      };
    }

    private static String shape(String name) {
      return name.replaceAll("arch-[0-9-]+-rate-limit-[0-9]+", "ID")
          .replaceAll("[0-9a-f]{64}", "HASH")
          .replaceAll("[0-9]+", "N");
    }

    private static String digest(String text) {
      return CanonicalJson.sha256(text).substring(0, 16);
    }
  }
}
