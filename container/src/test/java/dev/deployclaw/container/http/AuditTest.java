package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.testkit.BoundedWait;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs over HTTP, verified whenever they are shown, and packed for the verifier. */
class AuditTest {
  private static final long SOON = ServerFixture.SOON.toSeconds();

  @TempDir Path folder;

  private FileJournal journal;
  private Served served;
  private HeadSigner signer;

  @BeforeEach
  void start() throws Exception {
    var state = Files.createDirectory(folder.resolve("state"));
    signer = HeadSigner.open(state);
    var bucket = new FakeEstate().ports().objects();
    journal = FileJournal.open(state, LogCopyVerifier.of(state, bucket, signer));
    served = Served.start(folder, ServerFixture.patient(), journal, journal::tail);
    served.world.planner = new GrammarInterpreter();
  }

  @AfterEach
  void stop() {
    served.close();
    journal.close();
  }

  @Test
  void anEndedLogIsVerifiedWithItsKey() {
    String id = ended("apply the policies");

    var log = log(id, "");

    assertThat(log.path("verdict").asText()).as(log.toString()).isEqualTo("verified");
    assertThat(log.path("key").asText()).isEqualTo(signer.publicKey());
    assertThat(log.path("requester").asText()).isEqualTo("olivia");
  }

  @Test
  void aLogThatWasChangedIsShownAsNotVerified() throws Exception {
    String id = ended("apply the policies");
    Path file = file(id);
    Files.writeString(file, Files.readString(file).replace("apply the policies", "apply nothing"));

    var log = log(id, "");

    assertThat(log.path("verdict").asText()).isEqualTo("failed");
    assertThat(log.path("reason").asText()).isNotEmpty();
  }

  @Test
  void aLogWithoutItsSignatureIsNotVerified() throws Exception {
    String id = ended("apply the policies");
    try (var files = Files.list(file(id).getParent())) {
      for (var head : files.filter(f -> f.getFileName().toString().contains("head")).toList()) {
        Files.delete(head);
      }
    }

    assertThat(log(id, "").path("verdict").asText()).isEqualTo("failed");
  }

  @Test
  void logsAreFoundByPersonTenantAndTime() {
    ended("apply the policies");
    String acme = ended("set acme's orders limit to 300 per minute");
    String zenith = ended("set zenith's orders limit to 90 per minute");

    assertThat(found("tenant=acme")).contains(acme).doesNotContain(zenith);
    assertThat(found("person=olivia")).hasSize(3);
    assertThat(found("person=eve")).isEmpty();
    assertThat(found("until=2001-01-01")).isEmpty();
    assertThat(found("limit=1")).containsExactly(zenith);
    assertThat(found("limit=1&after=" + zenith)).containsExactly(acme);
  }

  @Test
  void theChainOfAllEndsIsVerified() {
    ended("apply the policies");

    var chain = served.get("/v1/audit/chain", VIC).json();

    assertThat(chain.path("verdict").asText()).as(chain.toString()).isEqualTo("verified");
    assertThat(chain.path("links").asLong()).isEqualTo(1);
    assertThat(chain.path("here").asLong()).isEqualTo(1);
  }

  @Test
  void signInsAreFoundNewestFirstWithTheVerificationOfTheirLog() {
    served.get("/v1/executions", OLIVIA);
    served.get("/v1/executions", "forged-secret");
    BoundedWait.until(
        "they are recorded",
        ServerFixture.SOON,
        () -> served.get("/v1/audit/sign-ins", VIC).body().contains("refused"));

    var page = served.get("/v1/audit/sign-ins?limit=1", VIC).json();
    var rest = served.get("/v1/audit/sign-ins?after=" + page.path("next").asText(), VIC).json();

    assertThat(page.path("events")).hasSize(1);
    assertThat(rest.path("events").findValuesAsText("event")).contains("signed-in", "began");
    assertThat(rest.at("/logs/0/verdict").asText()).isIn("unfinished", "verified");
    assertThat(rest.path("next").asText()).isEmpty();
    var olivias = served.get("/v1/audit/sign-ins?person=olivia", VIC).json();
    assertThat(olivias.path("events").findValuesAsText("who")).containsExactly("olivia");
    assertThat(served.get("/v1/audit/sign-ins?until=2001-01-01", VIC).json().path("events"))
        .isEmpty();
  }

