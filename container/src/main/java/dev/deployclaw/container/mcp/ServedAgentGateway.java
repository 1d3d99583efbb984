package dev.deployclaw.container.mcp;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RefusedCallException;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** To the serving agent, in its process: tasks enter by the door that the HTTP API uses. */
public record ServedAgentGateway(AgentServer server, CommandCaller commands)
    implements AgentGateway {
  private static final int PAGE = 20;

  /** Records that another process writes wake no waiter here. */
  private static final long POLL_MILLIS = 1000;

  @Override
  public TextMask mask() {
    return server.resources().mask();
  }

  @Override
  public CommandCaller.Ended look(String caller, List<String> arguments) {
    return commands.run(caller, arguments);
  }

  @Override
  public Map<String, Object> carryOut(TaskSubmission task, TaskWait wait)
      throws InterruptedException {
    if (task.undoes().filter(id -> !id.equals(LAST)).isPresent()) {
      requireChange(task.undoes().get(), task.who());
    }
    String execution =
        switch (server.intake().submit(task)) {
          case SubmissionResult.Accepted(String id) -> id;
          case SubmissionResult.Repeated(String id) -> id;
          case SubmissionResult.KeyReused(String id) ->
              throw new RefusedCallException(ProblemCatalogue.keyReused(id));
          case SubmissionResult.Full(int waiting, var later) -> {
            server.metrics().refused(Refusal.QUEUE);
            throw new RefusedCallException(ProblemCatalogue.queueFull(waiting, later));
          }
          case SubmissionResult.Closed() ->
              throw new RefusedCallException(ProblemCatalogue.stopping());
        };
    return await(execution, wait).orElseGet(() -> Map.of("execution_id", execution));
  }

  @Override
  public Optional<Map<String, Object>> await(String named, TaskWait wait)
      throws InterruptedException {
    var execution =
        named.equals(LAST)
            ? server.executions().page(1, Optional.empty()).summaries().stream()
                .map(s -> String.valueOf(s.get("execution_id")))
                .findFirst()
            : Optional.of(named).filter(ExecutionIdFormat::fits).filter(server.executions()::known);
    if (execution.isEmpty()) {
      return Optional.empty();
    }
    var changed = new Semaphore(0);
    var following = server.executions().follow(execution.get(), LogHead.START);
    try (var _ = server.executions().subscribe(execution.get(), changed::release)) {
      while (true) {
        var batch = following.next();
        batch.records().forEach(record -> wait.told().accept(words(record)));
        boolean ended = batch.rests() && !(wait.decided() && isHeld(execution.get()));
        if (ended || !wait.goesOn()) {
          return server
              .executions()
              .document(execution.get())
              .map(ExecutionDocument::text)
              .map(ToolAnswers::parsed);
        }
        if (!batch.more()) {
          var _ = changed.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
          var _ = changed.drainPermits();
        }
      }
    }
  }

  @Override
  public ExecutionQueries.Page executions(Optional<String> after) {
    boolean wrong =
        after
            .filter(id -> !ExecutionIdFormat.fits(id) || !server.executions().known(id))
            .isPresent();
    return wrong
        ? new ExecutionQueries.Page(List.of(), Optional.empty())
        : server.executions().page(PAGE, after);
  }

  @Override
  public void roleMissing(String caller) {
    server.metrics().refused(Refusal.ROLE);
    server.signIns().denied(caller, "it lacks the role that the tool needs", "mcp", "");
  }

  private boolean isHeld(String execution) {
    return server
        .executions()
        .document(execution)
        .filter(d -> ToolAnswers.HELD.equals(d.fields().get("result")))
        .isPresent();
  }

  private void requireChange(String id, String who) throws InterruptedException {
    if (!ExecutionIdFormat.fits(id) || !server.approvals().knowsChange(id, who)) {
      throw new RefusedCallException(
          ProblemCatalogue.notFound("there is no change " + ExecutionIdFormat.shown(id)));
    }
  }

  private static String words(SealedRecord record) {
    try {
      return String.valueOf(StrictJson.parseObject(record.bytes()).getOrDefault("action", "…"));
    } catch (StrictJson.Malformed e) {
      return "…";
    }
  }
}
