package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.ratelimit.feed.View;
import dev.deployclaw.ratelimit.redis.Reply;
import dev.deployclaw.ratelimit.redis.Shards;
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
final class StatusReport {
  private static final List<String> ASK = List.of("FCALL_RO", FunctionLibrary.STATUS, "0");

  private StatusReport() {}

  static Future<ServiceStatus> of(View view, Shards shards) {
    var held = view.held().stream().map(h -> new Held(h.epoch(), h.digest())).toList();
    return shards
        .poll(ASK)
        .map(polled -> status(held, polled))
        .recover(e ->
            Future.succeededFuture(
                new ServiceStatus(
                    held, String.valueOf(e.getMessage()), List.of(), Optional.empty(), List.of())));
  }

  private static ServiceStatus status(List<Held> held, Shards.Polled polled) {
    var problems = new ArrayList<String>();
    if (!polled.whole()) {
      problems.add("some slots have no primary");
    }
    var said = new TreeMap<String, Optional<Held>>();
    polled
        .answers()
        .forEach((node, answer) -> {
          if (answer.succeeded()) {
            said.put(node, decided(answer.result()));
          } else {
            problems.add(String.valueOf(answer.cause().getMessage()));
          }
        });
    String redis = problems.isEmpty() ? ServiceStatus.OK : String.join("; ", problems);
    var asks =
        polled.ids().entrySet().stream().map(e -> new Asked(e.getKey(), e.getValue())).toList();
    boolean agreed = problems.isEmpty() && new HashSet<>(said.values()).size() == 1;
    return agreed && said.firstEntry().getValue().isPresent()
        ? new ServiceStatus(held, redis, asks, said.firstEntry().getValue(), List.of())
        : new ServiceStatus(held, redis, asks, Optional.empty(), differing(said));
  }

  private static Optional<Held> decided(Reply reply) {
    return reply instanceof Reply.Items(List<Reply> values)
            && values.size() > 1
            && values.get(0) instanceof Reply.Whole(long epoch)
            && values.get(1) instanceof Reply.Text(String digest)
        ? Optional.of(new Held(epoch, digest))
        : Optional.empty();
  }

  private static List<String> differing(Map<String, Optional<Held>> said) {
    var lines = new ArrayList<String>();
    said.forEach((node, held) ->
        lines.add(
            node
                + held.map(h -> " is at epoch " + h.epoch() + ", digest " + h.digest())
                    .orElse(" has no library")));
    return lines;
  }
}