  /** By the verifier that auditors have, with the key alone. */
  @Test
  void aBundleIsWhatTheVerifierTakes() throws Exception {
    ended("apply the policies");
    ended("set acme's orders limit to 300 per minute");

    var files = new TreeMap<String, byte[]>();
    try (var zip = new ZipInputStream(new ByteArrayInputStream(bundle()), StandardCharsets.UTF_8)) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }

    var verifier = new BundleVerifier(new TrustedKeys(Set.of(signer.publicKey())));
    verifier.chain(
        BundleVerifier.CHAIN, Objects.requireNonNull(files.remove(BundleVerifier.CHAIN)));
    files.forEach(verifier::log);
    assertThat(verifier.logs()).isEqualTo(2);
    assertThat(verifier.findings().values()).allMatch(List::isEmpty);
  }

  /** The work goes on without its caller, so others can't take its place. */
  @Test
  void aBundleKeepsItsPlaceWhenItsCallerHangsUp() throws Exception {
    synchronized (served.world.store) { // the chain can't be read meanwhile
      var calls = List.of(async("/v1/audit/bundle", OLIVIA), async("/v1/audit/bundle", OLIVIA));
      assertThat(first(calls).body()).contains("bundles are being made");
      var connections = served.server.connections();
      int open = connections.size();
      calls.forEach(call -> call.cancel(true));
      BoundedWait.until("it hung up", ServerFixture.SOON, () -> connections.size() < open);

      assertThat(served.get("/v1/audit/bundle", OLIVIA).body()).contains("bundles are being made");
    }
    BoundedWait.until(
        "its place is free",
        ServerFixture.SOON,
        () -> served.get("/v1/audit/bundle", OLIVIA).status() == 200);
  }

  @Test
  void aCallThatWaitsTooLongForItsTurnIsRefused() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> calls;
    synchronized (served.world.store) {
      calls = List.of(async("/v1/audit/bundle", OLIVIA), async("/v1/audit/chain", VIC));
      var refused = first(calls);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("for others");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    }
    for (var call : calls) {
      assertThat(call.get(SOON, SECONDS).statusCode()).isIn(200, 503);
    }
    assertThat(served.get("/v1/audit/chain", VIC).status()).isEqualTo(200);
  }

  private CompletableFuture<HttpResponse<String>> async(String path, String token) {
    return served.client().sendAsync(served.request(path, token).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> first(List<CompletableFuture<HttpResponse<String>>> calls)
      throws Exception {
    CompletableFuture.anyOf(calls.toArray(CompletableFuture[]::new)).get(SOON, SECONDS);
    return calls.stream().filter(CompletableFuture::isDone).findFirst().orElseThrow().join();
  }

  private byte[] bundle() throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var answer =
          client.send(
              served.request("/v1/audit/bundle", OLIVIA).build(), BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Disposition").orElse(""))
          .startsWith("attachment");
      return answer.body();
    }
  }

  private Path file(String id) throws IOException {
    try (var files = Files.walk(folder.resolve("state"))) {
      return files
          .filter(f -> f.getFileName().toString().equals(id + ".jsonl"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Its result is told before its log is signed. */
  private String ended(String request) {
    String id = served.done(request, "COMPLETED");
    BoundedWait.until(
        id + " is signed",
        ServerFixture.SOON,
        () -> log(id, "").path("verdict").asText().equals("verified"));
    return id;
  }

  private JsonNode log(String id, String query) {
    for (var log : logs(query)) {
      if (log.path("execution_id").asText().equals(id)) {
        return log;
      }
    }
    throw new AssertionError("no log of " + id);
  }

  private List<String> found(String query) {
    return logs(query).findValuesAsText("execution_id");
  }

  private JsonNode logs(String query) {
    var answer = served.get("/v1/audit/logs?" + query, VIC);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json().path("logs");
  }
}
