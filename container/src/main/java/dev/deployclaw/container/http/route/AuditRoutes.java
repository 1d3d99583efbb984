package dev.deployclaw.container.http.route;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.ExportPeriod.InvalidPeriodException;
import dev.deployclaw.audit.export.LogSearch;
import dev.deployclaw.audit.signin.SignInSearch;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.PageLimit;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.limit.ConcurrencyLimiter;
import dev.deployclaw.container.query.AuditQueries;
import dev.deployclaw.container.server.AgentServer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * What auditors look at: logs with what their verification found, the chain, both packed, and
 * sign-ins.
 */
public final class AuditRoutes {
  private static final PageLimit LIMIT = new PageLimit(20, 50);
  private static final PageLimit SIGN_INS = new PageLimit(50, 200);
  private static final int LONGEST_WORD = 200;
  private static final int MOST_BUNDLES = 2;

  private final AgentServer server;
  private final AuditQueries audit;
  private final Executor threads;
  private final ConcurrencyLimiter bundles = new ConcurrencyLimiter(MOST_BUNDLES, 1);

  /**
   * @param threads where a bundle is made
   */
  public AuditRoutes(AgentServer server, Executor threads) {
    this.server = server;
    var resources = server.resources();
    this.audit = new AuditQueries(resources.ports(), resources.signer(), resources.stateDir());
    this.threads = threads;
  }

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/audit/logs", this::logs),
        ApiRoute.get("/v1/audit/sign-ins", this::signIns),
        ApiRoute.get("/v1/audit/chain", _ -> ApiResponse.json(200, audit.chain())),
        ApiRoute.streamed("GET", "/v1/audit/bundle", Optional.of(ApiRole.VIEWER), this::bundle));
  }

  private ApiResponse logs(ApiRequest call) throws InterruptedException {
    int limit = LIMIT.of(call);
    var after = call.query().apply("after");
    if (after.isPresent()
        && (!ExecutionIdFormat.fits(after.get()) || !server.executions().known(after.get()))) {
      return ApiResponse.wrongQuery("after", "there is no such execution");
    }
    return within(
        call,
        (period, person) ->
            audit.logs(new LogSearch.Query(period, person, word(call, "tenant"), after, limit)));
  }

  private ApiResponse signIns(ApiRequest call) throws InterruptedException {
    int limit = SIGN_INS.of(call);
    var after = call.query().apply("after");
    var place = after.flatMap(SignInSearch.Place::of);
    if (after.isPresent() && place.filter(at -> audit.knowsSignIns(at.log())).isEmpty()) {
      return ApiResponse.wrongQuery("after", "no page ended there");
    }
    return within(
        call,
        (period, person) -> audit.signIns(new SignInSearch.Query(period, person, place, limit)));
  }

  private interface Look {
    Map<String, Object> at(ExportPeriod period, String person) throws InterruptedException;
  }

  private static ApiResponse within(ApiRequest call, Look look) throws InterruptedException {
    String person = word(call, "person");
    if (person.length() > LONGEST_WORD || word(call, "tenant").length() > LONGEST_WORD) {
      return ApiResponse.wrongQuery(
          "person", "a name has more than " + LONGEST_WORD + " characters");
    }
    try {
      var period =
          ExportPeriod.between(
              call.query().apply("since").orElse(""), call.query().apply("until").orElse(""));
      return ApiResponse.json(200, look.at(period, person));
    } catch (InvalidPeriodException e) {
      return ApiResponse.wrongQuery("since", String.valueOf(e.getMessage()).replace("--", ""));
    }
  }

  private static String word(ApiRequest call, String name) {
    return call.query().apply(name).orElse("").strip();
  }

  /** On the event loop. A place is given back once the work ended and its answer is written. */
  private void bundle(RoutingContext exchange) {
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      var _ = send(exchange, Buffer.buffer());
      return;
    }
    String caller = RequestDispatcher.caller(exchange).name();
    if (!bundles.take(caller)) {
      RequestDispatcher.send(exchange, ProblemCatalogue.busy("bundles are being made"));
      return;
    }
    var context = exchange.vertx().getOrCreateContext();
    try {
      var _ =
          CompletableFuture.supplyAsync(() -> made(exchange), threads)
              .exceptionally(_ -> () -> refuse(exchange, ProblemCatalogue.fault()))
              .thenAccept(answer ->
                  context.runOnContext(_ -> answer.get().onComplete(_ -> bundles.give(caller))));
    } catch (RejectedExecutionException e) {
      bundles.give(caller);
      RequestDispatcher.send(exchange, ProblemCatalogue.stopping());
    }
  }

  /**
   * Makes a bundle, on a virtual thread.
   *
   * @return what answers, on the event loop: done when it is written, or the caller is gone
   */
  private Supplier<Future<Void>> made(RoutingContext exchange) {
    ProblemDetail problem;
    try {
      var zip = audit.bundle(exchange.response()::closed).map(Buffer::buffer);
      if (zip.isPresent()) {
        return () -> send(exchange, zip.get());
      }
      problem = ProblemCatalogue.busy("executions keep ending");
    } catch (IOException e) {
      problem =
          ProblemCatalogue.conflict(
              String.valueOf(e.getMessage()), "on the machine: deployclaw audit bundle FOLDER");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = ProblemCatalogue.stopping();
    } catch (RuntimeException e) {
      problem = RequestDispatcher.problem(e, "a bundle can't be made");
    }
    var told = problem;
    return () -> refuse(exchange, told);
  }

  private static Future<Void> refuse(RoutingContext exchange, ProblemDetail problem) {
    RequestDispatcher.send(exchange, problem);
    return Future.succeededFuture();
  }

  private static Future<Void> send(RoutingContext exchange, Buffer zip) {
    var response = exchange.response();
    if (response.ended() || response.closed()) {
      return Future.succeededFuture();
    }
    return response
        .putHeader("Content-Type", "application/zip")
        .putHeader("Content-Disposition", "attachment; filename=\"deployclaw-audit.zip\"")
        .putHeader("Cache-Control", "no-store")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(zip);
  }
}
