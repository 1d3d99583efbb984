package dev.deployclaw.core.grant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The digest that a grant is bound to, byte for byte: it names no type of ours. */
class ArgumentsDigestTest {
  @Test
  void staysWhateverTheTypesAreCalled() {
    assertThat(digest(new ExecutorCall.Observe()))
        .isEqualTo("37633a485677537f606f164e202b18570b93036386758673697e94d70d7f8acd");
    assertThat(digest(new ExecutorCall.Discard(7)))
        .isEqualTo("77cab6bec1fda10856d925af6d794a8d7a0cb7bc329ee816f4249450f1be96de");
    assertThat(digest(new ExecutorCall.Look("scan", Map.of("tenant", "acme"))))
        .isEqualTo("c284e99b439def886b1299a744af1e38c10620b568d31d12f3129370dc83c671");
    assertThat(digest(new ExecutorCall.WriteBack(List.of())))
        .isEqualTo("c7896606bfd648abcfa87be9fc684a2917d698192abfdebb6d40bd0905e61e13");
  }

  private static String digest(ExecutorCall call) {
    var fence = new FencingToken("leader", 3);
    return ArgumentsDigest.of(new Invocation("redis", call, fence, Duration.ofSeconds(30)));
  }
}
