package dev.deployclaw.executors.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.executors.kubernetes.client.KubernetesFaultMapper.Said;
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

class KubernetesFaultMapperTest {
  private static final RbacRequest READ = new RbacRequest("list", "", "pods", "edge", "");
  private static final RbacRequest WRITE =
      new RbacRequest("patch", "apps", "deployments", "edge", "gw");

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of(READ, 400, CallFault.Invalid.class),
        Arguments.of(READ, 401, CallFault.Denied.class),
        Arguments.of(READ, 403, CallFault.Denied.class),
        Arguments.of(WRITE, 401, CallFault.Denied.class),
        Arguments.of(WRITE, 403, CallFault.Invalid.class),
        Arguments.of(READ, 404, CallFault.Invalid.class),
        Arguments.of(WRITE, 409, CallFault.Conflict.class),
        Arguments.of(READ, 410, CallFault.Unavailable.class),
        Arguments.of(WRITE, 415, CallFault.Invalid.class),
        Arguments.of(WRITE, 422, CallFault.Invalid.class),
        Arguments.of(READ, 429, CallFault.Unavailable.class),
        Arguments.of(WRITE, 429, CallFault.Unavailable.class),
        Arguments.of(READ, 500, CallFault.Unavailable.class),
        Arguments.of(WRITE, 500, CallFault.Unknown.class),
        Arguments.of(READ, 503, CallFault.Unavailable.class),
        Arguments.of(WRITE, 504, CallFault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void saysWhatAnAnswerMeans(RbacRequest ask, int status, Class<? extends CallFault> expected) {
    var fault = KubernetesFaultMapper.of(ask, said(status, "no"));

    assertThat(fault.fault()).isInstanceOf(expected);
    assertThat(fault.status()).isEqualTo(status);
  }

  static Stream<Arguments> breaks() {
    return Stream.of(
        Arguments.of(READ, new ConnectException("refused"), CallFault.Unavailable.class),
        Arguments.of(WRITE, new ConnectException("refused"), CallFault.Unavailable.class),
        Arguments.of(WRITE, new UnknownHostException("api"), CallFault.Unavailable.class),
        Arguments.of(WRITE, new SSLHandshakeException("untrusted"), CallFault.Unavailable.class),
        Arguments.of(READ, new TimeoutException("late"), CallFault.Unavailable.class),
        Arguments.of(WRITE, new TimeoutException("late"), CallFault.Unknown.class),
        Arguments.of(READ, new IOException("reset"), CallFault.Unavailable.class),
        Arguments.of(WRITE, new IOException("reset"), CallFault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void saysWhatABrokenRequestMeans(
      RbacRequest ask, Exception broken, Class<? extends CallFault> expected) {
    var wrapped = new IllegalStateException("wrapped", broken);

    assertThat(KubernetesFaultMapper.of(ask, wrapped).fault()).isInstanceOf(expected);
  }

  @Test
  void namesTheRuleThatIsMissing() {
    var denied =
        KubernetesFaultMapper.of(
            WRITE, said(403, "User \"a\" cannot patch resource \"deployments\""));

    assertThat(denied.fault().reason())
        .isEqualTo(
            "may not patch deployments gw in edge: allow it with the rule {apiGroups: [\"apps\"],"
                + " resources: [\"deployments\"], verbs: [\"patch\"]} in a Role of edge");
  }

  @Test
  void takesNoWordOfAWebhookForARuleThatIsMissing() {
    var refused = KubernetesFaultMapper.of(WRITE, said(403, "webhook: images cannot be unsigned"));
    var path = new RbacRequest("get", "", "/version", "", "");
    var denied =
        KubernetesFaultMapper.of(path, said(403, "User \"a\" cannot get path \"/version\""));

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

    assertThat(KubernetesFaultMapper.of(READ, later).fault().reason()).contains("to retry in 17 s");
    assertThat(KubernetesFaultMapper.of(WRITE, wrong).fault().reason()).contains("spec.paused: no");
  }

  private static Said said(int status, String message) {
    return new Said(status, message, List.of(), OptionalLong.empty());
  }
}
