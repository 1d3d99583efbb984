package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.policy.redis.StagedFields;
import dev.deployclaw.policy.text.ByteText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the hashes of a share in one pipeline, and finds the tenants whose fields of the epoch are
 * not byte for byte, one after the other, those that were written. It may name one too many, since
 * a large hash has no order, but never one too few.
 */
final class RuleReads implements Pipeline.Exchange<TenantPolicy> {
  private final StagedFields fields;
  private final byte[] prefix;
  private final RespWriter expected = new RespWriter();
  private final List<TenantPolicy> suspects = new ArrayList<>();

  private RuleReads(Share share) {
    this.fields = share.rules().fields();
    this.prefix = RedisLayout.fieldPrefix(share.rules().epoch()).getBytes(StandardCharsets.UTF_8);
  }

  static List<TenantPolicy> suspects(NodeConnection connection, Share share) {
    var reads = new RuleReads(share);
    Pipeline.run(connection, share.tenants(), reads);
    return reads.suspects;
  }

  @Override
  public void ask(TenantPolicy tenant, RespWriter commands) {
    commands.command(2);
    commands.word("HGETALL");
    commands.word(fields.key(tenant));
  }

  @Override
  public void answer(TenantPolicy tenant, RespReader answers) throws IOException {
    expected.clear();
    fields.each(tenant, this::expect);
    if (!holdsExpected(answers)) {
      suspects.add(tenant);
    }
  }

  private void expect(ByteText name, ByteText value) {
    expected.word(name);
    expected.word(value);
  }

  private boolean holdsExpected(RespReader answers) throws IOException {
    boolean same = true;
    int place = 0;
    for (int pairs = answers.array() / 2; pairs > 0; pairs--) {
      answers.string();
      boolean ours = answers.startsWith(prefix);
      if (ours) {
        same &= answers.standsAt(place, expected);
        place += answers.taken();
      }
      answers.string();
      if (ours) {
        same &= answers.standsAt(place, expected);
        place += answers.taken();
      }
    }
    return same && place == expected.length();
  }
}
