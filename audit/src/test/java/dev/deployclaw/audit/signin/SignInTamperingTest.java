package dev.deployclaw.audit.signin;

import static dev.deployclaw.audit.signin.SignInLogs.NOON;
import static dev.deployclaw.audit.signin.SignInLogs.by;
import static dev.deployclaw.audit.signin.SignInLogs.hour;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.deployclaw.audit.export.LogVerdict.Kind;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The newest log is changed or removed, which no later log would show. */
class SignInTamperingTest {
  @TempDir Path state;
  @AutoClose private SignInLogs logs;

  private String ended;
  private String newest;

  /** A log that has ended, and one of two records that goes on. */
  @BeforeEach
  void write() throws IOException {
    logs = new SignInLogs(state);
    logs.journal.write(by("olivia"), NOON);
    logs.journal.write(by("mallory"), hour(1));
    logs.journal.write(by("olivia"), hour(1));
    ended = logs.names().getFirst();
    newest = logs.names().getLast();
    assertThat(Files.readAllLines(records())).hasSize(2);
  }

  /** What somebody does who may write to the folder. */
  enum Attack {
    REMOVED {
      @Override
      void on(SignInTamperingTest t) throws IOException {
        Files.delete(t.records());
      }
    },
    EMPTIED {
      @Override
      void on(SignInTamperingTest t) throws IOException {
        Files.write(t.records(), new byte[0]);
      }
    },
    CUT {
      @Override
      void on(SignInTamperingTest t) throws IOException {
        Files.write(t.records(), Files.readAllLines(t.records()).subList(0, 1));
      }
    },
    REPLACED_BY_AN_OLDER_COPY {
      @Override
      void on(SignInTamperingTest t) throws IOException {
        var copy = t.state.resolve("copy");
        Files.write(copy, Files.readAllLines(t.records()).subList(0, 1));
        Files.move(copy, t.records(), StandardCopyOption.REPLACE_EXISTING);
      }
    },
    /** With all hashes right; no record goes. */
    WRITTEN_ANEW {
      @Override
      void on(SignInTamperingTest t) throws IOException {
        var first = Files.readAllLines(t.records()).subList(0, 1);
        Files.write(t.records(), first);
        t.append("nothing happened");
      }
    },
    FOLDER_MOVED {
      @Override
      void on(SignInTamperingTest t) throws IOException {
        Files.move(t.logs.folder().path(), t.state.resolve("elsewhere"));
      }
    };

    abstract void on(SignInTamperingTest t) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void whileTheAgentServes(Attack attack) throws Exception {
    attack.on(this);

    assertThat(logs.journal.write(by("ann"), hour(1).plusSeconds(9))).isTrue();

    assertThat(logs.tampering())
        .singleElement()
        .asString()
        .startsWith("there was " + newest + " with 2 records, ");
    assertThat(logs.journal.tampering()).isPresent();
    assertThat(logs.events().getLast()).isEqualTo(by("ann"));
    logs.journal.turn(hour(2));
    assertThat(logs.seen().of(logs.names().getLast()).kind()).isEqualTo(Kind.VERIFIED);
    assertThat(logs.names().getLast()).isNotEqualTo(newest);
  }

  /** A minute's look finds it without a call. */
  @ParameterizedTest
  @EnumSource
  void whileNobodySignsIn(Attack attack) throws Exception {
    attack.on(this);

    logs.journal.turn(hour(1).plusSeconds(60));
    logs.journal.turn(hour(1).plusSeconds(120));

    assertThat(logs.tampering()).hasSize(1);
  }

  /** Not only when the next log names the end of the one before. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEndedLogIsMissedWithinAMinute(boolean removed) throws Exception {
    logs.journal.look(hour(1));
    var file = logs.file(ended + ".jsonl");
    var first = Files.readAllLines(file).subList(0, 1);
    Files.delete(file);
    if (!removed) {
      Files.write(file, first);
    }

    logs.journal.look(hour(1).plusSeconds(60));
    logs.journal.look(hour(1).plusSeconds(120));

    assertThat(logs.tampering()).containsExactly(ended + " was changed or removed after its end");
  }

  @Test
  void anEndedLogThatLeftIsNotMissed() throws Exception {
    logs.journal.look(hour(1));
    assertThat(logs.journal.store()).isEmpty();
    assertThat(logs.journal.prune(1)).isZero();
    assertThat(logs.names()).doesNotContain(ended);

    logs.journal.look(hour(1).plusSeconds(60));

    assertThat(logs.tampering()).isEmpty();
  }

  /** As it was a minute ago, or the one before. */
  @ParameterizedTest
  @EnumSource
  void whileNoAgentServes(Attack attack) throws Exception {
    assertThat(logs.anchor(hour(1))).isEmpty();
    logs.journal.close();
    attack.on(this);

    logs.restart(hour(1).plusSeconds(60));
    logs.store.reachable(false);
    assertThatExceptionOfType(Unreachable.class).isThrownBy(() -> logs.anchor(hour(1)));
    assertThat(logs.tampering()).isEmpty();
    logs.store.reachable(true);

    assertThat(logs.anchor(hour(1).plusSeconds(120))).isPresent();
    assertThat(logs.anchor(hour(1).plusSeconds(180))).isEmpty();
    assertThat(logs.tampering())
        .singleElement()
        .asString()
        .startsWith("there was " + newest + " with 2 records, ");
    logs.restart(hour(3));
    assertThat(logs.anchor(hour(3))).isEmpty();
  }

