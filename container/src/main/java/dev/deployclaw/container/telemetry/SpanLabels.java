package dev.deployclaw.container.telemetry;

import dev.deployclaw.container.config.ModelConfig;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * What spans are called and what they carry: words of the agent's own, digests and counts, and the
 * names that the configuration gives a model and a gate's rules. Nothing that who asks typed or a
 * back end said. Pure.
 */
final class SpanLabels {
  static final String AGENT = "System Architect";
  private static final String OPERATION = "[a-z0-9-]{1,64}\\.[a-z0-9-]{1,64}";
  private static final int LONGEST_NAME = 128;

  private SpanLabels() {}

  static String execution() {
    return "invoke_agent " + AGENT;
  }

  static Attributes execution(String id, TraceLogEntry end, long leftOut) {
    var out =
        Attributes.builder()
            .put(SpanAttributeKeys.OPERATION, "invoke_agent")
            .put(SpanAttributeKeys.PROVIDER, "deployclaw")
            .put(SpanAttributeKeys.AGENT, AGENT)
            .put(SpanAttributeKeys.CONVERSATION, id)
            .put(SpanAttributeKeys.STATUS, end.status());
    end.word("result").ifPresent(v -> out.put(SpanAttributeKeys.RESULT, v));
    end.word("plan_hash").ifPresent(v -> out.put(SpanAttributeKeys.PLAN, v));
    end.count("epoch").ifPresent(v -> out.put(SpanAttributeKeys.EPOCH, v));
    if (leftOut > 0) {
      out.put(SpanAttributeKeys.LEFT_OUT, leftOut);
    }
    error(out, end.status(), Optional.empty());
    return out.build();
  }

  /** A step has the sentence of its skill, an operation its name, all else its phase and state. */
  static String record(TraceLogEntry entry) {
    if (entry.isChat()) {
      return "chat " + shortened(String.valueOf(entry.facts().get("model")));
    }
    if (entry.isSummary()) {
      return shortened(entry.action());
    }
    return entry.action().matches(OPERATION)
        ? entry.action()
        : entry.word("state").map(s -> entry.phase() + ": " + s).orElse(entry.phase());
  }

  static Attributes record(TraceLogEntry entry, Optional<ModelConfig> model) {
    var out =
        Attributes.builder()
            .put(SpanAttributeKeys.SEQ, entry.seq())
            .put(SpanAttributeKeys.PHASE, entry.phase())
            .put(SpanAttributeKeys.STATUS, entry.status());
    if (entry.step() > 0) {
      out.put(SpanAttributeKeys.STEP, (long) entry.step());
    }
    entry.word("state").ifPresent(v -> out.put(SpanAttributeKeys.STATE, v));
    error(out, entry.status(), Optional.empty());
    if (entry.isChat()) {
      chat(out, entry);
      model.ifPresent(m -> provider(out, m));
    }
    return out.build();
  }

  static Attributes decision(TraceLogEntry.Decided decided) {
    var out = Attributes.builder().put(SpanAttributeKeys.DECISION, decided.name());
    decided.rule().ifPresent(rule -> out.put(SpanAttributeKeys.RULE, rule));
    if (!decided.evidence().isEmpty()) {
      out.put(SpanAttributeKeys.EVIDENCE, decided.evidence());
    }
    return out.build();
  }

  static String call(ExecutorCallRecord call) {
    return "execute_tool " + call.operation();
  }

  static Attributes call(ExecutorCallRecord call, String execution) {
    var answered = call.answered();
    var out =
        Attributes.builder()
            .put(SpanAttributeKeys.OPERATION, "execute_tool")
            .put(SpanAttributeKeys.TOOL, call.operation())
            .put(SpanAttributeKeys.TOOL_TYPE, "extension")
            .put(SpanAttributeKeys.CONVERSATION, execution)
            .put(SpanAttributeKeys.STATUS, answered.status())
            .put(SpanAttributeKeys.YES, answered.yes())
            .put(SpanAttributeKeys.NO, answered.no())
            .put(SpanAttributeKeys.UNKNOWN, answered.unknown());
    if (call.step() > 0) {
      out.put(SpanAttributeKeys.STEP, (long) call.step());
    }
    error(out, answered.status(), answered.error());
    return out.build();
  }

  private static void chat(AttributesBuilder out, TraceLogEntry entry) {
    out.put(SpanAttributeKeys.OPERATION, "chat");
    out.put(SpanAttributeKeys.MODEL, String.valueOf(entry.facts().get("model")));
    entry.count("input_tokens").ifPresent(v -> out.put(SpanAttributeKeys.INPUT, v));
    entry.count("output_tokens").ifPresent(v -> out.put(SpanAttributeKeys.OUTPUT, v));
    entry.count("calls").ifPresent(v -> out.put(SpanAttributeKeys.ATTEMPTS, v));
  }

  private static void provider(AttributesBuilder out, ModelConfig model) {
    out.put(SpanAttributeKeys.PROVIDER, model.dialect().name().toLowerCase(Locale.ROOT));
    var url = URI.create(model.url());
    out.put(SpanAttributeKeys.SERVER, url.getHost());
    if (url.getPort() > 0) {
      out.put(SpanAttributeKeys.PORT, (long) url.getPort());
    }
  }

  private static void error(AttributesBuilder out, String status, Optional<String> kind) {
    switch (status) {
      case "ERROR" -> out.put(SpanAttributeKeys.ERROR, kind.orElse("error"));
      case "UNKNOWN" -> out.put(SpanAttributeKeys.ERROR, kind.orElse("unknown"));
      default -> {}
    }
  }

  private static String shortened(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST_NAME));
  }
}
