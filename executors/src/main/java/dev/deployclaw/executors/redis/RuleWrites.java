package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedFields;
import dev.deployclaw.policy.text.ByteText;

/** Writes every field of a share in one pipeline. Repeating it changes nothing. */
final class RuleWrites implements Pipeline.Exchange<TenantPolicy> {
  /** Tenants that are sent in one write. */
  private static final int WINDOW = 500;

  private final ByteText verb = new ByteText().add("HSET");
  private final StagedFields fields;

  private RuleWrites(StagedFields fields) {
    this.fields = fields;
  }

  static void run(NodeConnection connection, Share share) {
    Pipeline.run(connection, share.tenants(), WINDOW, new RuleWrites(share.rules().fields()));
  }

  @Override
  public void ask(TenantPolicy tenant, RespWriter commands) {
    commands.command(2 + 2 * StagedFields.count(tenant));
    commands.word(verb);
    commands.word(fields.key(tenant));
    fields.each(tenant, (name, value) -> pair(commands, name, value));
  }

  @Override
  public void answer(TenantPolicy tenant, RespReader answers) {
    answers.done();
  }

  private static void pair(RespWriter commands, ByteText name, ByteText value) {
    commands.word(name);
    commands.word(value);
  }
}