  @Test
  void anEndedLogThatIsTheNewestIsMissedToo() throws Exception {
    logs.journal.turn(hour(2));
    assertThat(logs.anchor(hour(2))).isEmpty();
    logs.journal.close();
    for (var file : logs.folder().named("")) {
      if (file.startsWith(newest)) {
        Files.delete(logs.file(file));
      }
    }

    logs.restart(hour(3));

    assertThat(logs.anchor(hour(3)).orElseThrow())
        .startsWith("there was " + newest + " with 3 records, ");
    assertThat(logs.names()).hasSize(2).contains(ended);
  }

  /** Of a file that is copied back, moved, or touched by a backup. */
  @Test
  void theSameRecordsInAnotherFileAreNoTampering() throws Exception {
    var copy = Files.copy(records(), state.resolve("copy"));
    Files.move(copy, records(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(logs.journal.write(by("ann"), hour(1))).isTrue();
    Files.setPosixFilePermissions(records(), PosixFilePermissions.fromString("rw-r-----"));
    Files.createLink(state.resolve("link"), records());
    logs.journal.turn(hour(1).plusSeconds(60));

    assertThat(Files.readAllLines(records())).hasSize(3);
    assertThat(logs.tampering()).isEmpty();
    logs.journal.turn(hour(2));
    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.VERIFIED);
  }

  @Test
  void whatWasKeptOfALogThatWentOnIsNoTampering() throws Exception {
    assertThat(logs.anchor(hour(1))).isEmpty();
    logs.journal.write(by("ann"), hour(1));
    logs.journal.write(by("ann"), hour(2));

    for (int hour = 2; hour < 6; hour++) {
      logs.restart(hour(hour));
      assertThat(logs.anchor(hour(hour))).isEmpty();
    }

    assertThat(logs.tampering()).isEmpty();
    assertThat(logs.store.violations()).isEmpty();
  }

  @Test
  void whatTheStateStoreHasIsNotBelievedBlindly() throws Exception {
    assertThat(logs.anchor(hour(1))).isEmpty();
    String key = logs.store.keys(StoreKeys.SIGN_INS).getFirst();
    for (var kept : List.of("{", "{\"log\":\"../../etc/x\",\"records\":9,\"head\":\"aa\"}")) {
      logs.store.put(key, kept.getBytes(StandardCharsets.UTF_8));
      logs.restart(hour(1));
      assertThat(logs.anchor(hour(1))).isPresent();
    }
  }

  @Test
  void theFolderThatWasWrittenLongestAgoMakesRoom() throws Exception {
    for (int i = 0; i <= SignInAnchor.MOST_FOLDERS; i++) {
      assertThat(new SignInAnchor(logs.store, "host-" + i).settle(logs.journal)).isEmpty();
    }

    assertThat(logs.store.list(StoreKeys.SIGN_INS))
        .hasSize(SignInAnchor.MOST_FOLDERS)
        .noneMatch(e -> new String(e.value(), StandardCharsets.UTF_8).contains("\"host-0\""));
  }

  private void append(String what) throws IOException {
    var last = Files.readAllLines(records()).getLast().getBytes(StandardCharsets.UTF_8);
    var entry =
        new LogEntry(
            newest,
            hour(1),
            0,
            Phase.REQUEST,
            what,
            "",
            Status.OK,
            "agent@host",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            DecisionBasis.NONE);
    var sealed =
        new HashChainSealer(SecretRedactor.of(List.of())).seal(ExecutionLog.head(last), entry);
    Files.writeString(
        records(),
        new String(sealed.bytes(), StandardCharsets.UTF_8) + "\n",
        StandardOpenOption.APPEND);
  }

  private Path records() {
    return logs.file(newest + ".jsonl");
  }
}
