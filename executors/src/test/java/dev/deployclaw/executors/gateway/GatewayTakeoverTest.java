package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody holds a gateway, and wants what the agent has. */
class GatewayTakeoverTest {
  private static final int VOTES = 400;
  private static final int MOST_VOTES = 5_000;
  private static final String STAGED = "epochs/1/nginx.conf";

  @TempDir Path root;

  @AutoClose private GatewayEstate estate;
  private TakenGateway taken;

  @BeforeEach
  void start() {
    estate = new GatewayEstate(root);
    taken = new TakenGateway(root, estate.gateway(0));
  }

  /** Swaps the staged file for one that loads a module, and back, while votes are cast. */
  @Test
  void swapsTheStagedFileUnderTheVoteAndRunsNothing() throws Exception {
    var first = activation(estate.set(), 1);
    estate.ask(new ExecutorCall.Stage(first));
    String staged = Files.readString(estate.gateway(0).folder().resolve(STAGED));
    var over = new AtomicBoolean();
    var swapper = Thread.ofPlatform().start(() -> swap(staged, over));
    var votes = new EnumMap<Answer, Integer>(Answer.class);
    try {
      for (int i = 0; i < MOST_VOTES && (i < VOTES || votes.size() < 2); i++) {
        votes.merge(one(new ExecutorCall.Prepare(first)).answer(), 1, Integer::sum);
      }
    } finally {
      over.set(true);
      swapper.join();
    }

    System.out.println("votes under a swapper: " + votes);
    assertThat(votes).containsOnlyKeys(Answer.YES, Answer.NO);
    assertThat(taken.wasLoaded()).isFalse();
  }

  @Test
  void findsAFileOfItsOwnNotParsedOnTheWayBack() {
    taken.swap("epochs/0/nginx.conf", taken.loading(estate.handWritten(0)));
    var observed = one(new ExecutorCall.Observe());
    var back = GatewayEstate.restoring(List.of(observed), 1);

    var staged = one(new ExecutorCall.Stage(back));
    var vote = one(new ExecutorCall.Prepare(back));

    assertThat(staged.answer()).isEqualTo(Answer.YES);
    assertThat(vote.answer()).as(vote.reason()).isEqualTo(Answer.YES);
    assertThat(taken.wasLoaded()).isFalse();
  }

  @Test
  void findsTheFileThatItWasAdoptedWithNotParsedEither() {
    taken.swap("epochs/0/nginx.conf", taken.loading(estate.handWritten(0)));
    var back = Activations.back(GatewayEstate.set(estate.gateways().subList(1, 2)), 1);

    var staged = one(new ExecutorCall.Stage(back));
    var vote = one(new ExecutorCall.Prepare(back));

    assertThat(staged.answer()).isEqualTo(Answer.YES);
    assertThat(vote.answer()).as(vote.reason()).isEqualTo(Answer.YES);
    assertThat(taken.wasLoaded()).isFalse();
  }

  /** Whatever the parser were made to do, it is nobody: the parser here says who it is. */
  @Test
  void getsAParserWithoutRightsSecretsOrEnvironment() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can be another user");
    Path secret = Files.writeString(root.resolve("secret"), "hush");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    String who = "id -u; grep -E 'NoNewPrivs|CapPrm' /proc/self/status; cat ";
    var odd = saying(who + secret + "; env; echo $@");
    var first = activation(estate.set(), 1);
    estate.ask(new ExecutorCall.Stage(first));

    var vote = GatewayEstate.ask(odd, new ExecutorCall.Prepare(first)).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason())
        .containsPattern("NoNewPrivs:\\s1")
        .containsPattern("CapPrm:\\s0{13}[04]00\\b")
        .contains("Permission denied")
        .doesNotContain("hush")
        .doesNotContain("\n0\n")
        .doesNotContain(estate.gateway(0).folder().toString());
  }

  @Test
  void isTheParserItself() throws Exception {
    var g = estate.gateway(0);
    Path own = Files.createSymbolicLink(root.resolve("nginx"), g.folder().resolve("nginx"));
    Files.copy(g.binary(), g.folder().resolve("nginx"));
    var misled = GatewayEstate.executor(List.of(GatewayEstate.started(g, own)));
    var first = activation(estate.set(), 1);
    estate.ask(new ExecutorCall.Stage(first));

    var vote = GatewayEstate.ask(misled, new ExecutorCall.Prepare(first)).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("program is in the gateway's own folder");
  }

  @Test
  void showsASecretOfTheAgentsInsteadOfItsFile() throws Exception {
    Path secret = Files.writeString(root.resolve("secret"), "hush");
    Path live = estate.gateway(0).folder().resolve("epochs/0/nginx.conf");
    Files.delete(live);
    Files.createSymbolicLink(live, secret);

    var observed = one(new ExecutorCall.Observe());
    var scanned = one(new ExecutorCall.Look("scan", Map.of()));

    assertThat(observed.toString() + scanned).doesNotContain("hush");
    assertThat(observed.answer()).isNotEqualTo(Answer.YES);
    assertThat(observed.reason()).contains("epochs/0/nginx.conf: is a link");
  }

  @Test
  void putsAPipeInPlaceOfTheStagedFile() throws Exception {
    var first = activation(estate.set(), 1);
    estate.ask(new ExecutorCall.Stage(first));
    Path staged = estate.gateway(0).folder().resolve(STAGED);
    Files.delete(staged);
    var _ = CommandRunner.of("mkfifo", staged.toString()).must();

    var vote = one(new ExecutorCall.Prepare(first));

    assertThat(vote.answer()).isNotEqualTo(Answer.YES);
    assertThat(vote.reason()).contains("nginx.conf: isn't a regular file");
  }

  private void swap(String staged, AtomicBoolean over) {
    String loading = taken.loading(staged);
    while (!over.get()) {
      taken.swap(STAGED, loading);
      taken.swap(STAGED, staged);
    }
  }

  private FileGatewayExecutor saying(String words) throws IOException {
    Path binary = Files.writeString(root.resolve("says"), "#!/bin/sh\n" + words + "\nexit 1\n");
    Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
    return GatewayEstate.executor(List.of(GatewayEstate.started(estate.gateway(0), binary)));
  }

  private MemberReport one(ExecutorCall call) {
    return GatewayEstate.ask(GatewayEstate.executor(List.of(estate.gateway(0))), call).getFirst();
  }
}
