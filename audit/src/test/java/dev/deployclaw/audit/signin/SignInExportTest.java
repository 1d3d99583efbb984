package dev.deployclaw.audit.signin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.ExportTotals;
import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.audit.export.LogExport.Order;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.core.fake.FakeObjectStore;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sign-ins against the published rules of OCSF's class Authentication. */
class SignInExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @TempDir Path state;

  private final ExportTotals totals = new ExportTotals();

  @BeforeEach
  void record() {
    var sealer = new HashChainSealer(SecretRedactor.of(List.of()));
    var parts =
        new SignInJournal.Parts(
            state, HeadSigner.open(state), new FakeObjectStore(), sealer, "agent@host");
    try (var journal = SignInJournal.open(parts, NOON)) {
      for (var kind : Kind.values()) {
        journal.write(new SignInEvent(kind, "olivia", "oidc", "2001:db8::7", "", 1), NOON);
      }
      var forged = SignInEvent.of(Kind.REFUSED, "", "token", "10.6.6.6").because("it is unknown");
      journal.write(forged, NOON);
      journal.write(SignInEvent.of(Kind.SIGNED_IN, "root", "peer", "agent.sock"), NOON);
      journal.turn(NOON.plus(Duration.ofHours(1)));
    }
  }

  @Test
  void eachEventFitsItsClass() throws IOException {
    var events = events(ExportPeriod.ALL);

    assertThat(events).hasSize(Kind.values().length + 3);
    var schema = schema();
    for (var event : events) {
      assertThat(schema.validate(event.toString(), InputFormat.JSON)).isEmpty();
      assertThat(event.at("/class_uid").asInt()).isEqualTo(3002);
      assertThat(event.at("/type_uid").asInt())
          .isEqualTo(300_200 + event.at("/activity_id").asInt());
      assertThat(event.at("/unmapped/verified").asBoolean()).isTrue();
      assertThat(event.at("/unmapped/record_hash")).isEqualTo(event.at("/raw_data_hash/value"));
    }
    assertThat(events.stream().map(e -> e.at("/metadata/uid").asText())).doesNotHaveDuplicates();
    assertThat(totals.all()).isZero();
  }

  @Test
  void aSignInARefusalAndASignOutAreTold() throws IOException {
    var in = event("signed-in");
    assertThat(in.at("/activity_name").asText()).isEqualTo("Logon");
    assertThat(in.at("/status").asText()).isEqualTo("Success");
    assertThat(in.at("/user/name").asText()).isEqualTo("olivia");
    assertThat(in.at("/auth_protocol").asText()).isEqualTo("OpenID");
    assertThat(in.at("/src_endpoint/ip").asText()).isEqualTo("2001:db8::7");
    assertThat(event("signed-out").at("/activity_name").asText()).isEqualTo("Logoff");

    var all = events(ExportPeriod.ALL);
    var forged = all.get(all.size() - 2);
    assertThat(forged.at("/status").asText()).isEqualTo("Failure");
    assertThat(forged.at("/status_detail").asText()).isEqualTo("it is unknown");
    assertThat(forged.at("/user/name").asText()).isEqualTo("unknown");
    var peer = all.getLast();
    assertThat(peer.at("/src_endpoint/name").asText()).isEqualTo("agent.sock");
    assertThat(peer.at("/is_remote").asBoolean()).isFalse();
  }

  @Test
  void aLogThatDoesNotVerifyIsAnEventOfItsOwnInEachPeriod() throws Exception {
    var folder = JournalFolder.in(SignInJournal.folder(state));
    var file = folder.records(folder.executions().getFirst());
    Files.writeString(file, Files.readString(file).replace("olivia", "mallory"));

    var events = events(ExportPeriod.month("2001-01"));

    assertThat(events).hasSize(1);
    assertThat(schema().validate(events.getFirst().toString(), InputFormat.JSON)).isEmpty();
    assertThat(events.getFirst().at("/message").asText()).contains("doesn't verify");
    assertThat(events.getFirst().at("/severity_id").asInt()).isEqualTo(4);
    assertThat(totals.count(LogVerdict.Kind.FAILED)).isEqualTo(1);
  }

  private JsonNode event(String code) throws IOException {
    return events(ExportPeriod.ALL).stream()
        .filter(e -> e.at("/metadata/event_code").asText().equals(code))
        .findFirst()
        .orElseThrow();
  }

  private List<JsonNode> events(ExportPeriod period) throws IOException {
    var out = new StringWriter();
    try (var reader = SignInReader.open(state, Set.of(), new FakeObjectStore()).orElseThrow()) {
      new SignInExport(reader).write(new Order(Format.OCSF, period, NOON), out, totals);
    }
    var events = new ArrayList<JsonNode>();
    for (String line : out.toString().lines().toList()) {
      events.add(JSON.readTree(line));
    }
    return events;
  }

  private static Schema schema() throws IOException {
    try (var in = SignInExportTest.class.getResourceAsStream("/ocsf/ocsf-1.8.0.schema.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Objects.requireNonNull(in), InputFormat.JSON);
    }
  }
}
