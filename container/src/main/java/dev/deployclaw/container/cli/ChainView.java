package dev.deployclaw.container.cli;

import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.HeadChainDocument;
import dev.deployclaw.audit.verify.Check;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ChainReading;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;

/** Shows the chain over executions, alone or with the logs that it names. */
final class ChainView {
  /** How often a log may end while all of them are written. */
  private static final int MOST_TRIES = 5;

  private static final String JSON = ".json";

  private final Surroundings around;
  private final Shared shared;

  ChainView(Surroundings around, Shared shared) {
    this.around = around;
    this.shared = shared;
  }

  /**
   * @param bucket whether it is read from there, instead of the state store
   */
  int print(boolean bucket) throws InvalidConfig, Unusable, InterruptedException {
    try (var agent = agent()) {
      var reading = new ChainReading(agent.ports());
      var links = bucket ? reading.copied() : reading.stored();
      var chain = HeadChainDocument.of(links, agent.signer());
      around.out().print(chain.text());
      return (chain.signed() ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
    } catch (Unreachable e) {
      return unreachable(e);
    }
  }

  /** The chain is read before and after: where it is the same, it fits the logs. */
  int bundle(Path folder) throws InvalidConfig, Unusable, InterruptedException {
    try (var agent = agent()) {
      Path into = empty(around.working().resolve(folder));
      var reading = new ChainReading(agent.ports());
      var chain = HeadChainDocument.of(reading.stored(), agent.signer());
      for (int tries = 1; tries <= MOST_TRIES; tries++) {
        write(agent, chain, into);
        var now = HeadChainDocument.of(reading.stored(), agent.signer());
        if (now.equals(chain)) {
          return told(folder, agent, chain);
        }
        chain = now;
      }
      return new Failure(ExitCode.ABORTED, "executions end all the time: try again when they don't")
          .report(around, shared.json());
    } catch (Unreachable e) {
      return unreachable(e);
    } catch (IOException e) {
      throw new Unusable(folder + " can't be written: " + e + "; name a folder of yours");
    }
  }

  private Agent agent() throws InvalidConfig, Unusable {
    return Agent.open(Session.config(around, shared), Progress.NONE);
  }

  private static Path empty(Path folder) throws IOException, Unusable {
    Files.createDirectories(folder);
    try (var there = Files.list(folder)) {
      if (there.findAny().isPresent()) {
        throw new Unusable(folder + " isn't empty: name a new folder");
      }
    }
    return folder;
  }

  private static void write(Agent agent, HeadChainDocument chain, Path into) throws IOException {
    for (String execution : here(agent, chain)) {
      var document = ExecutionDocument.of(agent.journal().read(execution), agent.signer());
      Files.writeString(into.resolve(execution + JSON), document.text());
    }
    Files.writeString(into.resolve(Check.CHAIN), chain.text());
  }

  /** Those of the chain whose logs are on this machine. */
  private static List<String> here(Agent agent, HeadChainDocument chain) {
    var known = new HashSet<>(agent.journal().known());
    return chain.executions().stream().filter(known::contains).toList();
  }

  private int told(Path folder, Agent agent, HeadChainDocument chain) {
    var here = here(agent, chain);
    var elsewhere = new TreeSet<>(chain.executions());
    here.forEach(elsewhere::remove);
    if (shared.json()) {
      var out = new LinkedHashMap<String, Object>();
      out.put("folder", folder.toString());
      out.put("logs", here.size());
      out.put("elsewhere", List.copyOf(elsewhere));
      around.out().println(Json.text(out));
    } else {
      around.say(folder + ": " + here.size() + " logs and their chain");
      elsewhere.forEach(id -> around.say("not on this machine, add its log: " + id));
    }
    return (chain.signed() ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
  }

  private int unreachable(Unreachable e) {
    return new Failure(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor")
        .report(around, shared.json());
  }
}
