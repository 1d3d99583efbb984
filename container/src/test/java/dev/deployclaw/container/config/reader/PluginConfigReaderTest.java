package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.grant.OperationAllowlist;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginConfigReaderTest {
  private static final String SIX =
      "{observe: observe, stage: stage, prepare: stage, publish: activate, converge: observe,"
          + " discard: destroy}";

  @TempDir Path folder;

  @Test
  void readsAParticipant() throws Exception {
    var plugin =
        read(
            """
            plugins:
              - name: limits-file
                program: plugins/limits_file.py
                sha256: %1$s
                files: {plugins/helper.py: %1$s}
                arguments: [plugins/helper.py, --member, shop]
                operations: %2$s
                members: [shop]
                start: 5s
                rights: {user: 7, read: [/usr/lib], write: [limits], execute: [/bin/sh], connect: [81, 82]}
            """
                .formatted("a".repeat(64), SIX));

    assertThat(plugin.program().path()).isEqualTo(folder.resolve("plugins/limits_file.py"));
    assertThat(plugin.program().files()).containsOnlyKeys(folder.resolve("plugins/helper.py"));
    assertThat(plugin.program().arguments())
        .as("a hashed file stands with its path")
        .isEqualTo(List.of(folder.resolve("plugins/helper.py").toString(), "--member", "shop"));
    assertThat(plugin.operations()).hasSize(6).containsEntry("publish", "activate");
    assertThat(plugin.members()).containsExactly("shop");
    assertThat(plugin.start()).isEqualTo(Duration.ofSeconds(5));
    assertThat(plugin.rights().write()).containsExactly(folder.resolve("limits"));
    assertThat(plugin.rights().connect()).containsExactlyInAnyOrder(81, 82);
    assertThat(plugin.rights().user()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Status  | {served: observe}              |        | isn't a DNS label
          redis   | {served: observe}              |        | redis is the kernel's own
          change  | {served: observe}              |        | change is the kernel's own
          a       | {}                             |        | admits nothing
          a       | {served: stage}                |        | served isn't one of a participant's six
          a       | {served: watch}                |        | not one of [observe, stage, activate, destroy]
          a       | {stage: stage}                 | [shop] | lacks converge, discard, observe, prepare, publish
          a       | SIX                            | []     | members
          a       | {served: observe}              | [shop] | is only for a participant
          a       | SIX                            | [A]    | isn't a member's name
          """)
  void namesWhatIsWrong(String name, String operations, String members, String problem) {
    String six = operations.equals("SIX") ? SIX : operations;
    String text =
        """
        plugins:
          - {name: %s, program: p, sha256: %s, operations: %s, members: %s}
        """
            .formatted(name, "0".repeat(64), six, members == null ? "[]" : members);

    assertThatThrownBy(() -> read(text)).hasMessageContaining(problem);
  }

  @Test
  void noPluginIsCalledAsAnExecutorOfTheProduct() {
    assertThat(OperationAllowlist.KERNEL.executors())
        .allSatisfy(name -> {
          String text =
              "plugins: [{name: %s, program: p, sha256: %s, operations: {x: observe}}]"
                  .formatted(name, "0".repeat(64));
          assertThatThrownBy(() -> read(text)).hasMessageContaining(name + " is the kernel's own");
        });
  }

  @Test
  void aClassBelowWhatAnOperationDoesIsNoWayToLetItIn() {
    String lower = SIX.replace("publish: activate", "publish: observe");

    assertThatThrownBy(() ->
            read(
                "plugins: [{name: a, program: p, sha256: %s, operations: %s, members: [x]}]"
                    .formatted("0".repeat(64), lower)))
        .hasMessageContaining("publish is of class activate")
        .hasMessageContaining("drop all six");
  }

  @Test
  void aHashThatIsNoneAndAPortThatIsNoneAreNamed() {
    assertThatThrownBy(() ->
            read(
                "plugins: [{name: a, program: p, sha256: 12, operations: {x: observe},"
                    + " rights: {connect: [http]}}]"))
        .hasMessageContaining("isn't a SHA-256")
        .hasMessageContaining("\"http\" isn't a TCP port");
  }

  private PluginConfig read(String plugins) throws InvalidConfigException, java.io.IOException {
    var file =
        Files.writeString(
            folder.resolve("deployclaw.yaml"),
            """
            etcd: {endpoints: ["http://127.0.0.1:1"]}
            redis: {nodes: ["127.0.0.1:2"]}
            s3: {endpoint: "http://127.0.0.1:3", bucket: b, accessKey: a, secretKey: s}
            nats: {url: "nats://127.0.0.1:4"}
            """
                + plugins);
    return ConfigReader.read(file, Map.of()).plugins().getFirst();
  }
}
