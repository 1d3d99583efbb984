package dev.deployclaw.executors.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.executors.kubernetes.KubernetesFaults.Said;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KubernetesFaultsTest {
  private static final Ask READ = new Ask("list", "", "pods", "edge", "");
  private static final Ask WRITE = new Ask("patch", "apps", "deployments", "edge", "gw");

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of(READ, 400, Fault.Invalid.class),
        Arguments.of(READ, 401, Fault.Denied.class),
        Arguments.of(READ, 403, Fault.Denied.class),
        Arguments.of(WRITE, 401, Fault.Denied.class),
        Arguments.of(WRITE, 403, Fault.Invalid.class),
        Arguments.of(READ, 404, Fault.Invalid.class),
        Arguments.of(WRITE, 409, Fault.Conflict.class),
        Arguments.of(READ, 410, Fault.Unavailable.class),
        Arguments.of(WRITE, 415, Fault.Invalid.class),
        Arguments.of(WRITE, 422, Fault.Invalid.class),
        Arguments.of(READ, 429, Fault.Unavailable.class),
        Arguments.of(WRITE, 429, Fault.Unavailable.class),
        Arguments.of(READ, 500, Fault.Unavailable.class),
        Arguments.of(WRITE, 500, Fault.Unknown.class),
        Arguments.of(READ, 503, Fault.Unavailable.class),
        Arguments.of(WRITE, 504, Fault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void saysWhatAnAnswerMeans(Ask ask, int status, Class<? extends Fault> expected) {
    var fault = KubernetesFaults.of(ask, said(status, "no"));

    assertThat(fault.fault()).isInstanceOf(expected);
    assertThat(fault.status()).isEqualTo(status);
  }

  static Stream<Arguments> breaks() {
    return Stream.of(
        Arguments.of(READ, new ConnectException("refused"), Fault.Unavailable.class),
        Arguments.of(WRITE, new ConnectException("refused"), Fault.Unavailable.class),
        Arguments.of(WRITE, new UnknownHostException("api"), Fault.Unavailable.class),
        Arguments.of(WRITE, new SSLHandshakeException("untrusted"), Fault.Unavailable.class),
        Arguments.of(READ, new TimeoutException("late"), Fault.Unavailable.class),
        Arguments.of(WRITE, new TimeoutException("late"), Fault.Unknown.class),
        Arguments.of(READ, new IOException("reset"), Fault.Unavailable.class),
        Arguments.of(WRITE, new IOException("reset"), Fault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void saysWhatABrokenRequestMeans(Ask ask, Exception broken, Class<? extends Fault> expected) {
    var wrapped = new IllegalStateException("wrapped", broken);

    assertThat(KubernetesFaults.of(ask, wrapped).fault()).isInstanceOf(expected);
  }

  @Test
  void namesTheRuleThatIsMissing() {
    var denied =
        KubernetesFaults.of(WRITE, said(403, "User \"a\" cannot patch resource \"deployments\""));

    assertThat(denied.fault().reason())
        .isEqualTo(
            "may not patch deployments gw in edge: allow it with the rule {apiGroups: [\"apps\"],"
                + " resources: [\"deployments\"], verbs: [\"patch\"]} in a Role of edge");
  }

  @Test
  void takesNoWordOfAWebhookForARuleThatIsMissing() {
    var refused = KubernetesFaults.of(WRITE, said(403, "webhook: images cannot be unsigned"));
    var path = new Ask("get", "", "/version", "", "");
    var denied = KubernetesFaults.of(path, said(403, "User \"a\" cannot get path \"/version\""));

    assertThat(refused.report("gateway/edge/gw").denied()).isFalse();
    assertThat(denied.report("gateway/edge/gw").denied()).isTrue();
    assertThat(refused.fault().reason())
        .startsWith("refused by admission")
        .endsWith("images cannot be unsigned");
    assertThat(denied.fault().reason()).contains("{nonResourceURLs: [\"/version\"]");
  }

  @Test
  void saysWhenToComeAgainAndWhatWasWrong() {
    var later = new Said(429, "too many", List.of(), OptionalLong.of(17));
    var wrong = new Said(422, "invalid", List.of("spec.paused: no"), OptionalLong.empty());

    assertThat(KubernetesFaults.of(READ, later).fault().reason()).contains("again in 17 s");
    assertThat(KubernetesFaults.of(WRITE, wrong).fault().reason()).contains("spec.paused: no");
  }

  private static Said said(int status, String message) {
    return new Said(status, message, List.of(), OptionalLong.empty());
  }
}
