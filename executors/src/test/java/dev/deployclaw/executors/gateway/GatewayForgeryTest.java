package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose digest was made to fit what somebody wrote into it, and that runs. */
class GatewayForgeryTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);

  @TempDir Path root;

  @AutoClose private GatewayEstate estate;
  private EpochSpec first;

  @BeforeEach
  void start() {
    estate = new GatewayEstate(root);
    first = activation(estate.set(), 1);
    estate.ask(new ExecutorCall.Stage(first));
    until(new ExecutorCall.Publish(first));
    until(new ExecutorCall.Converge(first));
  }

  /** Repeats a call, as a change does, until all say yes; else tells what they said. */
  private void until(ExecutorCall call) {
    var said = new AtomicReference<List<MemberReport>>();
    boolean agreed =
        BoundedWait.cameTrue(
            AT_MOST,
            () -> {
              said.set(estate.ask(call));
              return said.get().stream().allMatch(r -> r.answer() == Answer.YES);
            });
    assertThat(agreed).as("%s: %s", call.verb(), said).isTrue();
  }

  @Test
  void agreesWithItselfAndIsNotTheSets() throws Exception {
    String forged = forge(estate.live(0).replace("auth_request /", "# auth_request /"));
    write(0, forged);
    reload(0);

    var scanned = estate.ask(new ExecutorCall.Look("scan", Map.of()));
    var asked = estate.ask(new ExecutorCall.Converge(first));

    assertThat(scanned.getFirst().answer()).isEqualTo(Answer.YES);
    assertThat(scanned.getFirst().facts())
        .containsEntry("managed", true)
        .containsEntry("running", NginxConfigFile.configIn(forged).orElseThrow());
    assertThat(asked.getFirst().answer()).isEqualTo(Answer.NO);
    assertThat(asked.getFirst().reason()).isEqualTo("the live file is not the committed one");
    assertThat(asked.get(1).answer()).isEqualTo(Answer.YES);
  }

  @Test
  void isPutBackByAPublishOfTheSameEpoch() throws Exception {
    String ours = estate.live(0);
    write(0, forge(ours.replace("auth_request /", "# auth_request /")));
    reload(0);

    estate.ask(new ExecutorCall.Publish(first));

    BoundedWait.until("it acts on the epoch again", AT_MOST, () -> answers(0) == Answer.YES);
    assertThat(estate.live(0)).isEqualTo(ours);
  }

  /** Near miss: the same bytes, written by somebody else and read again. */
  @Test
  void isNoForgeryWhereItIsTheSameFile() throws Exception {
    write(0, estate.live(0));
    reload(0);

    BoundedWait.until("it acts on the epoch", AT_MOST, () -> answers(0) == Answer.YES);
  }

  /** A text with the digest of itself, as the renderer would write it. */
  private static String forge(String text) {
    String digest = NginxConfigFile.configIn(text).orElseThrow();
    String blank = text.replace(digest, "");
    String forged =
        blank.replace(
            "\"config\":\"\"",
            "\"config\":\"" + CanonicalJson.sha256(blank.getBytes(StandardCharsets.UTF_8)) + "\"");
    assertThat(NginxConfigFile.isWhole(forged)).isTrue();
    return forged;
  }

  private void write(int gateway, String text) throws Exception {
    Files.writeString(estate.gateway(gateway).folder().resolve("epochs/1/nginx.conf"), text);
  }

  private void reload(int gateway) throws Exception {
    var master = NginxProcess.of(estate.gateway(gateway)).orElseThrow();
    String before = master.marks();
    master.reload();
    BoundedWait.until("the file is read", AT_MOST, () -> renewed(gateway, before));
  }

  private boolean renewed(int gateway, String before) {
    return Collections.disjoint(
        List.of(before.split(" ", -1)), List.of(estate.marks(gateway).split(" ", -1)));
  }

  private Answer answers(int gateway) {
    return estate.ask(new ExecutorCall.Converge(first)).get(gateway).answer();
  }
}
