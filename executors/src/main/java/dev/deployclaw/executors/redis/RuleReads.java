package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.policy.redis.StagedFields;
import dev.deployclaw.policy.text.ByteText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the hashes of a share in one pipeline, and finds the tenants whose fields of the epoch are
 * not byte for byte, one after the other, those that were written. It may name one too many, since
 * a large hash has no order, but never one too few.
 */
final class RuleReads implements Pipeline.Exchange<TenantPolicy> {
  private final ByteText verb = new ByteText().add("HGETALL");
  private final StagedFields fields;
  private final byte[] prefix;
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
    commands.word(verb);
    commands.word(fields.key(tenant));
  }

  @Override
  public void answer(TenantPolicy tenant, RespReader answers) {
    var held = new Held(answers, prefix);
    fields.each(tenant, held::expect);
    if (!held.nothingElse()) {
      suspects.add(tenant);
    }
  }

  /** What one answer holds of the epoch, compared as it is taken. */
  private static final class Held {
    private final RespReader answer;
    private final byte[] prefix;
    private int pairs;
    private boolean same = true;

    Held(RespReader answer, byte[] prefix) {
      this.answer = answer;
      this.prefix = prefix;
      this.pairs = answer.array() / 2;
    }

    void expect(ByteText name, ByteText value) {
      if (!toNextName()) {
        same = false;
        return;
      }
      same &= answer.is(name);
      answer.string();
      same &= answer.is(value);
    }

    /** Takes the rest: false if it holds more of the epoch, or something was not as expected. */
    boolean nothingElse() {
      while (toNextName()) {
        same = false;
        answer.string();
      }
      return same;
    }

    /** Takes pairs up to the name of the epoch's next one; its value is still to be taken. */
    private boolean toNextName() {
      while (pairs > 0) {
        pairs--;
        answer.string();
        if (answer.startsWith(prefix)) {
          return true;
        }
        answer.string();
      }
      return false;
    }
  }
}
