package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RefusedCallException;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.query.ExecutionQueries.Page;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** To the agent by commands, as a person at a terminal: a task is carried out before it returns. */
public final class CommandGateway implements AgentGateway {
  private static final String JSON = "--json";
  private static final String OPERANDS = "--";
  private static final long POLL_MILLIS = 1000;

  private static final String EXECUTION = "execution_id";
  private static final int MOST_KEYS = 1000;

  private final CommandCaller commands;
  private final Map<String, Keyed> keyed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Keyed> eldest) {
          return size() > MOST_KEYS;
        }
      };

  /** What was asked under a key, and the execution of it. */
  private record Keyed(List<String> command, String execution) {}

  public CommandGateway(CommandCaller commands) {
    this.commands = commands;
  }

  /** The command masks them once more, where it is carried out. */
  @Override
  public TextMask mask() {
    return TextMask.OWN;
  }

  @Override
  public CommandCaller.Ended look(String caller, List<String> arguments) {
    return commands.run(caller, arguments);
  }

  @Override
  public Map<String, Object> carryOut(TaskSubmission task, TaskWait wait)
      throws InterruptedException {
    if (task.manual()) {
      throw new RefusedCallException(
          ProblemCatalogue.invalid(
              "approval", "commands can't ask for an approval", "call the agent over HTTP"));
    }
    return task.key().isEmpty() ? begun(task) : once(task, task.key().get(), wait);
  }

  /** A repeated key finds the execution of the first call, while this program runs. */
  private Map<String, Object> once(TaskSubmission task, String key, TaskWait wait)
      throws InterruptedException {
    synchronized (keyed) {
      var known = keyed.get(key);
      if (known == null) {
        var document = begun(task);
        keyed.put(key, new Keyed(command(task), String.valueOf(document.get(EXECUTION))));
        return document;
      }
      if (!known.command().equals(command(task))) {
        throw new RefusedCallException(ProblemCatalogue.keyReused(known.execution()));
      }
      return await(known.execution(), wait)
          .orElseThrow(() -> failed("the log of " + known.execution() + " can't be read"));
    }
  }

  private static List<String> command(TaskSubmission task) {
    var rollback = task.undoes().map(id -> List.of("rollback", JSON, OPERANDS, id));
    return rollback
        .or(() -> task.answers().map(id -> List.of("answer", JSON, OPERANDS, id, task.text())))
        .orElseGet(() -> List.of("run", JSON, OPERANDS, task.text()));
  }

  private Map<String, Object> begun(TaskSubmission task) {
    var ended = commands.run(task.who(), command(task));
    if (!ended.out().startsWith("{")) {
      throw failed(ended.err());
    }
    var document = ToolAnswers.parsed(ended.out());
    if (document.containsKey("answer")) {
      throw new RefusedCallException(
          ProblemCatalogue.invalid(
              "request", "it asks about the estate and changes nothing", "call a tool that reads"));
    }
    if (!document.containsKey(EXECUTION)) {
      throw failed(String.valueOf(document.get("reason")));
    }
    return document;
  }

  @Override
  public Optional<Map<String, Object>> await(String execution, TaskWait wait)
      throws InterruptedException {
    while (true) {
      var ended = commands.run("", List.of("log", JSON, OPERANDS, execution));
      if (ended.exit() != 0) {
        return Optional.empty();
      }
      var document = ToolAnswers.parsed(ended.out());
      String result = ToolAnswers.result(document);
      boolean goesOn =
          result.equals("UNFINISHED") || (wait.decided() && result.equals(ToolAnswers.HELD));
      if (!goesOn || !wait.goesOn()) {
        return Optional.of(document);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Commands know the last one alone. */
  @Override
  public Page executions(Optional<String> after) {
    var last = commands.run("", List.of("log", JSON, OPERANDS, LAST));
    return new Page(
        last.exit() == 0 && after.isEmpty() ? List.of(ToolAnswers.parsed(last.out())) : List.of(),
        Optional.empty());
  }

  private static RefusedCallException failed(String why) {
    return new RefusedCallException(ProblemCatalogue.unreachable(why.strip()));
  }
}
