package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.signing.HeadSigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that somebody made for several agents, as the guide says: they are read, and left alone. */
class SharedKeysTest {
  private static final String MOUNTED = "r--r-----";
  private static final int PEM_LINE = 64;

  @TempDir Path folder;

  @Test
  void readsAProbeKeyThatItMayOnlyRead() throws Exception {
    var pair = pair();
    var text = base64(pair.getPublic()) + "\n" + base64(pair.getPrivate()) + "\n";
    var file = mounted("probe.key", text);

    var keys = ProbeKeyFile.open(folder);

    assertThat(keys.publicKey()).isEqualTo(base64(pair.getPublic()));
    assertThat(keys.privateKey()).isEqualTo(base64(pair.getPrivate()));
    assertLeftAlone(file, text);
  }

  @Test
  void readsAnAuditKeyThatItMayOnlyRead() throws Exception {
    var pair = pair();
    var text = pem("PRIVATE", pair.getPrivate()) + pem("PUBLIC", pair.getPublic());
    var file = mounted("audit-key.pem", text);

    var signer = HeadSigner.open(folder);

    assertThat(signer.publicKey()).isEqualTo(base64(pair.getPublic()));
    assertLeftAlone(file, text);
  }

  private Path mounted(String name, String text) throws Exception {
    var file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(MOUNTED));
  }

  private void assertLeftAlone(Path file, String text) throws Exception {
    assertThat(file).hasContent(text);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo(MOUNTED);
    assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
  }

  private static KeyPair pair() throws Exception {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private static String base64(Key key) {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /** As {@code openssl} writes it. */
  private static String pem(String kind, Key key) {
    var lines = base64(key).replaceAll("(.{" + PEM_LINE + "})(?=.)", "$1\n");
    return "-----BEGIN %1$s KEY-----\n%2$s\n-----END %1$s KEY-----\n".formatted(kind, lines);
  }
}
