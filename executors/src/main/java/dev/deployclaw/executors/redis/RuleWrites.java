package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedFields;
import dev.deployclaw.policy.text.ByteText;
import java.util.List;

/** Writes every field of a share in one pipeline. Repeating it changes nothing. */
final class RuleWrites implements Pipeline.Exchange<List<TenantPolicy>> {
  private final ByteText verb = new ByteText().add("HSET");
  private final StagedFields fields;
  private long written;

  private RuleWrites(StagedFields fields) {
    this.fields = fields;
  }

  /** Tells how many tenants it wrote. */
  static long run(NodeConnection connection, Share share) {
    var writes = new RuleWrites(share.rules().fields());
    Pipeline.run(connection, share.windows(), writes);
    return writes.written;
  }

  @Override
  public void ask(List<TenantPolicy> window, RespWriter commands) {
    StagedFields.Sink pair =
        (name, value) -> {
          commands.word(name);
          commands.word(value);
        };
    for (TenantPolicy tenant : window) {
      commands.command(2 + 2 * StagedFields.count(tenant));
      commands.word(verb);
      commands.word(fields.key(tenant));
      fields.each(tenant, pair);
    }
  }

  @Override
  public void answer(List<TenantPolicy> window, RespReader answers) {
    for (int i = window.size(); i > 0; i--) {
      answers.done();
    }
    written += window.size();
  }
}
