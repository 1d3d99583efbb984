package dev.deployclaw.container.wiring;

import static dev.deployclaw.container.wiring.StoredLogs.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that was written again, and hashed anew, after it had ended is signed by nobody. */
class SignedEndsTest {
  @TempDir Path folder;
  @AutoClose private StoredLogs logs;

  @BeforeEach
  void start() {
    logs = new StoredLogs(folder);
  }

  @Test
  void aLogThatWasHashedAnewIsNeitherShownNorCopied() throws Exception {
    logs.write(ID, 10, true);
    rewrite(10);

    assertThatThrownBy(() -> logs.journal().read(ID))
        .isInstanceOf(DamagedJournalException.class)
        .hasMessageContaining("differs from the log of 10 records that was signed at its end");
    assertThat(logs.segments().store().trouble())
        .hasValueSatisfying(why -> assertThat(why).contains("signed at its end"));
  }

  @Test
  void theSameWhereItWasHeldAndGoesOn() throws Exception {
    logs.write(ID, 10, true);
    logs.write(ID, 5, true);
    assertThat(logs.journal().read(ID)).hasSize(15);
    rewrite(15);

    assertThatThrownBy(() -> logs.journal().read(ID)).isInstanceOf(DamagedJournalException.class);
  }

  @Test
  void aHeadThatSomebodyElseSignedIsNone() throws Exception {
    logs.write(ID, 10, true);
    var head = logs.file(ID + ".head");
    Files.writeString(head, Files.readString(head).replace("\"records\":10", "\"records\":9"));

    assertThatThrownBy(() -> logs.journal().read(ID))
        .isInstanceOf(DamagedJournalException.class)
        .hasMessageContaining(ID + ".head");
  }

  @Test
  void anEndThatAnotherMachineWentOnWithoutIsForgotten() throws Exception {
    logs.write(ID, 10, true);

    logs.journal().supersede(ID, 7);

    assertThat(logs.file(ID + ".head")).doesNotExist();
    assertThat(logs.journal().read(ID)).hasSize(7);
  }

  @Test
  void whatEndedWithAnEarlierVersionIsReadAsBefore() throws Exception {
    logs.write(ID, 10, true);
    Files.delete(logs.file(ID + ".head"));

    assertThat(logs.journal().read(ID)).hasSize(10);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
  }

  @Test
  void aLogThatIsNotTheOneThatWasCopiedIsNotCopiedAgain() throws Exception {
    logs.write(ID, 10, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    Files.delete(logs.file(ID + ".head"));
    rewrite(10);

    var again = logs.segments().store();

    assertThat(again.stored()).isZero();
    assertThat(again.trouble())
        .hasValueSatisfying(why -> assertThat(why).contains("copied into the bucket before"));
  }

  /** As somebody would who can write the file and has no key. */
  private void rewrite(int expected) throws IOException {
    var lines = Files.readAllLines(logs.log(ID));
    assertThat(lines).hasSize(expected);
    List<String> forged = new ArrayList<>();
    String prev = LogHead.START.hash();
    for (String line : lines) {
      String edited =
          line.replace("Looking at 3", "Looking away!")
              .replaceFirst("\"prev\":\"[0-9a-f]*\"", "\"prev\":\"" + prev + "\"");
      String unhashed = edited.replaceFirst("\"hash\":\"[0-9a-f]{64}\",", "");
      prev = CanonicalJson.sha256(unhashed.getBytes(StandardCharsets.UTF_8));
      forged.add(edited.replaceFirst("\"hash\":\"[0-9a-f]{64}\"", "\"hash\":\"" + prev + "\""));
    }
    Files.write(logs.log(ID), forged);
    logs.restart();
  }
}
