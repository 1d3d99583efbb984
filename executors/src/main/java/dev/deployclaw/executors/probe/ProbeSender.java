package dev.deployclaw.executors.probe;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.executors.member.OneShotHttpClient.Answer;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import dev.deployclaw.policy.model.Gateway.Identity;
import dev.deployclaw.policy.probe.ProbeRequest;
import dev.deployclaw.policy.wire.DecideHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sends one probe through an entrance, as its tenant would, and judges the answer.
 *
 * @param label by which a gateway's log tells whose requests these are
 */
record ProbeSender(ProbeSettings settings, EpochSpec activation, ProbeTokens tokens, String label) {
  ProbeSender(ProbeSettings settings, EpochSpec activation, ProbeTokens tokens) {
    this(settings, activation, tokens, activation.execution());
  }

  ProbeVerdict send(ProbeRequest probe, Entrance entrance) {
    try {
      var http = new OneShotHttpClient(entrance.url(), settings.answer(), Optional.empty());
      return judge(probe, http.send(probe.method(), target(probe.path()), headers(probe)));
    } catch (IOException e) {
      return new ProbeVerdict.Undecided(BoundedFanout.describe(e), false);
    }
  }

  /** The path as it travels: what may not stand in a request line is escaped (RFC 3986). */
  static String target(String path) {
    var out = new StringBuilder();
    for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xff);
      boolean plain =
          c < 0x80 && (Character.isLetterOrDigit(c) || "-._~/!$&'()*+,;=:@".indexOf(c) >= 0);
      out.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return out.toString();
  }

  private Map<String, String> headers(ProbeRequest probe) {
    var headers = new HashMap<String, String>();
    headers.put(DecideHeaders.PROBE_TOKEN, tokens.text(probe));
    headers.put("DC-Execution", label);
    var gateway = activation.set().gateways().get(probe.gateway());
    if (gateway != null) {
      switch (gateway.identity()) {
        case Identity.Host(String suffix) -> headers.put("Host", probe.tenant() + "." + suffix);
        case Identity.Header(String name) -> headers.put(name, probe.tenant());
        case Identity.Claim _ -> {} // its own token, which the service verifies too, names it
      }
    }
    return headers;
  }

  private ProbeVerdict judge(ProbeRequest probe, Answer answer) {
    if (answer.status() >= 500) {
      return new ProbeVerdict.Undecided("answered " + answer.status(), true);
    }
    if (!answer.header(DecideHeaders.PROBE).equals(Optional.of("1"))) {
      return deviating(probe, "answered " + answer.status() + ", not as for a verified probe");
    }
    var failure = answer.header(DecideHeaders.FAILURE);
    if (failure.isPresent()) {
      return new ProbeVerdict.Undecided("Redis was not asked: " + failure.get(), true);
    }
    return judgeDecision(probe, answer);
  }

  private ProbeVerdict judgeDecision(ProbeRequest probe, Answer answer) {
    String epoch = answer.header(DecideHeaders.EPOCH).orElse("none");
    if (!epoch.equals(Long.toString(activation.epoch()))) {
      return new ProbeVerdict.Deviating(words(probe, "decided by epoch " + epoch), epoch);
    }
    String rule = answer.header(DecideHeaders.RULE).orElse("none");
    if (!rule.equals(probe.rule())) {
      return deviating(probe, "decided by rules " + rule + ", not " + probe.rule());
    }
    boolean refused = answer.status() == 429;
    if (!refused && answer.status() != 204) {
      return deviating(probe, "answered " + answer.status());
    }
    if (refused == probe.allowed()) {
      return deviating(probe, (refused ? "refused" : "admitted") + " a cost of " + probe.cost());
    }
    return new ProbeVerdict.AsExpected(probe.allowed(), answer.micros());
  }

  private static ProbeVerdict deviating(ProbeRequest probe, String how) {
    return new ProbeVerdict.Deviating(words(probe, how), "");
  }

  private static String words(ProbeRequest probe, String how) {
    return "limit " + probe.limit() + ": " + how + " (" + probe.purpose() + ")";
  }
}
