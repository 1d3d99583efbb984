package dev.deployclaw.executors.kubernetes.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written back goes over nobody's hands. */
class ConfigMapSourceWriterTest {
  private static final String PATH = "/api/v1/namespaces/edge/configmaps/limits";
  private static final String MEMBER = "configmap/edge/limits:acme.yaml";
  private static final WriteBackMode OVER_KUBECTL =
      new WriteBackMode.Source(List.of("kubectl-create"));

  @TempDir Path folder;

  private final ApiServer server = ApiServer.start();
  private KubernetesConnection link;
  private Duration deadline = Duration.ofMinutes(1);

  @BeforeEach
  void fill() {
    link = Estate.link(folder, server.url().toString());
    server.put(
        "/api/v1/namespaces/edge",
        "kubectl",
        Estate.json("{'metadata':{'name':'edge'},'status':{'phase':'Active'}}"));
    server.put(
        PATH,
        "kubectl-create",
        Estate.json(
            "{'metadata':{'namespace':'edge','name':'limits'},'data':{'acme.yaml':'a: 1','b':'c'}}"));
  }

  @AfterEach
  void stop() {
    link.close();
    server.close();
  }

  @Test
  void writesOneKeyUnderOurOwnNameAndReadsItBack() {
    var written = write(OVER_KUBECTL, "a: 2\n");
    var again = write(OVER_KUBECTL, "a: 2\n");

    assertThat(written.answer()).as(written.reason()).isEqualTo(Answer.YES);
    assertThat(again.answer()).as("its own key, repeated").isEqualTo(Answer.YES);
    assertThat(text()).isEqualTo("a: 2\n");
    assertThat(server.object(PATH).orElseThrow().at("/data/b").asText()).isEqualTo("c");
    assertThat(read(OVER_KUBECTL).facts())
        .hasEntrySatisfying("changed_by", by -> assertThat((String) by).startsWith("deployclaw at"))
        .containsEntry("write_back", "configmap");
  }

  @Test
  void neverWritesAKeyOfAnotherFieldManagerButSaysWhatToWrite() {
    server.edit(PATH, "argocd-controller", o -> o.withObject("/data").put("acme.yaml", "a: 3"));

    var left = write(OVER_KUBECTL, "a: 2\n");

    assertThat(left.answer()).isEqualTo(Answer.NO);
    assertThat(left.reason())
        .startsWith("the field manager argocd-controller at ")
        .endsWith("owns it: change it there, or name argocd-controller in takesOver");
    assertThat((String) left.facts().get("patch"))
        .contains("kubectl patch configmap limits -n edge", "  \"acme.yaml\": |\n    a: 2\n");
    assertThat(text()).isEqualTo("a: 3");
  }

  @Test
  void anotherFieldManagersOtherKeyIsNoObstacle() {
    server.edit(PATH, "argocd-controller", o -> o.withObject("/data").put("b", "d"));

    assertThat(write(OVER_KUBECTL, "a: 2\n").answer()).isEqualTo(Answer.YES);
    assertThat(server.object(PATH).orElseThrow().at("/data/b").asText()).isEqualTo("d");
  }

  @Test
  void withoutTakingOverNobodysKeyIsWritten() {
    var left = write(new WriteBackMode.Source(List.of()), "a: 2\n");

    assertThat(left.answer()).isEqualTo(Answer.NO);
    assertThat(left.reason()).contains("kubectl-create");
  }

  @Test
  void aServerThatPutsItOffBeyondTheCallsEndIsAskedOnce() {
    var edit = edit(OVER_KUBECTL, "a: 2\n");
    var writes = new AtomicInteger();
    server.rule(asked -> {
      if (!asked.method().equals("PATCH")) {
        return Optional.empty();
      }
      writes.incrementAndGet();
      return Optional.of(
          new ApiServer.Answer(429, "Too many requests", Map.of("Retry-After", "4")));
    });
    deadline = Duration.ofSeconds(3);

    var left = execute(OVER_KUBECTL, new ExecutorCall.WriteBack(List.of(edit)));

    assertThat(left.answer()).as(left.reason()).isNotEqualTo(Answer.YES);
    assertThat(writes.get()).isEqualTo(1);
    assertThat(text()).isEqualTo("a: 1");
  }

  @Test
  void anEditBetweenTheLookAndTheWriteIsNotOverwritten() {
    var writes = new AtomicInteger();
    server.rule(asked -> {
      if (asked.method().equals("PATCH") && writes.incrementAndGet() == 1) {
        server.edit(PATH, "kubectl-edit", o -> o.withObject("/data").put("acme.yaml", "a: 9"));
      }
      return Optional.empty();
    });

    var left = write(OVER_KUBECTL, "a: 2\n");

    assertThat(writes.get()).isEqualTo(1);
    assertThat(left.answer()).isEqualTo(Answer.NO);
    assertThat(left.reason()).startsWith("it was changed just now, by kubectl-edit at ");
    assertThat(text()).isEqualTo("a: 9");
  }

  @Test
  void aLabelThatChangesMeanwhileOnlyStartsItAgain() {
    var writes = new AtomicInteger();
    server.rule(asked -> {
      if (asked.method().equals("PATCH") && writes.incrementAndGet() == 1) {
        server.edit(PATH, "somebody", o -> o.withObject("/metadata/labels").put("x", "y"));
      }
      return Optional.empty();
    });

    assertThat(write(OVER_KUBECTL, "a: 2\n").answer()).isEqualTo(Answer.YES);
    assertThat(writes.get()).isEqualTo(2);
  }

