package dev.deployclaw.ratelimit;

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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The service's status: what all its event loops hold, whom any of them asks, and what every
 * primary told every one of them now that it decides by. Where one loop can't ask, or is told of
 * another epoch, the service as a whole can't, or doesn't decide by one epoch yet.
 */
public final class StatusReport {
  private static final List<String> ASK = List.of("FCALL_RO", FunctionLibrary.STATUS, "0");

  private StatusReport() {}

  /**
   * What one event loop sees.
   *
   * @param polled what its primaries told it; empty where it could ask none
   * @param trouble why; empty else
   */
  public record LoopView(List<Held> held, Optional<ShardRouter.Polled> polled, String trouble) {}

  /** On that event loop, which knows at least these epochs in each later decision. */
  public static Future<LoopView> view(PolicyFeed feed, ShardRouter shards) {
    var held = feed.view().held().stream().map(h -> new Held(h.epoch(), h.digest())).toList();
    return shards
        .poll(ASK)
        .map(polled -> new LoopView(held, Optional.of(polled), ""))
        .recover(e ->
            Future.succeededFuture(
                new LoopView(held, Optional.empty(), String.valueOf(e.getMessage()))));
  }

  /**
   * @param loops at least one
   */
  public static ServiceStatus of(List<LoopView> loops) {
    var held = new LinkedHashSet<>(loops.getFirst().held());
    var answers = new PrimaryAnswers();
    for (var loop : loops) {
      held.retainAll(loop.held());
      loop.polled().ifPresentOrElse(answers::add, () -> answers.problems.add(loop.trouble()));
    }
    return answers.status(List.copyOf(held));
  }

  /** What a primary decides by. */
  private record Said(Held committed, Optional<Trial> trial) {}

  /** What primaries told all event loops. */
  private static final class PrimaryAnswers {
    private final Set<String> problems = new LinkedHashSet<>();
    private final Set<Asked> asks = new LinkedHashSet<>();

    /** By node: several where the loops were told different things. */
    private final SortedMap<String, Set<Optional<Said>>> said = new TreeMap<>();

    void add(ShardRouter.Polled polled) {
      if (!polled.whole()) {
        problems.add("some slots have no primary");
      }
      polled.ids().forEach((node, id) -> asks.add(new Asked(node, id)));
      polled.answers().forEach(this::add);
    }

    private void add(String node, Future<RespReply> answer) {
      if (answer.failed()) {
        problems.add(String.valueOf(answer.cause().getMessage()));
        return;
      }
      refusal(answer.result())
          .ifPresentOrElse(
              why -> problems.add(node + ": " + why),
              () ->
                  said.computeIfAbsent(node, _ -> new LinkedHashSet<>())
                      .add(said(answer.result())));
    }

    ServiceStatus status(List<Held> held) {
      var all = said.values().stream().flatMap(Set::stream).distinct().toList();
      boolean one = problems.isEmpty() && all.size() == 1;
      var agreed = one ? all.getFirst() : Optional.<Said>empty();
      return new ServiceStatus(
          held,
          problems.isEmpty() ? ServiceStatus.OK : String.join("; ", problems),
          List.copyOf(asks),
          agreed.map(Said::committed),
          agreed.flatMap(Said::trial),
          agreed.isPresent() ? List.of() : differing(said));
    }
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

  private static List<String> differing(SortedMap<String, Set<Optional<Said>>> said) {
    var lines = new ArrayList<String>();
    said.forEach((node, all) ->
        all.forEach(by -> lines.add(node + by.map(StatusReport::words).orElse(" has no library"))));
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
