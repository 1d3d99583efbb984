package dev.deployclaw.audit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.Mirror;
import io.nats.client.api.PersistMode;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.Source;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.SubjectTransform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each setting by which a stream of a real server could lose, replace, or refuse a record, one at a
 * time: the stream isn't used, and the setting is named, and no other.
 */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class StreamRequirementsTest {
  private static final String ORIGIN = "ORIGIN";
  private static final String SEALED = "sealed";
  @TempDir static Path folder;
  @AutoClose private static NatsServer nats;

  /**
   * One thing that isn't as it must be.
   *
   * @param named what the refusal says, all of it
   */
  record Setting(
      String title, List<String> named, UnaryOperator<StreamConfiguration.Builder> change) {
    @Override
    public String toString() {
      return title;
    }
  }

  static Stream<Setting> settings() {
    return Stream.of(
        setting("subjects", b -> b.subjects(StreamRecord.SUBJECTS, "something.else")),
        setting("subjects", b -> b.subjects("deployclaw.audit.*.*")),
        setting("storage", b -> b.storageType(StorageType.Memory)),
        setting("retention", b -> b.retentionPolicy(RetentionPolicy.Interest)),
        setting("retention", b -> b.retentionPolicy(RetentionPolicy.WorkQueue)),
        new Setting(
            "discard",
            List.of("discard must be new", "discard_new_per_subject"),
            b -> b.discardPolicy(DiscardPolicy.Old).discardNewPerSubject(false)),
        setting("discard_new_per_subject", b -> b.discardNewPerSubject(false)),
        setting("max_msgs_per_subject", b -> b.maxMessagesPerSubject(2)),
        setting("max_age", b -> b.maxAge(Duration.ofHours(1))),
        setting("deny_delete", b -> b.denyDelete(false)),
        setting("deny_purge", b -> b.denyPurge(false)),
        new Setting(
            "mirror",
            List.of("subjects", "mirror"),
            b -> b.subjects(List.of()).mirror(Mirror.builder().sourceName(ORIGIN).build())),
        setting("sources", b -> b.addSource(Source.builder().sourceName(ORIGIN).build())),
        setting("max_msgs must", b -> b.maxMessages(1_000)),
        setting("max_bytes", b -> b.maxBytes(1 << 20)),
        setting("no_ack", b -> b.noAck(true)),
        setting("subject_transform", b -> b.subjectTransform(moved())),
        setting(SEALED, b -> b));
  }

  private static Setting setting(String named, UnaryOperator<StreamConfiguration.Builder> change) {
    return new Setting(named, List.of(named), change);
  }

  private static SubjectTransform moved() {
    return SubjectTransform.builder().source(StreamRecord.SUBJECTS).destination("moved.>").build();
  }

  @BeforeAll
  static void start() throws Exception {
    nats = NatsServer.start(folder.resolve("nats"));
    try (var connection = connect()) {
      connection
          .jetStreamManagement()
          .addStream(StreamConfiguration.builder().name(ORIGIN).subjects("origin.>").build());
    }
  }

  @AfterEach
  void remove() throws Exception {
    try (var connection = connect()) {
      connection.jetStreamManagement().deleteStream(AuditStream.NAME);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void isRefusedByTheNameOfTheSetting(Setting setting) throws Exception {
    make(setting);

    assertThatThrownBy(() -> AuditStream.connect(server()).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("wrong settings")
        .hasMessageContaining("back up the stream and delete it")
        .satisfies(e -> assertThat(e.getMessage()).contains(setting.named()));
    assertThat(found()).hasSize(setting.named().size());
    assertThat(StreamHealth.of(server()))
        .isInstanceOfSatisfying(
            StreamHealth.Unfit.class, u -> assertThat(u.reason()).contains(setting.named()));
  }

  @Test
  void isUsedAsItIsMadeAndWithALimitThatIsToldOfRecordByRecord() throws Exception {
    try (var connection = connect()) {
      connection
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder(StreamRequirements.configuration())
                  .description("of an operator")
                  .maximumMessageSize(100_000)
                  .build());
    }

    AuditStream.connect(server()).close();

    assertThat(StreamHealth.of(server()))
        .isInstanceOfSatisfying(
            StreamHealth.Kept.class,
            kept -> {
              assertThat(kept.largest()).isEqualTo(100_000);
              assertThat(kept.takesAll()).isFalse();
            });
  }

  /** This server knows no such mode. */
  @Test
  void isRefusedWhereItAcknowledgesWhatItHasNotWritten() throws Exception {
    AuditStream.connect(server()).close();
    var async =
        StreamConfiguration.builder(StreamRequirements.configuration())
            .persistMode(PersistMode.Async)
            .build();

    assertThat(StreamRequirements.wrong(async)).containsExactly("persist_mode must not be async");
    assertThat(found()).isEmpty();
  }

  private static void make(Setting setting) throws Exception {
    var builder =
        setting.change().apply(StreamConfiguration.builder(StreamRequirements.configuration()));
    try (var connection = connect()) {
      var management = connection.jetStreamManagement();
      management.addStream(builder.build());
      if (setting.title().equals(SEALED)) {
        management.updateStream(
            StreamConfiguration.builder(
                    management.getStreamInfo(AuditStream.NAME).getConfiguration())
                .seal()
                .build());
      }
    }
  }

  private static List<String> found() throws Exception {
    try (var connection = connect()) {
      var info = connection.jetStreamManagement().getStreamInfo(AuditStream.NAME);
      return StreamRequirements.wrong(info.getConfiguration());
    }
  }

  private static Connection connect() throws IOException, InterruptedException {
    return io.nats.client.Nats.connect(nats.url());
  }

  private static NatsSettings server() {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(20));
  }
}
