package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.policy.gateway.AccessLogLine;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The reference run as a person sees it, in one story: what the log says is compared with what the
 * servers say. The tests follow one another. The class that extends this one says on how many
 * gateways.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // each class carries it out
abstract class ReferenceRunCases extends RecoveryCases {
  private static final int PROBES = 500;
  private static final int LEAST_PROBES_EACH = 10;
  private static final int MOST_ASKED = 200;
  private static final int UNGUARDED_ASKS = 30;

  private static EstateObserver witness;
  private static Map<String, String> handWritten = new TreeMap<>();
  private static LabAgent.Ran ran;
  private static JsonNode log;

  /** On an estate of so many gateways. */
  static void carryOut(int gateways) throws Exception {
    scene = LabFixture.upOnce(folder, LabEstate.Size.of(gateways));
    witness = new EstateObserver(scene);
    handWritten = liveFiles();
    ran = scene.agent().run("run", "--json", DemoCommand.REQUEST);
    log = ran.json();
  }

  @Test
  @Order(1)
  void completesInSixSteps() {
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(log.path("result").asText()).isEqualTo("COMPLETED");
    assertThat(log.path("rollback_available").asBoolean()).isTrue();
    assertThat(each(log.path("thought_log")))
        .extracting(step -> step.path("action").asText())
        .containsExactly(
            "Analyzing service topology",
            "Scanning existing rate limit policies",
            "Validating policy coherence",
            "Creating atomic transaction checkpoint",
            "Applying orchestrated policies",
            "Post-deployment validation");
    assertThat(each(log.path("thought_log")))
        .extracting(step -> step.path("step").asInt())
        .containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(each(log.path("thought_log")))
        .extracting(step -> step.path("status").asText())
        .isSubsetOf("OK", "WARNING");
  }

  @Test
  @Order(1)
  void countsToEachStepTheTimeOfWhatIsToldInIt() {
    assertThat(each(log.path("thought_log")))
        .allSatisfy(step ->
            assertThat(each(step.path("records")))
                .allSatisfy(record ->
                    assertThat(record.path("duration_us").asLong())
                        .isLessThanOrEqualTo(
                            Math.round(step.path("duration_ms").asDouble() * 1000))));
  }

  @Test
  @Order(1)
  void saysWhatLimitsAdmitWhileTheClusterIsCut() {
    var coherence = each(log.path("thought_log")).get(2);
    var partition =
        coherence.findParents("check").stream()
            .filter(f -> f.path("check").asText().equals("partition"))
            .filter(f -> f.findValue("node_timeout_ms") != null)
            .toList();

    assertThat(partition).hasSize(1);
    assertThat(partition.getFirst().findValue("node_timeout_ms").asLong()).isEqualTo(2_000);
    assertThat(partition.getFirst().findValue("admits")).isNotEmpty();
  }

  @Test
  @Order(2)
  void printsADocumentOfThePublishedSchema() throws IOException {
    try (var published = ExecutionDocument.class.getResourceAsStream("execution-log.schema.json")) {
      var schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(published, InputFormat.JSON);

      assertThat(schema.validate(ran.out(), InputFormat.JSON)).isEmpty();
    }
  }

  @Test
  @Order(3)
  void sendsProbesThatTheGatewaysLogged() {
    var validation = log.path("validation");
    var logged = new TreeMap<String, List<AccessLogLine>>();
    scene.gateways().forEach(g -> logged.put(g.name(), g.probes(execution())));
    var all = logged.values().stream().flatMap(List::stream).toList();

    assertThat(validation.path("unexpected").asInt()).isZero();
    assertThat(validation.path("requests").asInt()).isEqualTo(PROBES);
    assertThat(all).hasSize(PROBES);
    assertThat(all.stream().filter(l -> l.status() == 204).count())
        .isEqualTo(validation.path("allowed").asLong());
    assertThat(all.stream().filter(l -> l.status() == 429).count())
        .isEqualTo(validation.path("refused").asLong());
    assertThat(logged)
        .hasSize(scene.gateways().size())
        .allSatisfy((_, lines) -> assertThat(lines).hasSizeGreaterThanOrEqualTo(LEAST_PROBES_EACH));
  }

  @Test
  @Order(4)
  void sawEachTenantAdmittedAndRefused() {
    var statuses = new TreeMap<String, List<Integer>>();
    scene.gateways().stream()
        .flatMap(g -> g.probes(execution()).stream())
        .forEach(line ->
            statuses
                .computeIfAbsent(line.host().split("\\.", 2)[0], _ -> new ArrayList<>())
                .add(line.status()));

    assertThat(statuses.keySet()).isEqualTo(tenants());
    assertThat(statuses).allSatisfy((_, seen) -> assertThat(seen).contains(204, 429));
  }

