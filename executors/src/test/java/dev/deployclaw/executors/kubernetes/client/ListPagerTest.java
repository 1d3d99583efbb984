package dev.deployclaw.executors.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListPagerTest {
  private static final int MAPS = 120;
  private static final String PATH = "/api/v1/namespaces/edge/configmaps";

  @TempDir Path folder;

  private final ApiServer server = ApiServer.start();
  private KubernetesConnection link;

  @BeforeEach
  void fill() {
    server.rule(asked ->
        asked.path().endsWith("/newer")
            ? Optional.of(Answer.of(Estate.json("{'metadata':{'resourceVersion':'99999'}}")))
            : Optional.empty());
    link = Estate.link(folder, server.url().toString());
    for (int i = 0; i < MAPS; i++) {
      put("m-%03d".formatted(i));
    }
  }

  @AfterEach
  void stop() {
    link.close();
    server.close();
  }

  @Test
  void readsPageByPageAndNeverItemByItem() throws Exception {
    assertThat(all()).hasSize(MAPS);
    assertThat(server.requests()).hasSize(3).allMatch(r -> r.contains("limit=50"));
  }

  @Test
  void beginsAgainWhenAContinueTokenExpired() throws Exception {
    var once = new AtomicInteger();
    server.rule(asked -> {
      if (asked.query().containsKey("continue") && once.getAndIncrement() == 0) {
        put("late");
      }
      return Optional.empty();
    });

    assertThat(all()).hasSize(MAPS + 1).doesNotHaveDuplicates();
  }

  @Test
  void givesUpWhenTokensExpireEachTime() {
    var n = new AtomicInteger();
    server.rule(asked -> {
      if (asked.query().containsKey("continue")) {
        put("late-" + n.getAndIncrement());
      }
      return Optional.empty();
    });

    assertThat(fault()).isInstanceOf(CallFault.Unavailable.class);
    assertThat(fault().reason()).contains("began 5 times");
  }

  @Test
  void asksForANewerListWhenOneIsOlderThanWhatWasSeen() throws Exception {
    var whole = all();
    server.rule(asked ->
        asked.query().containsKey("resourceVersion") || asked.query().containsKey("continue")
            ? Optional.empty()
            : Optional.of(stale()));

    assertThat(all()).isEqualTo(whole);
    assertThat(server.requests().getLast()).contains("continue");
    assertThat(server.requests()).anyMatch(r -> r.contains("resourceVersionMatch=NotOlderThan"));
  }

  @Test
  void neverBelievesAListThatStaysStale() throws Exception {
    var _ = all();
    server.rule(_ -> Optional.of(stale()));

    assertThat(fault()).isInstanceOf(CallFault.Unavailable.class);
    assertThat(fault().reason()).contains("older than what was seen before");
  }

  @Test
  void goesOnWithAClusterThatWasRestoredFromABackup() throws Exception {
    var whole = all();
    seeSomethingNewer();
    server.rule(ListPagerTest::future);

    assertThat(all()).isEqualTo(whole);
    int before = server.requests().size();
    assertThat(all()).as("what was seen is forgotten").isEqualTo(whole);
    assertThat(server.requests().subList(before, server.requests().size()))
        .noneMatch(r -> r.contains("resourceVersion="));
  }

  @Test
  void oneDenialOfAVersionIsNoRestoredBackup() throws Exception {
    var whole = all();
    var denied = new AtomicInteger();
    var stale = new AtomicInteger();
    server.rule(asked -> {
      boolean pinned = asked.query().containsKey("resourceVersion");
      if (pinned) {
        return denied.getAndIncrement() == 0 ? tooLarge() : Optional.empty();
      }
      boolean begins = !asked.query().containsKey("continue");
      return begins && stale.getAndIncrement() < 2 ? Optional.of(stale()) : Optional.empty();
    });

    assertThat(all()).isEqualTo(whole);
    assertThat(denied).hasValue(2);
    assertThat(stale).hasValue(2);
  }

  /** No server has such a version: it waits for its cache, and says so (apiserver's storage). */
  private static Optional<Answer> future(ApiServer.Asked asked) {
    return asked.query().containsKey("resourceVersion") ? tooLarge() : Optional.empty();
  }

  private static Optional<Answer> tooLarge() {
    return Optional.of(
        Answer.refusal(504, "Timeout", "Too large resource version: 99999, current: 121"));
  }

  @Test
  void finishesAListAlthoughSomethingNewerIsSeenMeanwhile() throws Exception {
    server.rule(asked -> {
      if (asked.query().containsKey("continue")) {
        seeSomethingNewer();
      }
      return Optional.empty();
    });

    assertThat(all()).hasSize(MAPS);
  }

  @Test
  void comesAgainWhenTheServerSaysSo() throws Exception {
    var busy = new AtomicInteger(2);
    server.rule(_ ->
        busy.getAndDecrement() > 0
            ? Optional.of(new Answer(429, "Too many requests", Map.of("Retry-After", "0")))
            : Optional.empty());

    assertThat(all()).hasSize(MAPS);
  }

  @Test
  void saysHowLongAnOverloadedServerWantsToBeLeftAlone() {
    server.rule(
        _ -> Optional.of(new Answer(429, "Too many requests", Map.of("Retry-After", "600"))));

    assertThat(fault().reason()).contains("overloaded").contains("to retry in 600 s");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void waitsAsLongAsTheServerSaysWhereTheCallHasTheTime() throws Exception {
    var busy = new AtomicInteger(1);
    server.rule(_ ->
        busy.getAndDecrement() > 0
            ? Optional.of(new Answer(429, "Too many requests", Map.of("Retry-After", "6")))
            : Optional.empty());

    var maps = link.api(Duration.ofMinutes(1)).lists().all(ResourceKind.CONFIG_MAPS, "edge", "");

    assertThat(maps).hasSize(MAPS);
  }

  @Test
  void waitsForNothingThatComesAfterTheEndOfTheCall() throws Exception {
    server.rule(_ -> Optional.of(new Answer(429, "Too many requests", Map.of("Retry-After", "8"))));
    var lists = link.api(Duration.ofSeconds(2)).lists();

    var fault =
        catchThrowableOfType(
            KubernetesException.class, () -> lists.all(ResourceKind.CONFIG_MAPS, "edge", ""));

    assertThat(fault.fault().reason()).contains("to retry in 8 s");
    assertThat(server.requests()).hasSize(1);
  }

  private void seeSomethingNewer() {
    try {
      assertThat(link.api().get(ResourceKind.CONFIG_MAPS, "edge", "newer")).isPresent();
    } catch (KubernetesException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer stale() {
    return Answer.of(Estate.json("{'metadata':{'resourceVersion':'7'},'items':[]}"));
  }

  private List<ConfigMap> all() throws Exception {
    return link.api().lists().all(ResourceKind.CONFIG_MAPS, "edge", "");
  }

  private CallFault fault() {
    return catchThrowableOfType(KubernetesException.class, this::all).fault();
  }

  private void put(String name) {
    server.put(
        PATH + "/" + name,
        "kubectl",
        Estate.json("{'metadata':{'namespace':'edge','name':'%s'}}".formatted(name)));
  }
}
