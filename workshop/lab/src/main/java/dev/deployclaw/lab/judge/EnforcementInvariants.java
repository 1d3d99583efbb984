package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.HttpReply;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the gateways enforce what is committed: as a client of one tenant, it asks each in turn
 * until all have refused it, and counts what they let through together.
 */
record EnforcementInvariants(List<GatewayEndpoint> doors, String host, ExpectedState wanted) {
  private static final int ADMITTED = 200;
  private static final int REFUSED = 429;

  /** How often each gateway is asked, beyond what a burst lets through. */
  private static final int MORE_ROUNDS = 8;

  private static final double NANOS = 1e9;

  /** A limit of a tenant that is soon used up. */
  private record Small(String tenant, JsonValue limit) {
    long burst() {
      return limit.number("burst");
    }

    double perNano() {
      return limit.number("requests") / (limit.number("window_s") * NANOS);
    }

    String quota() {
      return "q=" + limit.number("requests") + ";w=" + limit.number("window_s");
    }
  }

  List<String> wrong() {
    return doors.isEmpty() || host.isEmpty()
        ? List.of()
        : smallest().map(this::judge).orElse(List.of());
  }

  /** The bucket with the least burst, of a tenant that has no other limit for that service. */
  private Optional<Small> smallest() {
    var buckets = new ArrayList<Small>();
    for (var tenant : wanted.set().items("tenants")) {
      var limits = tenant.items("limits");
      if (limits.size() == 1 && limits.getFirst().text("algorithm").equals("token-bucket")) {
        buckets.add(new Small(tenant.text("tenant"), limits.getFirst()));
      }
    }
    return buckets.stream()
        .filter(b -> b.limit().text("mode").equals("enforce") && b.limit().number("requests") > 0)
        .min((a, b) -> Long.compare(a.burst(), b.burst()));
  }

  private List<String> judge(Small small) {
    var wrong = new ArrayList<String>();
    var refusing = new HashSet<String>();
    long from = System.nanoTime();
    long admitted = 0;
    long rounds = small.burst() + MORE_ROUNDS;
    for (long round = 0; round < rounds && refusing.size() < doors.size(); round++) {
      for (var door : doors) {
        admitted += ask(door, small, refusing, wrong) ? 1 : 0;
      }
    }
    long most = small.burst() + 1 + (long) Math.ceil((System.nanoTime() - from) * small.perNano());
    if (admitted > most) {
      wrong.add(
          "%s got %d requests through, %d are its limit".formatted(small.tenant(), admitted, most));
    }
    doors.stream()
        .filter(d -> !refusing.contains(d.name()))
        .forEach(d -> wrong.add(d.name() + " never refused " + small.tenant()));
    return wrong;
  }

  private boolean ask(GatewayEndpoint door, Small small, Set<String> refusing, List<String> wrong) {
    try {
      var url = URI.create(door.url() + "/" + small.limit().text("service") + "/judge");
      var answer = HttpReply.get(url, Map.of("Host", small.tenant() + "." + host));
      if (!answer.header("RateLimit-Policy").contains(small.quota())) {
        wrong.add(
            "%s answers %s by %s, not by %s"
                .formatted(
                    door.name(), small.tenant(), answer.header("RateLimit-Policy"), small.quota()));
      }
      if (answer.status() == REFUSED) {
        refusing.add(door.name());
      } else if (answer.status() != ADMITTED) {
        wrong.add(door.name() + " answers " + answer.status());
      }
      return answer.status() == ADMITTED;
    } catch (IOException e) {
      wrong.add(door.name() + ": " + e);
      return false;
    }
  }
}