  @Test
  @Order(5)
  void storedACheckpointThatHashesToItsName() throws IOException {
    var checkpoint = log.path("checkpoint");
    String sha256 = checkpoint.path("sha256").asText();
    String name = "checkpoints/" + sha256 + ".json";

    assertThat(checkpoint.path("s3").asText()).endsWith(name);
    assertThat(CanonicalJson.sha256(Files.readAllBytes(scene.object(name)))).isEqualTo(sha256);
    assertThat(scene.keys().json("checkpoint/1").path("sha256").asText()).isEqualTo(sha256);
  }

  @Test
  @Order(6)
  void committedWhatEveryParticipantVotedFor() {
    var active = scene.active();
    String digest = active.path("digest").asText();
    int members = witness.acts().size() + witness.serves().size() + scene.gateways().size();

    assertThat(active.path("epoch").asLong()).isEqualTo(1);
    assertThat(active.path("change").asText()).isEqualTo(execution());
    assertThat(fact("target_digest").asText()).isEqualTo(digest);
    assertThat(record("Asking for votes on epoch 1").path("facts").path("yes").asInt())
        .isEqualTo(members);
    witness.assertEveryoneActsOn(1, digest);
  }

  @Test
  @Order(7)
  void shippedEachRecordOnce() throws Exception {
    var trail = new ExecutionRecords(scene, execution());

    assertThat(trail.streamed()).containsExactlyElementsOf(trail.onDisk());
    assertThat(trail.onDisk()).hasSize(log.path("audit").path("records").asInt());
  }

