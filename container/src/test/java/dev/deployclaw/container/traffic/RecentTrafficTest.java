package dev.deployclaw.container.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.RequestAttribution.TenantSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentTrafficTest {
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  @TempDir Path folder;

  @Test
  void withoutAConfiguredLogThereIsNothingToReplay() throws Exception {
    assertThat(impact(List.of(), RecentTraffic.MOST_BYTES)).isInstanceOf(TrafficImpact.NoLog.class);
  }

  @Test
  void theLastHourOfAllLogsIsMergedByTime() throws Exception {
    write("a", 7200, 3600, 20, 1);
    write("b", 3000, 10);
    var logs = List.of(log("a"), log("b"));

    var found = (TrafficImpact.Replayed) impact(logs, RecentTraffic.MOST_BYTES);

    assertThat(found.report().requests()).isEqualTo(5);
    assertThat(found.from()).isEqualTo(micros(3600));
    assertThat(found.to()).isEqualTo(micros(1));
    assertThat(found.report().notes()).as("none is out of order").isEmpty();
    assertThat(found.report().newlyRefused()).as("one a minute: of 20, 10 and 1").isEqualTo(2);
    assertThat(found.notes()).isEmpty();
  }

  /** They would seem idle where others are read. */
  @Test
  void allLogsBeginWhereTheLongestOneIsReadFrom() throws Exception {
    var seconds = new long[1000];
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = 3000L - i;
    }
    write("long", seconds);
    write("short", 3100, 2500, 2);

    var found =
        (TrafficImpact.Replayed)
            impact(List.of(log("long"), log("short")), 100L * line(1).length());

    assertThat(found.from()).isEqualTo(micros(2050));
    assertThat(found.report().requests()).as("50 of the long one, one of the other").isEqualTo(51);
    assertThat(found.notes()).singleElement().asString().contains("long", "only its end");
  }

  @Test
  void aLogThatCanNotBeReadIsSaidAndTheOthersCount() throws Exception {
    write("a", 5);
    Files.createDirectory(folder.resolve("b"));

    var found =
        (TrafficImpact.Replayed)
            impact(List.of(log("a"), log("b"), log("none")), RecentTraffic.MOST_BYTES);

    assertThat(found.report().requests()).isEqualTo(1);
    assertThat(found.notes()).hasSize(2).anyMatch(n -> n.contains("the log of none"));
  }

  @Test
  void foreignLinesAreCountedAndOldLogsAreUnknown() throws Exception {
    write("old", 4000, 3700);
    assertThat(impact(List.of(log("old")), RecentTraffic.MOST_BYTES))
        .isInstanceOf(TrafficImpact.Unknown.class);
    write("mixed", 9);
    Files.writeString(folder.resolve("mixed"), "\u001b[31mgarbage\n", StandardOpenOption.APPEND);

    var found = (TrafficImpact.Replayed) impact(List.of(log("mixed")), RecentTraffic.MOST_BYTES);

    assertThat(found.unreadLines()).isEqualTo(1);
  }

  /** Clients write what they like into a log. */
  @Test
  void noLineEndsTheReplay() throws Exception {
    var odd =
        List.of(
            "*",
            "%",
            "%2",
            "%zz",
            "//",
            "?",
            "/?",
            "#",
            "/%00",
            "..",
            "/../..",
            "/;",
            "\\",
            "é",
            "http://x");
    var out = new StringBuilder();
    for (String uri : odd) {
      out.append(line(9).replace("/x", uri)).append(line(9).replace("acme.test", uri));
      out.append(line(9).replace("GET /x", uri + " " + uri));
      out.append("{\"time\": \"")
          .append(uri)
          .append("\", \"uri\": \"/")
          .append(uri)
          .append("\"}\n");
    }
    Files.writeString(folder.resolve("odd"), out + line(1));

    var found = (TrafficImpact.Replayed) impact(List.of(log("odd")), RecentTraffic.MOST_BYTES);

    assertThat(found.to()).isEqualTo(micros(1));
  }

  /** Tenants of which nothing would be answered otherwise are no rows. */
  @Test
  void aDocumentNamesSomeTenantsAndCountsTheOthers() throws Exception {
    var tenants = new ArrayList<String>();
    for (int i = 0; i < TrafficImpact.MOST_TENANTS + 5; i++) {
      tenants.add("t" + i);
      Files.writeString(
          folder.resolve("many"),
          line(9).replace("acme", "t" + i).repeat(2),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
    tenants.add("quiet");
    var traffic = new RecentTraffic(List.of(log("many")), InstantSource.fixed(NOW));

    var document = traffic.impact(set(tenants, 9), set(tenants, 1)).toMap();

    assertThat((List<?>) document.get("tenants")).hasSize(TrafficImpact.MOST_TENANTS);
    assertThat(document).containsEntry("more_tenants", 5).containsEntry("newly_refused", 25L);
  }

  private TrafficImpact impact(List<AccessLogConfig> logs, long most) throws Exception {
    var acme = List.of("acme");
    return new RecentTraffic(logs, InstantSource.fixed(NOW), most)
        .impact(set(acme, 9), set(acme, 1));
  }

  /** Requests so many seconds ago. */
  private void write(String log, long... ago) throws IOException {
    var out = new StringBuilder();
    for (long seconds : ago) {
      out.append(line(seconds));
    }
    Files.writeString(folder.resolve(log), out);
  }

  private static String line(long ago) {
    return "%d.000 status=200 dc_probe= dc_epoch=1 host=\"acme.test\" dc_execution=\"\" "
            .formatted(NOW.minusSeconds(ago).getEpochSecond())
        + "request=\"GET /x\"\n";
  }

  private static long micros(long ago) {
    return NOW.minusSeconds(ago).toEpochMilli() * 1_000;
  }

  private AccessLogConfig log(String name) {
    var naming = new RequestAttribution(new TenantSource.Host(), List.of());
    return new AccessLogConfig(name, folder.resolve(name), naming);
  }

  private static PolicySet set(List<String> tenants, long requests) {
    var limit = Limit.tokenBucket("all", RequestMatch.ANY, requests, Duration.ofMinutes(1));
    var all =
        tenants.stream()
            .map(t ->
                new TenantPolicy(
                    t,
                    new TreeMap<>(),
                    Optional.empty(),
                    false,
                    BackendFailureMode.ALLOW,
                    List.of(limit)))
            .toList();
    return PolicySet.of(all, List.of(), "");
  }
}
