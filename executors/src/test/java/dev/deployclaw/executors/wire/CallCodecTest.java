package dev.deployclaw.executors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.host.ContentCache;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Look;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.SeededLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallCodecTest {
  private static final int SEEDS = 20;
  private static final ContentCache NOTHING = new ContentCache();

  @Test
  void readsWhatItWrote() {
    SeededLoop.run(
        SEEDS,
        (_, random) -> {
          for (var call : new RandomCalls(random).eachKind()) {
            var encoded = encode(call);
            var cache = new ContentCache();
            encoded
                .content()
                .forEach((sha256, bytes) -> assertThat(cache.put(bytes.get())).isEqualTo(sha256));

            assertThat(CallCodec.decode(parsed(encoded), cache))
                .isEqualTo(new DecodedCall.ForExecutor(call));
          }
        });
  }

  @Test
  void writesEqualCallsAsEqualBytes() {
    SeededLoop.run(
        SEEDS,
        (seed, random) -> {
          var once = new RandomCalls(random).eachKind();
          var again = new RandomCalls(SeededLoop.random(seed)).eachKind();
          for (int i = 0; i < once.size(); i++) {
            assertThat(encode(again.get(i)).message().toByteString())
                .isEqualTo(encode(once.get(i)).message().toByteString());
          }
        });
  }

  @Test
  void keepsTheVerbAndTheEffectOfEachKind() {
    SeededLoop.run(
        1,
        (_, random) -> {
          var kinds = new HashSet<Class<?>>();
          for (var call : new RandomCalls(random).eachKind()) {
            var message = encode(call).message();
            assertThat(CallCodec.verb(message)).isEqualTo(call.verb());
            assertThat(CallCodec.effect(message)).isEqualTo(EffectClass.of(call));
            kinds.add(call.getClass());
          }
          assertThat(kinds)
              .isEqualTo(kinds(ExecutorCall.class).collect(Collectors.toUnmodifiableSet()));
        });
  }

  /** The records below a sealed type. */
  private static Stream<Class<?>> kinds(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(CallCodecTest::kinds)
        : Stream.of(type);
  }

  @Test
  void namesAllContentThatIsMissing() {
    SeededLoop.run(
        SEEDS,
        (_, random) -> {
          for (var call : new RandomCalls(random).eachKind()) {
            var encoded = encode(call);
            if (!encoded.content().isEmpty()) {
              assertThat(CallCodec.decode(encoded.message(), NOTHING))
                  .isEqualTo(
                      new DecodedCall.Missing(
                          encoded.content().keySet().stream().sorted().toList()));
            }
          }
        });
  }

  @Test
  void readsAnyBytesWithoutAnException() {
    SeededLoop.run(
        SEEDS,
        (_, random) -> {
          for (var call : new RandomCalls(random).eachKind()) {
            byte[] bytes = encode(call).message().toByteArray();
            for (int i = 0; i < bytes.length; i++) {
              bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
              assertThat(CallCodec.decode(GrantedCall.parseFrom(bytes), NOTHING)).isNotNull();
            } catch (InvalidProtocolBufferException e) {
              assertThat(e.getUnfinishedMessage()).isNotNull();
            }
          }
        });
  }

  @Test
  void refusesACallOfALaterRevision() throws Exception {
    int later = 900;
    var field =
        com.google.protobuf.UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFromUtf8("x"))
            .build();
    var message =
        GrantedCall.newBuilder()
            .setExecutor("redis")
            .setUnknownFields(
                com.google.protobuf.UnknownFieldSet.newBuilder().addField(later, field).build())
            .build();

    assertThat(CallCodec.decode(GrantedCall.parseFrom(message.toByteArray()), NOTHING))
        .isEqualTo(new DecodedCall.Unreadable("it has no call that this revision knows"));
    assertThat(CallCodec.effect(message)).isEqualTo(EffectClass.DESTROY);
  }

  @Test
  void refusesArgumentsThatAreNoObjectOfWholeValues() {
    for (String wrong :
        List.of(
            "[]",
            "{",
            "{\"a\":1.5}",
            "{\"a\":null}",
            "{\"a\":1}x",
            "{\"a\":1,\"a\":2}",
            "{\"a\":99999999999999999999}",
            "null")) {
      var message =
          GrantedCall.newBuilder()
              .setLook(Look.newBuilder().setVerb("scan").setArguments(wrong))
              .build();
      assertThat(CallCodec.decode(message, NOTHING))
          .as(wrong)
          .isInstanceOf(DecodedCall.Unreadable.class);
    }
  }

  @Test
  void writesAndReadsObjects() {
    byte[] bytes = {1, 2, 3};
    var cache = new ContentCache();
    cache.put(bytes);

    assertThat(CallCodec.decode(CallCodec.create("a/b", bytes).message(), cache))
        .isInstanceOfSatisfying(
            DecodedCall.ForCreate.class,
            create -> {
              assertThat(create.name()).isEqualTo("a/b");
              assertThat(create.bytes()).isEqualTo(bytes);
            });
    assertThat(CallCodec.decode(CallCodec.create("a/b", bytes).message(), NOTHING))
        .isEqualTo(new DecodedCall.Missing(List.of(CanonicalJson.sha256(bytes))));
    assertThat(CallCodec.decode(CallCodec.read("a/b").message(), NOTHING))
        .isEqualTo(new DecodedCall.ForRead("a/b"));
  }

  @Test
  void parsesASetOnceForAllCallsThatNameIt() {
    var encoded = encode(new ExecutorCall.Stage(Activations.of(SampleSets.of(3), 1)));
    var cache = new ContentCache();
    encoded.content().values().forEach(bytes -> cache.put(bytes.get()));

    var first = stage(CallCodec.decode(encoded.message(), cache));
    var second = stage(CallCodec.decode(encoded.message(), cache));

    assertThat(second.activation().set()).isSameAs(first.activation().set());
  }

  private static ExecutorCall.Stage stage(DecodedCall decoded) {
    return (ExecutorCall.Stage) ((DecodedCall.ForExecutor) decoded).call();
  }

  private static GrantedCall parsed(EncodedCall call) throws InvalidProtocolBufferException {
    return GrantedCall.parseFrom(call.message().toByteArray());
  }

  private static EncodedCall encode(ExecutorCall call) {
    var invocation =
        new Invocation("redis", call, new FencingToken("leader", 7), Duration.ofSeconds(1));
    return CallCodec.encode(invocation, new ContentDigests());
  }

  /** Guards the published bytes. */
  @Test
  void writesALookAsItAlwaysWas() {
    var look = new ExecutorCall.Look("scan", Map.of("b", 1L, "a", "x"));

    assertThat(CanonicalJson.sha256(encode(look).message().toByteArray()))
        .isEqualTo("756326bc66f844c5d6a18cdb378871d93fe54b93f7c3ef79a25f03e91cacd8b6");
  }
}