  @Test
  @Order(8)
  void refusesAClientThatIsOverItsLimit() {
    var gateway = scene.gateways().getFirst();

    var first = gateway.ask("wonka", "/orders/1");
    var refused = gateway.askUntilRefused("wonka", "/orders/1", Map.of());

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.body()).isEqualTo("orders\n");
    assertThat(first.header("RateLimit")).isPresent();
    assertThat(first.header("RateLimit-Policy").orElse("")).contains("q=60", "w=60");
    assertThat(refused.header("Retry-After").map(Integer::parseInt).orElse(0)).isPositive();
    assertThat(refused.header("RateLimit").orElse("")).contains("r=0");
    assertThat(refused.headers()).doesNotContainKeys("x-dc-epoch", "x-dc-rule");
  }

  @Test
  @Order(9)
  void believesNoHeaderThatAClientForges() {
    var gateway = scene.gateways().get(1);
    var forged =
        Map.of(
            "X-DC-Host", "wonka.lab.test",
            "X-DC-Gateway", "gw-01",
            "X-DC-Client", "192.0.2.1",
            "X-DC-Uri", "/orders/1",
            "X-DC-Probe", "1",
            "X-DC-Token", "1",
            "DC-Probe", "1",
            "X-Tenant", "wonka");
    gateway.askUntilRefused("wonka", "/orders/1", Map.of());

    var other = gateway.ask("acme", "/checkout/1", forged);
    var over = gateway.askUntilRefused("wonka", "/orders/1", Map.of("X-DC-Host", "acme.lab.test"));

    assertThat(other.status()).isEqualTo(200);
    assertThat(other.header("X-DC-Probe")).isEmpty();
    assertThat(over.status()).isEqualTo(429);
  }

  @Test
  @Order(10)
  void hasNothingToDoTheSecondTime() {
    var again = scene.run("run", DemoCommand.REQUEST);

    assertThat(again.exit()).as(again.err()).isZero();
    assertThat(again.json().path("result").asText()).isEqualTo("NO_CHANGE");
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(1);
    assertThat(scene.keys().text("epoch")).contains("1");
  }

  @Test
  @Order(10)
  void answersQuestionsOnTheTerminal() {
    assertThat(told("list the limits of globex"))
        .contains("globex/orders: token-bucket, ")
        .doesNotContain("umbrella/");
    assertThat(told("any drift?")).contains("no drift, epoch ");
    assertThat(told("validate umbrella"))
        .contains("umbrella/search: ", "probe", "nothing is wrong");
    var limits = scene.run("run", "scan globex").json().findValue("limits");
    assertThat(limits.get(0).asText()).startsWith("globex/");
  }

  private static String told(String question) {
    var answer = scene.quickAgent(Map.of()).run("run", question);
    assertThat(answer.exit()).as(answer.err()).isZero();
    return answer.out();
  }

  @Test
  @Order(11)
  void putsBackWhatWasThereBeforeTheFirstChange() {
    var back = scene.run("rollback", "last");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(back.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(each(back.json().path("thought_log")))
        .extracting(step -> step.path("detail").asText())
        .anySatisfy(detail -> assertThat(detail).contains("unmanaged"));
    assertThat(liveFiles()).isEqualTo(handWritten);
    witness.assertEveryoneActsOn(2, scene.active().path("digest").asText());
    for (int i = 0; i < UNGUARDED_ASKS; i++) {
      var answer = scene.gateways().getFirst().ask("wonka", "/orders/1");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).doesNotContainKeys("ratelimit", "x-dc-epoch");
    }
  }

  @Test
  @Order(12)
  void takesOverAgain() {
    var again = scene.run("run", DemoCommand.REQUEST);

    assertThat(again.exit()).as(again.err()).isZero();
    witness.assertEveryoneActsOn(3, fact("target_digest").asText());
  }

  @Test
  @Order(13)
  void changesALimitWithoutAReload() {
    var before = workers();

    var set = scene.run("run", "set initech's checkout limit to 60 per minute, burst 10");

    assertThat(set.exit()).as(set.err()).isZero();
    assertThat(set.json().path("epoch").asLong()).isEqualTo(4);
    assertThat(workers()).isEqualTo(before);
    witness.assertEveryoneActsOn(4, scene.active().path("digest").asText());
    var answer = scene.gateways().getLast().ask("initech", "/checkout/1");
    assertThat(answer.header("RateLimit-Policy").orElse("")).contains("q=60", "w=60");
    assertThat(answer.header("RateLimit").orElse("")).contains("r=9");
  }

  @Test
  @Order(14)
  void enforcesTheChangedLimit() {
    var gateway = scene.gateways().getLast();
    long from = System.nanoTime();
    int admitted = 0;
    for (int i = 0; i < MOST_ASKED; i++) {
      admitted += gateway.ask("initech", "/checkout/1").status() == 200 ? 1 : 0;
    }
    long seconds = (System.nanoTime() - from) / 1_000_000_000L + 1;

    assertThat(admitted).isBetween(9, Math.toIntExact(10 + seconds));
  }

  @Test
  @Order(15)
  void goesBackToThePredecessor() {
    String digest = fact("target_digest").asText();

    var back = scene.run("rollback", "last");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(back.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(back.json().path("rollback_of").asText()).isNotEmpty();
    witness.assertEveryoneActsOn(5, digest);
    assertThat(scene.gateways().getLast().ask("initech", "/checkout/1").header("RateLimit-Policy"))
        .hasValueSatisfying(policy -> assertThat(policy).contains("q=120"));
  }

  @Override
  Unguarded unguarded() {
    var gateway = scene.gateways().getFirst();
    return new Unguarded(gateway.name(), gateway.member());
  }

  @Override
  boolean enforces() {
    return scene.gateways().getFirst().ask("acme", "/checkout/1").header("RateLimit").isPresent();
  }

  @Override
  void assertActsOn(long epoch) {
    witness.assertEveryoneActsOn(epoch, scene.active().path("digest").asText());
    assertThat(enforces()).isTrue();
  }

  private static Map<String, String> liveFiles() {
    return scene.gateways().stream()
        .collect(
            Collectors.toMap(
                FolderGatewayProbe::name, FolderGatewayProbe::liveFile, (a, _) -> a, TreeMap::new));
  }

  private static Map<String, Object> workers() {
    return scene.gateways().stream()
        .collect(
            Collectors.toMap(
                FolderGatewayProbe::name, FolderGatewayProbe::workers, (a, _) -> a, TreeMap::new));
  }

  private static Set<String> tenants() {
    return ReferenceScenario.policies().values().stream()
        .flatMap(List::stream)
        .map(p -> p.tenant())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String execution() {
    return log.path("execution_id").asText();
  }

  private static JsonNode fact(String name) {
    return records()
        .map(record -> record.path("facts").path(name))
        .filter(value -> !value.isMissingNode())
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode record(String action) {
    return records()
        .filter(record -> record.path("action").asText().equals(action))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<JsonNode> records() {
    return Stream.concat(
        each(log.path("records")).stream(),
        each(log.path("thought_log")).stream().flatMap(s -> each(s.path("records")).stream()));
  }

  private static List<JsonNode> each(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
