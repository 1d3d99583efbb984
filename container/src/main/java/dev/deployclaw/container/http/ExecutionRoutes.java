package dev.deployclaw.container.http;

import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.container.serve.Executions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** What tells of executions. */
final class ExecutionRoutes {
  private static final int LIMIT = 20;
  private static final int MOST_LIMIT = 100;

  private final Executions executions;

  ExecutionRoutes(Executions executions) {
    this.executions = executions;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v1/executions", this::page), Route.get("/v1/executions/{id}", this::document));
  }

  private Reply page(Received call) {
    var limit = limit(call.query().apply("limit"));
    if (limit.isEmpty()) {
      return Reply.of(
          Problems.invalid(
              "query limit", "limit is not a whole number from 1 to " + MOST_LIMIT, "mend it"));
    }
    var after = call.query().apply("after");
    if (after.isPresent() && (!Ids.fits(after.get()) || !executions.known(after.get()))) {
      return Reply.of(
          Problems.invalid("query after", "there is no such execution", "give the next of a page"));
    }
    var page = executions.page(limit.get(), after);
    var body = new LinkedHashMap<String, Object>();
    body.put("executions", page.summaries());
    body.put("waiting", executions.waiting());
    page.next().ifPresent(id -> body.put("next", id));
    return Reply.json(200, body);
  }

  private Reply document(Received call) {
    String id = call.path().apply("id");
    return Optional.of(id)
        .filter(Ids::fits)
        .flatMap(executions::document)
        .map(ExecutionDocument::text)
        .map(text -> Reply.text("application/json", text))
        .orElseGet(() -> Reply.of(Problems.notFound("there is no execution " + Ids.shown(id))));
  }

  private static Optional<Integer> limit(Optional<String> given) {
    return Optional.of(given.orElse(Integer.toString(LIMIT)))
        .filter(text -> text.matches("[1-9]\\d{0,2}"))
        .map(Integer::valueOf)
        .filter(n -> n <= MOST_LIMIT);
  }
}
