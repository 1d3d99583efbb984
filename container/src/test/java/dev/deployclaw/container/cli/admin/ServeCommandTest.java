package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps {@code serve} from starting; how it runs is tested where there is an estate. */
class ServeCommandTest {
  private static final String BACK_ENDS =
      """
      etcd: {endpoints: ["http://127.0.0.1:1"]}
      redis: {nodes: ["127.0.0.1:1"]}
      s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:1"}
      """;

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void screen() {
    screen = new CommandLineFixture(folder);
  }

  @Test
  void refusesToStartWhereNobodyCouldCall() {
    screen.write("deployclaw.yaml", BACK_ENDS);

    int exit = screen.run("serve");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("no client could authenticate", "serve.tokensFile");
  }

  @Test
  void refusesToStartOnAnotherAddressThanLoopbackInPlaintext() {
    screen.write(
        "deployclaw.yaml", BACK_ENDS + "serve: {listen: \"0.0.0.0:0\", tokensFile: tokens.yaml}\n");

    int exit = screen.run("serve", "--json");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.json().get("reason").asText()).contains("isn't a loopback address");
  }

  @Test
  void namesWhatIsWrongWithTheTokensBeforeItAsksAnyBackEnd() {
    screen.write("deployclaw.yaml", BACK_ENDS + "serve: {tokensFile: tokens.yaml}\n");
    screen.write("tokens.yaml", "tokens: [{name: ann, sha256: short, roles: [approver]}]");

    int exit = screen.run("serve");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("tokens.yaml:1: tokens[0].sha256: is not a SHA-256 in hex");
    assertThat(folder.resolve(".deployclaw/state")).doesNotExist();
  }

  @Test
  void saysThatTheStateFolderTakesNoFile() {
    screen.write(
        "deployclaw.yaml", BACK_ENDS + "stateDir: taken/state\nserve: {tokensFile: tokens.yaml}\n");
    screen.write(
        "tokens.yaml",
        "tokens: [{name: ann, sha256: %s, roles: [viewer]}]".formatted("0".repeat(64)));
    screen.write("taken", "a file stands where the folder would be");

    int exit = screen.run("serve");

    assertThat(exit).as(screen.err()).isEqualTo(2);
    assertThat(screen.err()).contains("isn't writable", "set stateDir to another");
  }

  @Test
  void warnsOfEachBackEndThatIsOpenToItsNetwork() {
    screen.write(
        "deployclaw.yaml",
        BACK_ENDS.replace("nats://127.0.0.1:1", "nats://192.0.2.1:1")
            + "stateDir: taken/state\nserve: {tokensFile: tokens.yaml}\n");
    screen.write(
        "tokens.yaml",
        "tokens: [{name: ann, sha256: %s, roles: [viewer]}]".formatted("0".repeat(64)));
    screen.write("taken", "so that it ends");

    try (var log = CapturedLog.of(ServeCommand.class)) {
      screen.run("serve");

      assertThat(log.lines())
          .allSatisfy(e -> assertThat(e.getLevel()).isEqualTo(Level.WARN))
          .extracting(ILoggingEvent::getFormattedMessage)
          .satisfiesExactlyInAnyOrder(
              m -> assertThat(m).startsWith("nats.url nats://192.0.2.1:1 is reached in plain text"),
              m ->
                  assertThat(m)
                      .startsWith("nats.url nats://192.0.2.1:1 is reached without a user"));
    }
  }
}
