package dev.deployclaw.ratelimit.http;

import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.redis.RedisErrorAdvice;
import dev.deployclaw.ratelimit.redis.RespReply;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The service's status: what it holds, whom it asks, and what every primary says now that it
 * decides by.
 */
public final class StatusReport {
  private static final List<String> ASK = List.of("FCALL_RO", FunctionLibrary.STATUS, "0");

  private StatusReport() {}

  public static Future<ServiceStatus> of(PolicyFeed feed, ShardRouter shards) {
    var held = feed.view().held().stream().map(h -> new Held(h.epoch(), h.digest())).toList();
    String etcd = feed.trouble().isEmpty() ? ServiceStatus.OK : feed.trouble();
    return shards
        .poll(ASK)
        .map(polled -> status(held, polled))
        .recover(e ->
            Future.succeededFuture(
                new ServiceStatus(
                    held,
                    String.valueOf(e.getMessage()),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of())))
        .map(status -> status.reading(etcd).waiting(shards.timeout()));
  }

  /** What a primary decides by. */
  private record Said(Held committed, Optional<Trial> trial) {}

  private static ServiceStatus status(List<Held> held, ShardRouter.Polled polled) {
    var problems = new ArrayList<String>();
    if (!polled.whole()) {
      problems.add("some slots have no primary");
    }
    var said = new TreeMap<String, Optional<Said>>();
    polled
        .answers()
        .forEach((node, answer) -> {
          if (answer.succeeded() && refusal(answer.result()).isPresent()) {
            problems.add(node + ": " + refusal(answer.result()).get());
          } else if (answer.succeeded()) {
            said.put(node, said(answer.result()));
          } else {
            problems.add(String.valueOf(answer.cause().getMessage()));
          }
        });
    String redis = problems.isEmpty() ? ServiceStatus.OK : String.join("; ", problems);
    var asks =
        polled.ids().entrySet().stream().map(e -> new Asked(e.getKey(), e.getValue())).toList();
    boolean one = problems.isEmpty() && new HashSet<>(said.values()).size() == 1;
    var agreed = one ? said.firstEntry().getValue() : Optional.<Said>empty();
    return new ServiceStatus(
        held,
        redis,
        asks,
        agreed.map(Said::committed),
        agreed.flatMap(Said::trial),
        agreed.isPresent() ? List.of() : differing(said));
  }

  private static Optional<String> refusal(RespReply reply) {
    return reply instanceof RespReply.Refused(String message)
        ? RedisErrorAdvice.words(message)
        : Optional.empty();
  }

  private static Optional<Said> said(RespReply reply) {
    return reply instanceof RespReply.Items(List<RespReply> values)
        ? held(values, 0, 1).map(committed -> new Said(committed, trial(values)))
        : Optional.empty();
  }

  private static Optional<Trial> trial(List<RespReply> values) {
    return held(values, 5, 6)
        .flatMap(h ->
            whole(values, 7)
                .map(
                    share -> new Trial(h.epoch(), h.digest(), new CanaryCohort(share.intValue()))));
  }

  private static Optional<Held> held(List<RespReply> values, int epochAt, int digestAt) {
    return whole(values, epochAt)
        .flatMap(epoch ->
            values.size() > digestAt
                    && values.get(digestAt) instanceof RespReply.Text(String digest)
                ? Optional.of(new Held(epoch, digest))
                : Optional.empty());
  }

  private static Optional<Long> whole(List<RespReply> values, int at) {
    return values.size() > at && values.get(at) instanceof RespReply.Whole(long number)
        ? Optional.of(number)
        : Optional.empty();
  }

  private static List<String> differing(Map<String, Optional<Said>> said) {
    var lines = new ArrayList<String>();
    said.forEach(
        (node, by) -> lines.add(node + by.map(StatusReport::words).orElse(" has no library")));
    return lines;
  }

  private static String words(Said by) {
    return " is at epoch "
        + by.committed().epoch()
        + ", digest "
        + by.committed().digest()
        + by.trial().map(StatusReport::words).orElse("");
  }

  private static String words(Trial trial) {
    return ", and at candidate %d for positions below %d"
        .formatted(trial.epoch(), trial.cohort().share());
  }
}
