package dev.deployclaw.container.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.audit.record.TraceParent;
import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.MemberReport;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace of an execution, as a collector gets it: in protobuf, over HTTP. */
class TracesTest {
  private static final String HEADER = "Basic canary-header-51c2";

  /** What a back end says, and no span may. */
  private static final String SAID = "overheard-in-the-cluster";

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final TracedWorld traced = new TracedWorld();
  @AutoClose private Collector collector;

  @BeforeEach
  void start() throws Exception {
    collector = Collector.start(Collector.Manner.TAKES);
  }

  @Test
  void isTheOneThatTheStreamNamesWithASpanForEachRecord() throws Exception {
    var ended = run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    var byId = byId();
    assertThat(collector.spans())
        .extracting(s -> hex(s.getTraceId().toByteArray()))
        .containsOnly(TraceParent.trace(ended.execution()));
    for (var record : traced.log(ended.execution())) {
      var parts = TraceParent.header(ended.execution(), record.hash()).split("-", -1);
      assertThat(parts[1]).isEqualTo(TraceParent.trace(ended.execution()));
      assertThat(byId).as(record.phase() + " " + record.seq()).containsKey(parts[2]);
    }
  }

  @Test
  void hangsTogetherFromTheAgentToEachCall() throws Exception {
    var ended = run("apply");

    var byId = byId();
    var roots = byId.values().stream().filter(s -> s.getParentSpanId().isEmpty()).toList();
    assertThat(roots).extracting(Span::getName).containsExactly("invoke_agent System Architect");
    assertThat(hex(roots.getFirst().getSpanId().toByteArray()))
        .isEqualTo(TraceParent.span(ended.execution()));
    assertThat(byId).hasSameSizeAs(collector.spans());
    for (var span : collector.spans()) {
      assertThat(span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(span.getStartTimeUnixNano());
      if (!span.getParentSpanId().isEmpty()) {
        var parent = parent(span, byId);
        assertThat(parent.getStartTimeUnixNano())
            .as(parent.getName() + " over " + span.getName())
            .isLessThanOrEqualTo(span.getStartTimeUnixNano());
      }
    }
    var call = only("execute_tool redis.stage");
    var phase = parent(call, byId);
    var step = parent(phase, byId);
    assertThat(phase.getName()).isEqualTo("stage");
    assertThat(step.getParentSpanId()).isEqualTo(roots.getFirst().getSpanId());
    assertThat(attributes(step)).containsEntry("deployclaw.status", "OK");
  }

  private static Span parent(Span span, Map<String, Span> byId) {
    return Objects.requireNonNull(
        byId.get(hex(span.getParentSpanId().toByteArray())), "no parent of " + span.getName());
  }

  @Test
  void followsTheConventions() throws Exception {
    var ended = run("apply");

    var root = only("invoke_agent System Architect");
    assertThat(root.getKind()).isEqualTo(SpanKind.SPAN_KIND_INTERNAL);
    assertThat(root.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_OK);
    assertThat(attributes(root))
        .containsEntry("gen_ai.operation.name", "invoke_agent")
        .containsEntry("gen_ai.agent.name", "System Architect")
        .containsEntry("gen_ai.conversation.id", ended.execution())
        .containsEntry("deployclaw.result", "COMPLETED")
        .containsEntry("deployclaw.epoch", 1L)
        .containsKey("deployclaw.plan_hash");
    assertThat(attributes(only("execute_tool gateway.publish")))
        .containsEntry("gen_ai.operation.name", "execute_tool")
        .containsEntry("gen_ai.tool.name", "gateway.publish")
        .containsEntry("gen_ai.tool.type", "extension")
        .containsEntry("deployclaw.members.yes", 3L);
    var resource = Collector.traces(collector.got().getFirst()).getResourceSpans(0).getResource();
    assertThat(attributes(resource.getAttributesList())).containsEntry("service.name", "edge");
  }

  /** What a record decides is an event of its span, and what that rests on are links. */
  @Test
  void tellsEachDecisionWithItsRuleAndItsGrounds() throws Exception {
    var ended = run("apply");

    var byId = byId();
    var records = records(ended.execution());
    for (var record : records) {
      var span = Objects.requireNonNull(byId.get(span(record)), record.path("action").asText());
      assertThat(span.getEventsList())
          .as(record.path("action").asText())
          .extracting(Event::getName, e -> attributes(e.getAttributesList()))
          .isEqualTo(
              record.has("decision")
                  ? List.of(tuple("deployclaw.decision", decision(record)))
                  : List.of());
      assertThat(span.getLinksList())
          .as(record.path("action").asText())
          .extracting(l -> hex(l.getSpanId().toByteArray()), l -> attributes(l.getAttributesList()))
          .isEqualTo(
              numbers(record).stream()
                  .map(n -> tuple(span(records.get(n.intValue() - 1)), Map.of("deployclaw.seq", n)))
                  .toList());
      assertThat(span.getEventsList())
          .allMatch(e -> e.getTimeUnixNano() <= span.getEndTimeUnixNano());
    }
    var commit = only("commit: committed");
    assertThat(attributes(commit.getEvents(0).getAttributesList()))
        .containsEntry("deployclaw.decision.name", "commit")
        .containsEntry("deployclaw.decision.rule", "at-once");
    assertThat(commit.getLinksList())
        .extracting(
            l -> Objects.requireNonNull(byId.get(hex(l.getSpanId().toByteArray()))).getName())
        .contains("open: opened", "checkpoint: checkpointed", "prepare: prepared", "gate: cleared");
  }

  /** The spans of what it rests on were sent when the change was held. */
  @Test
  void linksWhatIsDecidedAfterAHoldToWhatWasSentBefore() throws Exception {
    var held = run("apply manually");
    var before = byId().keySet();

    try (var telemetry = telemetry("")) {
      var done = traced.agent(telemetry).approve(held.execution(), "ann");
      assertThat(done.result()).as(done.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    }

    var approval = only("gate: resumed");
    assertThat(attributes(approval.getEvents(0).getAttributesList()))
        .containsEntry("deployclaw.decision.name", "approve");
    assertThat(approval.getLinksList())
        .isNotEmpty()
        .extracting(l -> hex(l.getSpanId().toByteArray()))
        .allMatch(byId()::containsKey)
        .anyMatch(before::contains);
  }

  @Test
  void showsWhatAModelWasAskedAsAChat() throws Exception {
    var cost = new IntentProposal.Cost("some-model", 2, 310, 42, List.of("a hash"));
    var planner =
        new CheckedInterpreter(
            traced.world.ports().planner(),
            (_, _) -> new IntentProposal(new IntentProposal.Answer.Silent("down"), cost));
    try (var telemetry = telemetry(MODEL)) {
      var _ = traced.agent(telemetry, planner).run(traced.world.request("apply"));
    }

    var chat = only("chat some-model");
    assertThat(chat.getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
    assertThat(attributes(chat))
        .containsEntry("gen_ai.operation.name", "chat")
        .containsEntry("gen_ai.provider.name", "ollama")
        .containsEntry("gen_ai.request.model", "some-model")
        .containsEntry("gen_ai.usage.input_tokens", 310L)
        .containsEntry("gen_ai.usage.output_tokens", 42L)
        .containsEntry("server.address", "models.test")
        .containsEntry("server.port", 11434L)
        .containsEntry("deployclaw.model.calls", 2L);
  }

  @Test
  void showsAsUnknownWhatIsUnknown() throws Exception {
    traced.world.gateway.answers("publish", member -> MemberReport.unknown(member, SAID));

    var _ = run("apply");

    var call = collector.spans().stream().filter(s -> s.getName().endsWith("gateway.publish"));
    assertThat(call.findFirst())
        .hasValueSatisfying(s -> {
          assertThat(attributes(s))
              .containsEntry("deployclaw.status", "UNKNOWN")
              .containsEntry("deployclaw.members.unknown", 3L)
              .containsEntry("error.type", "unknown");
          assertThat(s.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
          assertThat(s.getStatus().getMessage()).isEqualTo("UNKNOWN");
        });
  }

  @Test
  void drawsWhatIsHeldAndThenTheRestAndTheWholeOnce() throws Exception {
    var held = run("apply manually");
    assertThat(held.result()).isEqualTo(ExecutionStatus.HELD);
    int before = collector.spans().size();
    assertThat(collector.spans()).noneMatch(s -> s.getParentSpanId().isEmpty());

    try (var telemetry = telemetry("")) {
      var done = traced.agent(telemetry).approve(held.execution(), "ann");
      assertThat(done.result()).as(done.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    }

    assertThat(before).isPositive().isLessThan(collector.spans().size());
    var root = only("invoke_agent System Architect");
    assertThat(byId()).as("no span twice").hasSameSizeAs(collector.spans());
    assertThat(collector.spans())
        .allMatch(s -> s.getStartTimeUnixNano() >= root.getStartTimeUnixNano());
  }

  /** The secret in a request, a back end's words, and the header that lets us in. */
  @Test
  void holdsNoSecretAndNobodysWords() throws Exception {
    traced.world.gateway.refuseAt("prepare", SAID + " " + TracedWorld.SECRET);

    var ended = run("apply " + TracedWorld.SECRET);

    assertThat(ended.result()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(collector.spans()).isNotEmpty();
    assertThat(collector.got())
        .allSatisfy(got -> {
          assertThat(got.bytes())
              .doesNotContain(TracedWorld.SECRET, "canary-header-51c2", SAID, "olivia");
          assertThat(got.headers()).containsEntry("Authorization", List.of(HEADER));
        });
  }

  private static final String MODEL =
      "model: {provider: ollama, name: some-model, url: \"http://models.test:11434/x\"}\n";

  private RequestOutcome run(String text) throws Exception {
    try (var telemetry = telemetry("")) {
      return traced.agent(telemetry).run(traced.world.request(text));
    }
  }

  private Telemetry telemetry(String more) throws Exception {
    return Telemetry.of(
        Collector.config(
            folder,
            """
            telemetry: {endpoint: "%s", serviceName: edge, headers: "Authorization=%s", flush: 20s}
            """
                    .formatted(collector.url(), HEADER)
                + more));
  }

  private Map<String, Span> byId() {
    return collector.spans().stream()
        .collect(
            Collectors.toMap(
                s -> hex(s.getSpanId().toByteArray()), Function.identity(), (a, _) -> a));
  }

  private Span only(String name) {
    var all = collector.spans().stream().filter(s -> s.getName().equals(name)).toList();
    assertThat(all).as(name).hasSize(1);
    return all.getFirst();
  }

  private List<JsonNode> records(String execution) throws IOException {
    var records = new ArrayList<JsonNode>();
    for (byte[] record : traced.world.journal.read(execution)) {
      records.add(JSON.readTree(record));
    }
    return records;
  }

  private static String span(JsonNode record) {
    return record.path("hash").asText().substring(0, 16);
  }

  private static List<Long> numbers(JsonNode record) {
    return record.path("evidence").valueStream().map(JsonNode::asLong).toList();
  }

  private static Map<String, Object> decision(JsonNode record) {
    var out = new TreeMap<String, Object>();
    out.put("deployclaw.decision.name", record.at("/decision/name").asText());
    out.put("deployclaw.decision.rule", record.at("/decision/rule").asText());
    if (record.has("evidence")) {
      out.put("deployclaw.decision.evidence", numbers(record));
    }
    return out;
  }

  private static Map<String, Object> attributes(Span span) {
    return attributes(span.getAttributesList());
  }

  private static Map<String, Object> attributes(List<KeyValue> pairs) {
    return pairs.stream().collect(Collectors.toMap(KeyValue::getKey, p -> value(p.getValue())));
  }

  private static Object value(AnyValue value) {
    if (value.hasArrayValue()) {
      return value.getArrayValue().getValuesList().stream().map(TracesTest::value).toList();
    }
    return value.hasIntValue() ? (Object) value.getIntValue() : value.getStringValue();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