  @Test
  void whatMayNotBeWrittenIsSaidWithItsPatch() {
    server.rule(asked ->
        asked.method().equals("PATCH")
            ? Optional.of(
                ApiServer.Answer.refusal(403, "Forbidden", "User \"a\" cannot patch resource"))
            : Optional.empty());

    var left = write(OVER_KUBECTL, "a: 2\n");

    assertThat(left.answer()).isEqualTo(Answer.NO);
    assertThat(left.reason())
        .contains("may not patch configmaps limits in edge", "verbs: [\"patch\"]");
    assertThat(left.facts()).containsKey("patch");
  }

  @Test
  void aWriteWithoutAnAnswerIsUnknown() {
    server.rule(asked ->
        asked.method().equals("PATCH")
            ? Optional.of(ApiServer.Answer.refusal(500, "InternalError", "no leader"))
            : Optional.empty());

    assertThat(write(OVER_KUBECTL, "a: 2\n").answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void listsASourceOnceHoweverManyKeysAreWritten() {
    var first = edit(OVER_KUBECTL, "a: 2\n");
    var other = new Edit("x-1", "configmap/edge/limits:b", digest("c"), "d: 1\n");
    var lists = new AtomicInteger();
    server.rule(asked -> {
      if (asked.method().equals("GET") && asked.path().endsWith("/configmaps")) {
        lists.incrementAndGet();
      }
      return Optional.empty();
    });

    var outcome = outcome(OVER_KUBECTL, new ExecutorCall.WriteBack(List.of(first, other)));

    assertThat(((CallOutcome.Done) outcome).reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.YES);
    assertThat(text()).isEqualTo("a: 2\n");
    assertThat(server.object(PATH).orElseThrow().at("/data/b").asText()).isEqualTo("d: 1\n");
    assertThat(lists.get()).isEqualTo(1);
  }

  @Test
  void aSourceThatCantBeListedIsAskedOnce() {
    var edit = edit(OVER_KUBECTL, "a: 2\n");
    var other = new Edit("x-1", "configmap/edge/limits:b", digest("c"), "d: 1\n");
    var lists = new AtomicInteger();
    server.rule(asked -> {
      if (asked.path().endsWith("/configmaps")) {
        lists.incrementAndGet();
        return Optional.of(ApiServer.Answer.refusal(403, "Forbidden", "cannot list resource"));
      }
      return Optional.empty();
    });

    var outcome = outcome(OVER_KUBECTL, new ExecutorCall.WriteBack(List.of(edit, other)));

    assertThat(((CallOutcome.Done) outcome).reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.NO, Answer.NO);
    assertThat(lists.get()).isEqualTo(1);
    assertThat(text()).isEqualTo("a: 1");
  }

  @Test
  void aRefusalToReadBackIsNoRefusalToWrite() {
    var edit = edit(OVER_KUBECTL, "a: 2\n");
    var written = new AtomicBoolean();
    server.rule(asked -> {
      written.compareAndSet(false, asked.method().equals("PATCH"));
      return written.get() && asked.method().equals("GET")
          ? Optional.of(
              ApiServer.Answer.refusal(403, "Forbidden", "User \"a\" cannot get resource"))
          : Optional.empty();
    });

    var done = execute(OVER_KUBECTL, new ExecutorCall.WriteBack(List.of(edit)));

    assertThat(done.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(done.reason()).startsWith("it was written, but can't be read back: ");
    assertThat(done.facts()).doesNotContainKey("patch");
    assertThat(text()).isEqualTo("a: 2\n");
  }

  @Test
  void aPatchFileTouchesNothingInTheCluster() {
    var done = write(new WriteBackMode.Patch(folder.resolve("patches")), "a: 2\n");

    assertThat(done.answer()).as(done.reason()).isEqualTo(Answer.YES);
    assertThat(folder.resolve("patches/x-1-configmap_edge_limits_acme.yaml")).exists();
    assertThat(text()).isEqualTo("a: 1");
  }

  private String text() {
    return server.object(PATH).orElseThrow().at("/data/acme.yaml").asText();
  }

  private MemberReport write(WriteBackMode how, String text) {
    return execute(how, new ExecutorCall.WriteBack(List.of(edit(how, text))));
  }

  private Edit edit(WriteBackMode how, String text) {
    return new Edit("x-1", MEMBER, read(how).digest(), text);
  }

  private static String digest(String text) {
    return CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  private MemberReport read(WriteBackMode how) {
    return execute(how, new ExecutorCall.Look("read", Map.of()));
  }

  private MemberReport execute(WriteBackMode how, ExecutorCall call) {
    return outcome(how, call) instanceof CallOutcome.Done done
        ? done.reports().getFirst()
        : MemberReport.unknown("", "no answer");
  }

  private CallOutcome outcome(WriteBackMode how, ExecutorCall call) {
    var source = new ConfigMapSource("edge", "", List.of("*"), how);
    var invocation = new Invocation("sources", call, FencingToken.NONE, deadline);
    try {
      return new ConfigMapSourceExecutor(link, List.of(source)).execute(invocation);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
