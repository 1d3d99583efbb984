package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadChainDocument;
import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.chain.ChainReader;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;

/** Shows the chain over executions, alone or with the logs that it names. */
final class ExecutionChainView {
  /** How often a log may end while all of them are written. */
  private static final int MOST_TRIES = 5;

  private static final String JSON = ".json";

  private final CommandEnvironment around;
  private final CommonOptions shared;

  ExecutionChainView(CommandEnvironment around, CommonOptions shared) {
    this.around = around;
    this.shared = shared;
  }

  /**
   * @param bucket whether it is read from there, instead of the state store
   */
  int print(boolean bucket) throws InvalidConfigException, SetupException, InterruptedException {
    try (var agent = agent()) {
      var reading = new ChainReader(agent.ports());
      var links = bucket ? reading.copied() : reading.stored();
      var chain = HeadChainDocument.of(links, agent.signer());
      around.out().print(chain.text());
      return (chain.signed() ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
    } catch (Unreachable e) {
      return unreachable(e);
    }
  }

  /** The chain is read before and after: where it is the same, it fits the logs. */
  int bundle(Path folder) throws InvalidConfigException, SetupException, InterruptedException {
    try (var agent = agent()) {
      Path into = empty(around.working().resolve(folder));
      var reading = new ChainReader(agent.ports());
      var chain = HeadChainDocument.of(reading.stored(), agent.signer());
      for (int tries = 1; tries <= MOST_TRIES; tries++) {
        write(agent, chain, into);
        var now = HeadChainDocument.of(reading.stored(), agent.signer());
        if (now.equals(chain)) {
          return told(folder, agent, chain);
        }
        chain = now;
      }
      return new CommandFailure(
              ExitCode.ABORTED, "executions keep ending: try again when fewer are running")
          .report(around, shared.json());
    } catch (Unreachable e) {
      return unreachable(e);
    } catch (IOException e) {
      throw new SetupException(
          folder + " can't be written: " + e + "; name a folder that you can write to");
    }
  }

  private AgentRuntime agent() throws InvalidConfigException, SetupException {
    return AgentRuntime.open(AgentSession.config(around, shared), ProgressListener.NONE);
  }

  private static Path empty(Path folder) throws IOException, SetupException {
    Files.createDirectories(folder);
    try (var there = Files.list(folder)) {
      if (there.findAny().isPresent()) {
        throw new SetupException(folder + " isn't empty: name a new folder");
      }
    }
    return folder;
  }

  private static void write(AgentRuntime agent, HeadChainDocument chain, Path into)
      throws IOException {
    for (String execution : here(agent, chain)) {
      var document = ExecutionDocument.of(agent.journal().read(execution), agent.signer());
      Files.writeString(into.resolve(execution + JSON), document.text());
    }
    Files.writeString(into.resolve(BundleVerifier.CHAIN), chain.text());
  }

  /** Those of the chain whose logs are on this machine. */
  private static List<String> here(AgentRuntime agent, HeadChainDocument chain) {
    var known = new HashSet<>(agent.journal().known());
    return chain.executions().stream().filter(known::contains).toList();
  }

  private int told(Path folder, AgentRuntime agent, HeadChainDocument chain) {
    var here = here(agent, chain);
    var elsewhere = new TreeSet<>(chain.executions());
    here.forEach(elsewhere::remove);
    if (shared.json()) {
      var out = new LinkedHashMap<String, Object>();
      out.put("folder", folder.toString());
      out.put("logs", here.size());
      out.put("elsewhere", List.copyOf(elsewhere));
      around.out().println(JsonOutput.text(out));
    } else {
      around.say(folder + ": " + here.size() + " logs and their chain");
      elsewhere.forEach(id -> around.say("not on this machine, add its log: " + id));
    }
    return (chain.signed() ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
  }

  private int unreachable(Unreachable e) {
    return new CommandFailure(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor")
        .report(around, shared.json());
  }
}
