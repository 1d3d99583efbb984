package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.doctor.Diagnosis.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessPrivilegeCheckTest {
  private static final String WRITABLE =
      "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw\n";
  private static final String READ_ONLY =
      WRITABLE + "95 22 0:30 / / ro,relatime - overlay overlay rw,lowerdir=/x\n";

  @Test
  void findsAConfinedProcessWell() {
    var found =
        CollectedDiagnoses.of(
            "privileges",
            f -> ProcessPrivilegeCheck.tell(status("10001", "0000000000000000", 1), READ_ONLY, f));

    assertThat(found)
        .containsExactly(
            new Diagnosis(
                "privileges",
                Level.OK,
                "user 10001, no capabilities, can gain none, read-only root",
                ""));
  }

  @Test
  void warnsOfRootAndOfCapabilities() {
    var root =
        CollectedDiagnoses.of(
                "privileges",
                f -> ProcessPrivilegeCheck.tell(status("0", "000001ffffffffff", 0), WRITABLE, f))
            .getFirst();
    var user =
        CollectedDiagnoses.of(
                "privileges",
                f ->
                    ProcessPrivilegeCheck.tell(
                        status("10001", "0000000000001000", 1), READ_ONLY, f))
            .getFirst();

    assertThat(root.level()).isEqualTo(Level.WARNING);
    assertThat(root.found()).contains("41 capabilities, may gain some by setuid, writable root");
    assertThat(root.remedy()).contains("container.md");
    assertThat(user.level()).isEqualTo(Level.WARNING);
    assertThat(user.found()).contains("1 capabilities");
  }

  @Test
  void warnsOfASocketThatIsAsGoodAsRoot(@TempDir Path folder) throws Exception {
    var socket = Files.createFile(folder.resolve("docker.sock"));

    assertThat(ProcessPrivilegeCheck.examine(Optional.of(socket)))
        .anySatisfy(d -> assertThat(d.found()).contains("the power of root"));
    assertThat(ProcessPrivilegeCheck.examine(Optional.of(folder.resolve("none"))))
        .noneSatisfy(d -> assertThat(d.found()).contains("the power of root"));
  }

  private static String status(String user, String capabilities, int noNewPrivileges) {
    return "Name:\tjava\nUid:\t%s\t%s\t%s\t%s\nCapEff:\t%s\nNoNewPrivs:\t%d\n"
        .formatted(user, user, user, user, capabilities, noNewPrivileges);
  }
}
