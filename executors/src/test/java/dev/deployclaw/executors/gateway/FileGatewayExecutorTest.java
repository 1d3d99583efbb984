package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static dev.deployclaw.executors.gateway.GatewayEstate.restoring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileGatewayExecutorTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);

  @TempDir Path root;

  @AutoClose private GatewayEstate estate;

  @BeforeEach
  void start() {
    estate = new GatewayEstate(root);
  }

  @Test
  void bringsAnEpochToEveryGateway() throws IOException {
    var first = activation(estate.set(), 1);

    assertThat(estate.ask(new ExecutorCall.Stage(first))).allSatisfy(r -> isYes(r, first));
    assertThat(estate.target(0)).isEqualTo("epochs/0");
    assertThat(estate.ask(new ExecutorCall.Prepare(first)))
        .hasSize(3)
        .allSatisfy(r -> isYes(r, first));
    assertThat(estate.ask(new ExecutorCall.Converge(first)))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.NO);
    assertThat(estate.ask(new ExecutorCall.Publish(first)))
        .allSatisfy(r -> assertThat(r.facts()).containsEntry("changed", true));

    awaitConverged(first);
    assertThat(estate.target(0)).isEqualTo("epochs/1");
    assertThat(answer(0).status()).isEqualTo(204);
    assertThat(estate.ask(look("scan"))).extracting(MemberReport::answer).containsOnly(Answer.YES);
  }

  @Test
  void doesNotReloadForAFileThatRunsAlready() {
    activate(activation(estate.set(), 1));
    String workers = estate.marks(0);
    var second = activation(estate.set(tenant()), 2);

    stage(second);
    var published = estate.ask(new ExecutorCall.Publish(second));

    assertThat(published).allSatisfy(r -> assertThat(r.facts()).containsEntry("changed", false));
    awaitConverged(second);
    assertThat(estate.target(0)).isEqualTo("epochs/2");
    assertThat(estate.marks(0)).isEqualTo(workers);
  }

  @Test
  void putsBackTheFilesThatWereFound() throws IOException {
    var observed = estate.ask(new ExecutorCall.Observe());
    String found = estate.handWritten(1);
    activate(activation(estate.set(), 1));
    String workers = estate.marks(1);

    activate(restoring(observed, 2));

    assertThat(estate.live(1)).isEqualTo(found);
    assertThat(estate.marks(1)).isNotEqualTo(workers);
    assertThat(answer(1).body()).isEqualTo("hand");
  }

  @Test
  void reloadsWhenItDiedBetweenLinkAndSignal() throws Exception {
    var first = activation(estate.set(), 1);
    stage(first);
    new EpochFolder(estate.gateway(0).folder()).switchTo(new FenceMark(0, 1));

    estate.ask(new ExecutorCall.Publish(first));

    awaitConverged(first);
  }

  @Test
  void namesTheGatewayWhoseParserRefusesTheFile() {
    var gateways = new ArrayList<>(estate.gateways());
    var odd = gateways.get(1);
    gateways.set(1, estate.gateway(odd.name(), odd.folder(), "127.0.0.1:99999"));
    var executor = GatewayEstate.executor(gateways);
    var first = activation(estate.set(), 1);
    GatewayEstate.ask(executor, new ExecutorCall.Stage(first));

    var votes = GatewayEstate.ask(executor, new ExecutorCall.Prepare(first));

    assertThat(votes)
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.NO, Answer.YES);
    assertThat(votes.get(1).reason()).contains("refuses the file").contains("99999");
  }

  @Test
  void asksTheParserUnlessTheGatewayRunsByThisVeryFile() throws IOException {
    activate(activation(estate.set(), 1));
    var second = activation(estate.set(tenant()), 2);
    stage(second);
    var edited = estate.gateway(1).folder().resolve("epochs/1/nginx.conf");
    Files.writeString(edited, Files.readString(edited) + "# edited\n");

    var votes = GatewayEstate.ask(estate.refusing(), new ExecutorCall.Prepare(second));

    assertThat(votes)
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.NO, Answer.YES);
    assertThat(votes.get(1).reason()).contains("refuses the file");
  }

  /** As the kernel ends one behind the wall of the executor host. */
  @Test
  void namesAParserThatTheKernelEndedAsAViolation() throws IOException {
    var first = activation(estate.set(), 1);
    stage(first);
    var program = Files.createTempFile("parser", "");
    Files.writeString(program, "#!/bin/sh\nkill -SYS $$\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("r-xr-xr-x"));

    var votes = GatewayEstate.ask(estate.parsing(program), new ExecutorCall.Prepare(first));
    Files.delete(program);

    assertThat(votes)
        .hasSize(3)
        .allSatisfy(vote -> {
          assertThat(vote.answer()).isEqualTo(Answer.NO);
          assertThat(vote.violated()).isTrue();
          assertThat(vote.reason()).contains("system call", "(SIGSYS)");
        });
  }

  @Test
  void votesNoForAFileThatWasChangedOrNeverStaged() throws IOException {
    var first = activation(estate.set(), 1);
    stage(first);
    var file = estate.gateway(0).folder().resolve("epochs/1/nginx.conf");
    Files.writeString(file, Files.readString(file) + "# edited\n");
    new EpochFolder(estate.gateway(1).folder()).delete(1);

    var votes = estate.ask(new ExecutorCall.Prepare(first));

    assertThat(votes)
        .extracting(MemberReport::answer)
        .containsExactly(Answer.NO, Answer.NO, Answer.YES);
  }

  @Test
  void reportsAGatewayThatIsNotThere() {
    estate.nginx(2).close();
    var first = activation(estate.set(), 1);
    stage(first);

    assertThat(estate.ask(look("topology")).getLast().answer()).isEqualTo(Answer.NO);
    assertThat(estate.ask(new ExecutorCall.Observe()).getLast().answer()).isEqualTo(Answer.YES);
    assertThat(estate.ask(new ExecutorCall.Prepare(first)).getLast().answer())
        .isEqualTo(Answer.UNKNOWN);
    assertThat(estate.ask(new ExecutorCall.Publish(first)).getLast().answer())
        .isEqualTo(Answer.UNKNOWN);
    assertThat(estate.ask(new ExecutorCall.Converge(first)).getLast().answer())
        .isEqualTo(Answer.NO);
  }

  @Test
  void saysHowToSetUpAGatewayWithoutALink() throws IOException {
    Files.delete(estate.gateway(0).folder().resolve("live"));

    var observed = estate.ask(new ExecutorCall.Observe()).getFirst();
    var staged = estate.ask(new ExecutorCall.Stage(activation(estate.set(), 1))).getFirst();

    assertThat(observed.answer()).isEqualTo(Answer.NO);
    assertThat(observed.reason()).contains("link live to epochs/0");
    assertThat(staged.answer()).isEqualTo(Answer.NO);
  }

  @Test
  void neverSignalsAProcessOfAnotherGateway() throws IOException {
    var first = activation(estate.set(), 1);
    stage(first);
    String others = estate.marks(1);
    Files.copy(
        estate.gateway(1).pidFile(),
        estate.gateway(0).pidFile(),
        StandardCopyOption.REPLACE_EXISTING);

    var published =
        GatewayEstate.ask(
            GatewayEstate.executor(List.of(estate.gateway(0))), new ExecutorCall.Publish(first));

    assertThat(published)
        .singleElement()
        .extracting(MemberReport::answer)
        .isEqualTo(Answer.UNKNOWN);
    assertThat(estate.marks(1)).isEqualTo(others);
  }

  @Test
  void refusesToGoBackToAnEarlierEpoch() {
    activate(activation(estate.set(), 5));

    var stale = estate.ask(new ExecutorCall.Publish(activation(estate.set(), 4)));

    assertThat(stale).extracting(MemberReport::answer).containsOnly(Answer.UNKNOWN);
    assertThat(stale.getFirst().reason()).contains("a newer leader", "the later epoch 5 is live");
    assertThat(estate.target(0)).isEqualTo("epochs/5");
  }

  @Test
  void discardsWhatIsNotLive() {
    activate(activation(estate.set(), 1));
    stage(activation(estate.set(), 2));

    assertThat(estate.ask(new ExecutorCall.Discard(2)))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
    assertThat(estate.ask(new ExecutorCall.Discard(2)))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
    assertThat(estate.ask(new ExecutorCall.Discard(1)))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.NO);
    assertThat(estate.ask(new ExecutorCall.Discard(0)))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.NO);
    assertThat(estate.gateway(0).folder().resolve("epochs/2")).doesNotExist();
  }

  @Test
  void tellsTheMarksOfWhoWasThereLast() throws IOException {
    assertThat(estate.ask(look("marks")).getFirst().facts()).containsEntry("epoch", 0L);

    activate(activation(estate.set(), 3));
    assertThat(estate.ask(look("marks")).getFirst().facts()).containsEntry("epoch", 3L);

    Files.writeString(estate.gateway(0).folder().resolve("fence"), "9 5");
    assertThat(estate.ask(look("marks")).getFirst().facts())
        .containsEntry("epoch", 5L)
        .containsEntry("term", 9L);
  }

  @Test
  void seesAFileThatSomebodyChangedBehindItsBack() throws IOException {
    activate(activation(estate.set(), 1));
    var file = estate.gateway(0).folder().resolve("epochs/1/nginx.conf");
    Files.writeString(file, Files.readString(file).replace("auth_request ", "# auth_request "));

    var scanned = estate.ask(look("scan")).getFirst();
    var converged = estate.ask(new ExecutorCall.Converge(activation(estate.set(), 1))).getFirst();

    assertThat(scanned.facts()).containsEntry("managed", false);
    assertThat(converged.answer()).isEqualTo(Answer.NO);
  }

  @Test
  void saysWhichEpochsItKeeps() throws IOException {
    activate(activation(estate.set(), 1));
    Files.createDirectories(estate.gateway(0).folder().resolve("epochs/9"));
    Files.createDirectories(estate.gateway(0).folder().resolve("epochs/notes"));

    assertThat(estate.ask(look("scan")).getFirst().facts())
        .containsEntry("kept", Map.of("0", "epochs/0", "1", "epochs/1", "9", "epochs/9"));
  }

  @Test
  void reloadsAGatewayWhoseFileWasChangedButNamesTheDigestStill() throws Exception {
    activate(activation(estate.set(), 1));
    var file = estate.gateway(0).folder().resolve("epochs/1/nginx.conf");
    Files.writeString(file, Files.readString(file).replace("auth_request ", "# auth_request "));
    String before = estate.marks(0);
    NginxProcess.of(estate.gateway(0)).orElseThrow().reload();
    BoundedWait.until(
        "the change is read",
        AT_MOST,
        () -> Collections.disjoint(split(before), split(estate.marks(0))));
    String changed = estate.marks(0);

    activate(activation(estate.set(tenant()), 2));

    assertThat(split(estate.marks(0))).doesNotContainAnyElementsOf(split(changed));
  }

  private void activate(EpochSpec activation) {
    stage(activation);
    assertThat(estate.ask(new ExecutorCall.Prepare(activation)))
        .allSatisfy(r -> isYes(r, activation));
    assertThat(estate.ask(new ExecutorCall.Publish(activation)))
        .allSatisfy(r -> isYes(r, activation));
    awaitConverged(activation);
  }

  private void stage(EpochSpec activation) {
    assertThat(estate.ask(new ExecutorCall.Stage(activation)))
        .allSatisfy(r -> isYes(r, activation));
  }

  private void awaitConverged(EpochSpec activation) {
    BoundedWait.until(
        "all gateways act on epoch " + activation.epoch(),
        AT_MOST,
        () ->
            estate.ask(new ExecutorCall.Converge(activation)).stream()
                .allMatch(r -> r.answer() == Answer.YES));
  }

  private OneShotHttpClient.Answer answer(int index) throws IOException {
    URI url = estate.gateway(index).url();
    return new OneShotHttpClient(url, AT_MOST, Optional.empty())
        .send("GET", "/search", Map.of("Host", "acme.test"));
  }

  private static List<String> split(String marks) {
    return List.of(marks.split(" ", -1));
  }

  private static ExecutorCall look(String verb) {
    return new ExecutorCall.Look(verb, Map.of());
  }

  private static void isYes(MemberReport report, EpochSpec activation) {
    assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
    assertThat(report.digest()).isEqualTo(activation.digest());
  }

  private static TenantPolicy tenant() {
    return new TenantPolicy(
        "acme", new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, List.of());
  }
}
