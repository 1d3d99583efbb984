package dev.deployclaw.container.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * Names of attributes: those of OpenTelemetry's semantic conventions for generative AI where there
 * is one, else our own.
 */
final class SpanAttributeKeys {
  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
  static final AttributeKey<String> AGENT = AttributeKey.stringKey("gen_ai.agent.name");
  static final AttributeKey<String> CONVERSATION = AttributeKey.stringKey("gen_ai.conversation.id");
  static final AttributeKey<String> TOOL = AttributeKey.stringKey("gen_ai.tool.name");
  static final AttributeKey<String> TOOL_TYPE = AttributeKey.stringKey("gen_ai.tool.type");
  static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
  static final AttributeKey<Long> INPUT = AttributeKey.longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT = AttributeKey.longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
  static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("service.instance.id");

  /** A thought's status, also of a call. */
  static final AttributeKey<String> STATUS = AttributeKey.stringKey("deployclaw.status");

  static final AttributeKey<String> RESULT = AttributeKey.stringKey("deployclaw.result");
  static final AttributeKey<String> PHASE = AttributeKey.stringKey("deployclaw.phase");
  static final AttributeKey<String> STATE = AttributeKey.stringKey("deployclaw.state");
  static final AttributeKey<String> PLAN = AttributeKey.stringKey("deployclaw.plan_hash");
  static final AttributeKey<Long> EPOCH = AttributeKey.longKey("deployclaw.epoch");
  static final AttributeKey<Long> STEP = AttributeKey.longKey("deployclaw.step");
  static final AttributeKey<Long> SEQ = AttributeKey.longKey("deployclaw.seq");
  static final AttributeKey<Long> YES = AttributeKey.longKey("deployclaw.members.yes");
  static final AttributeKey<Long> NO = AttributeKey.longKey("deployclaw.members.no");
  static final AttributeKey<Long> UNKNOWN = AttributeKey.longKey("deployclaw.members.unknown");
  static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("deployclaw.model.calls");

  /** The event of a span whose record decides something. */
  static final String DECIDED = "deployclaw.decision";

  static final AttributeKey<String> DECISION = AttributeKey.stringKey("deployclaw.decision.name");
  static final AttributeKey<String> RULE = AttributeKey.stringKey("deployclaw.decision.rule");

  /** The numbers of the records that a decision rests on. */
  static final AttributeKey<List<Long>> EVIDENCE =
      AttributeKey.longArrayKey("deployclaw.decision.evidence");

  /** How many records and calls were too many to become spans. */
  static final AttributeKey<Long> LEFT_OUT = AttributeKey.longKey("deployclaw.left_out");

  private SpanAttributeKeys() {}
}
