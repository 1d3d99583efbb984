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
final class Labels {
  static final String AGENT = "System Architect";
  private static final String OPERATION = "[a-z0-9-]{1,64}\\.[a-z0-9-]{1,64}";
  private static final int LONGEST_NAME = 128;

  private Labels() {}

  static String execution() {
    return "invoke_agent " + AGENT;
  }

  static Attributes execution(String id, Entry end, long leftOut) {
    var out =
        Attributes.builder()
            .put(Conventions.OPERATION, "invoke_agent")
            .put(Conventions.PROVIDER, "deployclaw")
            .put(Conventions.AGENT, AGENT)
            .put(Conventions.CONVERSATION, id)
            .put(Conventions.STATUS, end.status());
    end.word("result").ifPresent(v -> out.put(Conventions.RESULT, v));
    end.word("plan_hash").ifPresent(v -> out.put(Conventions.PLAN, v));
    end.count("epoch").ifPresent(v -> out.put(Conventions.EPOCH, v));
    if (leftOut > 0) {
      out.put(Conventions.LEFT_OUT, leftOut);
    }
    error(out, end.status(), Optional.empty());
    return out.build();
  }

  /** A step has the sentence of its skill, an operation its name, all else its phase and state. */
  static String record(Entry entry) {
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

  static Attributes record(Entry entry, Optional<ModelConfig> model) {
    var out =
        Attributes.builder()
            .put(Conventions.SEQ, entry.seq())
            .put(Conventions.PHASE, entry.phase())
            .put(Conventions.STATUS, entry.status());
    if (entry.step() > 0) {
      out.put(Conventions.STEP, (long) entry.step());
    }
    entry.word("state").ifPresent(v -> out.put(Conventions.STATE, v));
    error(out, entry.status(), Optional.empty());
    if (entry.isChat()) {
      chat(out, entry);
      model.ifPresent(m -> provider(out, m));
    }
    return out.build();
  }

  static Attributes decision(Entry.Decided decided) {
    var out = Attributes.builder().put(Conventions.DECISION, decided.name());
    decided.rule().ifPresent(rule -> out.put(Conventions.RULE, rule));
    if (!decided.evidence().isEmpty()) {
      out.put(Conventions.EVIDENCE, decided.evidence());
    }
    return out.build();
  }

  static String call(Called call) {
    return "execute_tool " + call.operation();
  }

  static Attributes call(Called call, String execution) {
    var answered = call.answered();
    var out =
        Attributes.builder()
            .put(Conventions.OPERATION, "execute_tool")
            .put(Conventions.TOOL, call.operation())
            .put(Conventions.TOOL_TYPE, "extension")
            .put(Conventions.CONVERSATION, execution)
            .put(Conventions.STATUS, answered.status())
            .put(Conventions.YES, answered.yes())
            .put(Conventions.NO, answered.no())
            .put(Conventions.UNKNOWN, answered.unknown());
    if (call.step() > 0) {
      out.put(Conventions.STEP, (long) call.step());
    }
    error(out, answered.status(), answered.error());
    return out.build();
  }

  private static void chat(AttributesBuilder out, Entry entry) {
    out.put(Conventions.OPERATION, "chat");
    out.put(Conventions.MODEL, String.valueOf(entry.facts().get("model")));
    entry.count("input_tokens").ifPresent(v -> out.put(Conventions.INPUT, v));
    entry.count("output_tokens").ifPresent(v -> out.put(Conventions.OUTPUT, v));
    entry.count("calls").ifPresent(v -> out.put(Conventions.ATTEMPTS, v));
  }

  private static void provider(AttributesBuilder out, ModelConfig model) {
    out.put(Conventions.PROVIDER, model.dialect().name().toLowerCase(Locale.ROOT));
    var url = URI.create(model.url());
    out.put(Conventions.SERVER, url.getHost());
    if (url.getPort() > 0) {
      out.put(Conventions.PORT, (long) url.getPort());
    }
  }

  private static void error(AttributesBuilder out, String status, Optional<String> kind) {
    switch (status) {
      case "ERROR" -> out.put(Conventions.ERROR, kind.orElse("error"));
      case "UNKNOWN" -> out.put(Conventions.ERROR, kind.orElse("unknown"));
      default -> {}
    }
  }

  private static String shortened(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST_NAME));
  }
}
