package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.executors.redis.cluster.BulkPipeline;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.cluster.RespReader;
import dev.deployclaw.executors.redis.cluster.RespWriter;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedFieldEncoder;
import dev.deployclaw.policy.text.Utf8Buffer;
import java.util.List;

/** Writes every field of a share in one pipeline. Repeating it changes nothing. */
public final class RuleWriter implements BulkPipeline.Exchange<List<TenantPolicy>> {
  private final Utf8Buffer verb = new Utf8Buffer().add("HSET");
  private final StagedFieldEncoder fields;
  private long written;

  private RuleWriter(StagedFieldEncoder fields) {
    this.fields = fields;
  }

  /** Tells how many tenants it wrote. */
  public static long run(NodeConnection connection, TenantPartition share) {
    var writes = new RuleWriter(share.rules().fields());
    BulkPipeline.run(connection, share.windows(), writes);
    return writes.written;
  }

  @Override
  public void ask(List<TenantPolicy> window, RespWriter commands) {
    StagedFieldEncoder.Sink pair =
        (name, value) -> {
          commands.word(name);
          commands.word(value);
        };
    for (TenantPolicy tenant : window) {
      commands.command(2 + 2 * StagedFieldEncoder.count(tenant));
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
