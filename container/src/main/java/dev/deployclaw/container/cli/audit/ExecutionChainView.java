package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.signing.HeadChainDocument;
import dev.deployclaw.audit.signing.LogBundle;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.chain.ChainReader;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** Shows the chain over executions, alone or with the logs that it names. */
record ExecutionChainView(CommandEnvironment around, CommonOptions shared) {
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

  /** This machine's logs and the chain, as {@link LogBundle} writes them. */
  int bundle(Path folder) throws InvalidConfigException, SetupException, InterruptedException {
    try (var agent = agent()) {
      Path into = empty(around.working().resolve(folder));
      var bundle = new LogBundle(agent.journal(), new ChainReader(agent.ports()), agent.signer());
      var written = bundle.write(new Folder(into));
      return written.isPresent()
          ? told(folder, written.get())
          : new CommandFailure(
                  ExitCode.ABORTED, "executions keep ending: try again when fewer are running")
              .report(around, shared.json());
    } catch (Unreachable e) {
      return unreachable(e);
    } catch (IOException e) {
      throw FileFault.unwritable(folder, e);
    }
  }

  /** A second try writes the same files. */
  private record Folder(Path path) implements LogBundle.Target {
    @Override
    public void begin() {}

    @Override
    public void put(String file, String document) throws IOException {
      Files.writeString(path.resolve(file), document);
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

  private int told(Path folder, LogBundle.Written written) {
    if (shared.json()) {
      var out = new LinkedHashMap<String, Object>();
      out.put("folder", folder.toString());
      out.put("logs", written.here().size());
      out.put("elsewhere", written.elsewhere());
      around.json(out);
    } else {
      around.say(folder + ": " + written.here().size() + " logs and their chain");
      written.elsewhere().forEach(id -> around.say("not on this machine, add its log: " + id));
    }
    return (written.chain().signed() ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
  }

  private int unreachable(Unreachable e) {
    return new CommandFailure(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor")
        .report(around, shared.json());
  }
}
