package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What services answer and what a probe carries has the same bytes as ever. */
class WireBytesTest {
  @Test
  void answersInTheSameBytesAsEver() {
    var held = List.of(new ServiceStatus.Held(3, "d3"), new ServiceStatus.Held(4, "d4"));
    var asked = List.of(new ServiceStatus.Asked("127.0.0.1:7001", "ab"));
    var some = new ServiceStatus(held, "ok", asked, Optional.empty(), Optional.empty(), List.of());
    var all =
        new ServiceStatus(
                held,
                "ok",
                asked,
                Optional.of(held.getFirst()),
                Optional.of(new Trial(4, "d4", new CanaryCohort(500))),
                List.of("one \"b\""))
            .waiting(Duration.ofMillis(80));
    var usage =
        new ServiceUsage(
            "s", List.of(new ServiceUsage.Count("acme", "rps", 5, 2)), Optional.empty());
    var leases = new ServiceUsage.Leases(2, 40, 1_000, 985, 3);
    var leased = new ServiceUsage("s", List.of(), Optional.of(leases));
    var token = new ProbeToken("x", "acme", "search", "/a", "GET", 1, 5, 9, "n");

    assertThat(some.toJson())
        .isEqualTo(
            """
            {"asks":[{"id":"ab","node":"127.0.0.1:7001"}],"differing":[],"epochs":[{"digest"\
            :"d3","epoch":3},{"digest":"d4","epoch":4}],"etcd":"ok","redis":"ok"}\
            """);
    assertThat(all.toJson())
        .isEqualTo(
            """
            {"asks":[{"id":"ab","node":"127.0.0.1:7001"}],"decided":{"digest":"d3","epoch":3\
            },"differing":["one \\"b\\""],"epochs":[{"digest":"d3","epoch":3},{"digest":"d4"\
            ,"epoch":4}],"etcd":"ok","redis":"ok","redis_timeout_ms":80,"trial":{"cohort":50\
            0,"digest":"d4","epoch":4}}\
            """);
    assertThat(usage.toJson())
        .isEqualTo(
            """
            {"limits":[{"allowed":5,"limit":"rps","refused":2,"tenant":"acme"}],"since":"s"}\
            """);
    assertThat(leased.toJson())
        .isEqualTo(
            """
            {"leases":{"from_memory":985,"held":2,"in_hand":40,"lapsed":3,"requests":1000},"\
            limits":[],"since":"s"}\
            """);
    assertThat(ServiceUsage.parse(leased.toJson())).contains(leased);
    assertThat(ServiceUsage.parse(usage.toJson())).contains(usage);
    assertThat(new String(token.bytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"at":5,"cost":1,"execution":"x","expiry":9,"method":"GET","nonce":"n","route":"\
            /a","service":"search","tenant":"acme"}\
            """);
  }
}
