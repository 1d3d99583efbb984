package dev.deployclaw.container.config.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test's secrets are its own: a process never forgets one. */
class SecretRegistryTest {
  @TempDir Path folder;

  @Test
  void hidesWhatTheConfigurationSaid() {
    var _ = SecretValue.learnt("of-the-configuration-1");

    assertThat(SecretRegistry.hidden("NOAUTH for of-the-configuration-1"))
        .isEqualTo("NOAUTH for ***");
  }

  @Test
  void anAddressIsShownWithoutWhatLetsOneIn() {
    String shown =
        SecretRegistry.learnAddress("nats://agent:of-an-address-2@nats:4222/a?key=of-a-query-3");

    assertThat(shown).isEqualTo("nats://agent:***@nats:4222/a?key=***");
    assertThat(SecretRegistry.learnAddress("nats://of-a-token-4@nats"))
        .isEqualTo("nats://***@nats");
    assertThat(SecretRegistry.learnAddress("http://plain:80/x")).isEqualTo("http://plain:80/x");
    assertThat(SecretRegistry.hidden("of-an-address-2, of-a-query-3, of-a-token-4"))
        .isEqualTo("***, ***, ***");
  }

  @Test
  void anAddressThatCannotBeReadIsQuotedWithoutWhatMayBeAPassword() {
    String shown = SecretRegistry.learnAddress("nats://agent:not/encoded\"5@nats:4222");

    assertThat(shown).isEqualTo("***@nats:4222");
    assertThat(SecretRegistry.hidden("\"nats://agent:not/encoded\"5@nats:4222\" is not a URL"))
        .isEqualTo("\"***@nats:4222\" is not a URL");
  }

  @Test
  void anAddressThatLetsOneInIsHiddenWithItsParts() {
    SecretRegistry.learnPath("https://chat.example/hooks/of-a-room-0123456789");

    assertThat(SecretRegistry.hidden("no route to https://chat.example/hooks/of-a-room-0123456789"))
        .isEqualTo("no route to ***");
    assertThat(SecretRegistry.hidden("404 at /hooks/of-a-room-0123456789"))
        .isEqualTo("404 at /hooks/***");
  }

  @Test
  void filesOfCredentialsAreReadForTheirSecretsAlone() throws IOException {
    Path creds = folder.resolve("nats.creds");
    Path kube = folder.resolve("kube.yaml");
    Files.writeString(
        creds, "-----BEGIN SEED-----\nof-a-seed-0123456789\n\n*** keep it secret ***\n");
    Files.writeString(
        kube, "users:\n- name: deploying-agent\n  user:\n    token: \"of-a-cluster-1\"\n");

    SecretRegistry.learnLines(creds);
    SecretRegistry.learnKubeconfig(kube);
    SecretRegistry.learnKubeconfig(folder.resolve("nowhere"));

    assertThat(
            SecretRegistry.hidden(
                "of-a-seed-0123456789 of-a-cluster-1 deploying-agent keep it secret"))
        .isEqualTo("*** *** deploying-agent keep it secret");
  }
}
