package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.server.ServerFixture;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who came, left and was turned away, in the signed log of an agent that serves. */
class SignInRecordTest {
  private static final int FORGED = 50;

  @TempDir Path folder;
  @TempDir Path home;

  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.forAgents(folder, ServerFixture.patient());
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void callsSignInsSignOutsAndRefusalsAreRecordedOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(served.get("/v1/executions", VIC).status()).isEqualTo(200);
    }
    var signedIn = console("/console/session", "", "{\"token\": \"" + OLIVIA + "\"}");
    assertThat(signedIn.status()).isEqualTo(200);
    String cookie = signedIn.header("Set-Cookie").replaceFirst(";.*", "");
    assertThat(console("/console/session/end", cookie, "{}", signedIn.text("csrf")).status())
        .isEqualTo(200);
    assertThat(served.post("/v1/thaw", VIC, "").status()).isEqualTo(403);
    for (int i = 0; i < FORGED; i++) {
      assertThat(served.get("/v1/executions", "forged-secret-" + i).status()).isEqualTo(401);
    }

    var events = ended();

    assertThat(shown(events, "began")).hasSize(1);
    assertThat(shown(events, "signed-in"))
        .containsExactly("vic token 127.0.0.1 ", "olivia console 127.0.0.1 ");
    assertThat(shown(events, "calls-on")).containsExactly("olivia session 127.0.0.1 ");
    assertThat(shown(events, "signed-out")).containsExactly("olivia session 127.0.0.1 ");
    assertThat(shown(events, "denied"))
        .containsExactly("vic token 127.0.0.1 it lacks the role operator");
    assertThat(shown(events, "refused"))
        .containsOnly(" token 127.0.0.1 this credential is unknown");
    assertThat(
            events.stream()
                .filter(e -> e.path("event").asText().equals("left-out"))
                .mapToInt(e -> e.path("count").asInt())
                .sum())
        .isEqualTo(FORGED - shown(events, "refused").size())
        .isPositive();
  }

  /** Of all that is below the state folder no file holds one. */
  @Test
  void noRecordHoldsACredential() throws Exception {
    served.get("/v1/executions", OLIVIA);
    served.get("/v1/executions", "forged-secret-1");
    console("/console/session", "", "{\"token\": \"forged-secret-2\"}");

    ended();

    var below = SignInJournal.folder(home.resolve(".deployclaw/state"));
    try (var files = Files.walk(below)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).doesNotContain("forged-secret", OLIVIA);
      }
    }
  }

  @Test
  void aToolThatTheRoleDoesNotOpenIsADenial() throws Exception {
    var asked =
        served
            .request("/mcp", VIC)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", "tools/call")
            .header("Mcp-Name", "run")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run",
                     "arguments": {"request": "block acme"}, "_meta": {
                       "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                       "io.modelcontextprotocol/clientCapabilities": {}}}}
                    """));
    var answer = served.send(asked);
    assertThat(answer.body()).contains("role-missing");

    assertThat(shown(ended(), "denied"))
        .containsExactly("vic mcp  it lacks the role that the tool needs");
  }

  @Test
  void aChangedRecordIsFoundAndExportedAsSuch() throws Exception {
    served.get("/v1/executions", VIC);
    ended();
    var log = JournalFolder.in(SignInJournal.folder(home.resolve(".deployclaw/state")));
    var file = log.records(log.executions().getFirst());
    Files.writeString(file, Files.readString(file).replace("vic", "eve"));
    var screen = new CommandLineFixture(home);

    assertThat(screen.run("audit", "sign-ins")).isEqualTo(9);
    assertThat(screen.out()).contains(log.executions().getFirst() + ": not verified: ");
    assertThat(screen.run("export", "--format", "ocsf")).isEqualTo(9);
    assertThat(screen.out()).contains("\"class_uid\":3002", "doesn't verify");
  }

  @Test
  void sayWhatIsNotThere() throws Exception {
    var screen = new CommandLineFixture(home);
    assertThat(screen.run("audit", "sign-ins")).isZero();
    assertThat(screen.err()).contains("no agent has served from ");
    assertThat(screen.out()).contains("logs: 0 verified, 0 unfinished, 0 not verified");

    ended();

    assertThat(screen.run("audit", "sign-ins", "sign-ins-2001")).isEqualTo(2);
    assertThat(screen.err()).contains("there is no log sign-ins-2001");
    assertThat(screen.run("audit", "sign-ins", "--since", "yesterday")).isEqualTo(2);
    assertThat(screen.err()).contains("\"yesterday\" is no date");
  }

  /** Ends the agent, and gives the events as the command shows them. */
  private List<JsonNode> ended() throws Exception {
    served.close();
    Files.createDirectory(home.resolve(".deployclaw"));
    Files.move(folder.resolve("state"), home.resolve(".deployclaw/state"));
    var screen = new CommandLineFixture(home);
    assertThat(screen.run("audit", "sign-ins", "--json")).as(screen.err()).isZero();
    var out = new ArrayList<JsonNode>();
    screen.json().path("events").forEach(out::add);
    return out;
  }

  private static List<String> shown(List<JsonNode> events, String kind) {
    return events.stream()
        .filter(e -> e.path("event").asText().equals(kind))
        .map(e ->
            "%s %s %s %s"
                .formatted(
                    e.path("who").asText(),
                    e.path("means").asText(),
                    e.path("from").asText(),
                    e.path("reason").asText()))
        .toList();
  }

  private Served.Answer console(String path, String cookie, String body, String... csrf) {
    var request =
        served
            .request(path, "")
            .header("Origin", served.address())
            .header("Content-Type", "application/json");
    if (!cookie.isEmpty()) {
      request.header("Cookie", cookie);
    }
    if (csrf.length > 0) {
      request.header("X-CSRF-Token", csrf[0]);
    }
    return served.send(request.POST(BodyPublishers.ofString(body)));
  }
}
