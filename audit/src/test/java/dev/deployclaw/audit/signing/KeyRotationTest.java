package dev.deployclaw.audit.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.verify.LogVerifier;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new signing key in place of the old one, and the record that leads from one to the other. */
class KeyRotationTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final String KEY = "audit-key.pem";
  private static final String NEXT = "audit-key.next.pem";
  private static final String ROTATIONS = "audit-rotations.jsonl";

  @TempDir Path folder;
  @TempDir Path elsewhere;

  @Test
  void whoTrustsTheFirstKeyFollowsItToTheLast() throws Exception {
    var signer = HeadSigner.open(folder);
    String first = signer.publicKey();
    byte[] before = document(signer);

    String second = signer.rotate(NOW);
    String third = signer.rotate(NOW.plusSeconds(1));

    assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
    assertThat(signer.publicKey()).isEqualTo(third);
    for (String trusted : List.of(first, second, third)) {
      assertThat(codes(document(signer), trusted)).isEmpty();
    }
    assertThat(codes(before, first)).isEmpty();
    assertThat(codes(before, third)).containsExactly("key");
  }

  @Test
  void aProcessThatRunsSignsWithTheNewKeyAtOnce() throws Exception {
    var serves = HeadSigner.open(folder);
    String second = HeadSigner.open(folder).rotate(NOW);

    assertThat(serves.publicKey()).isEqualTo(second);
    assertThat(codes(document(serves), second)).isEmpty();
  }

  @Test
  void theOldPrivateKeyIsGoneAndTheNewOneIsItsOwnersAlone() throws Exception {
    var signer = HeadSigner.open(folder);
    String old = Files.readString(folder.resolve(KEY));

    signer.rotate(NOW);

    try (var files = Files.list(folder)) {
      assertThat(files.toList())
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContain(old))
          .noneMatch(file -> file.endsWith(NEXT));
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(KEY))))
        .isEqualTo("rw-------");
  }

  /** Its process died before the record was there. */
  @Test
  void aNewKeyWithoutItsRecordIsNotTheKey() throws Exception {
    var signer = HeadSigner.open(folder);
    String first = signer.publicKey();
    HeadSigner.open(elsewhere);
    Files.copy(elsewhere.resolve(KEY), folder.resolve(NEXT));

    assertThat(signer.publicKey()).isEqualTo(first);
    assertThat(codes(document(signer), first)).isEmpty();
    signer.rotate(NOW);
    assertThat(codes(document(signer), first)).isEmpty();
  }

  /** Its process died before the new key was in place. */
  @Test
  void aRecordedRotationIsFinished() throws Exception {
    var signer = HeadSigner.open(folder);
    String first = signer.publicKey();
    String old = Files.readString(folder.resolve(KEY));
    String second = signer.rotate(NOW);
    Files.move(folder.resolve(KEY), folder.resolve(NEXT));
    Files.writeString(folder.resolve(KEY), old);

    assertThat(HeadSigner.open(folder).publicKey()).isEqualTo(second);
    assertThat(folder.resolve(NEXT)).doesNotExist();
    assertThat(codes(document(signer), first)).isEmpty();
  }

  @Test
  void aKeyThatItsRotationsDoNotLeadToSignsNothing() throws Exception {
    var signer = HeadSigner.open(folder);
    String old = Files.readString(folder.resolve(KEY));
    signer.rotate(NOW);
    Files.writeString(folder.resolve(KEY), old);

    assertThatThrownBy(signer::publicKey)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("last rotation");
  }

  /** From the trusted key to theirs, signed by theirs alone. */
  @Test
  void aForgedRotationIsRefused() throws Exception {
    var mine = HeadSigner.open(folder);
    var theirs = HeadSigner.open(elsewhere);
    String stranger = theirs.publicKey();
    theirs.rotate(NOW);
    Path rotations = elsewhere.resolve(ROTATIONS);
    String forged = Files.readString(rotations).replace(stranger, mine.publicKey());
    Files.writeString(rotations, forged);

    assertThat(codes(document(theirs), mine.publicKey())).containsExactly("rotation", "key");
  }

  @Test
  void aKeyThatIsMountedIsNotRotatedHere() throws Exception {
    HeadSigner.open(folder);
    Files.setPosixFilePermissions(
        folder.resolve(KEY), PosixFilePermissions.fromString("r--r-----"));
    String before = Files.readString(folder.resolve(KEY));

    assertThatThrownBy(() -> HeadSigner.open(folder).rotate(NOW))
        .isInstanceOf(HeadSigner.NotRotated.class)
        .hasMessageContaining(ROTATIONS);
    assertThat(folder.resolve(KEY)).hasContent(before);
    assertThat(folder.resolve(ROTATIONS)).doesNotExist();
  }

  /** What was changed on disk isn't signed, even if somebody asks for it. */
  @Test
  void onlyAWholeChainIsSigned() {
    var signer = HeadSigner.open(folder);
    var records = RealLogs.sealed(RealLogs.records("raised"));
    records.remove(1);

    var document = ExecutionDocument.of(records, signer);

    assertThat(RealLogs.object(document.fields(), "audit")).containsOnlyKeys("head", "records");
  }

  private static byte[] document(HeadSigner signer) {
    var records = RealLogs.sealed(RealLogs.records("raised"));
    return ExecutionDocument.of(records, signer).text().getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> codes(byte[] document, String trusted) {
    return LogVerifier.document(document, Optional.of(trusted)).stream()
        .map(VerificationFinding::word)
        .toList();
  }
}
