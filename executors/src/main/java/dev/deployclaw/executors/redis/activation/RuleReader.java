package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.executors.redis.cluster.BulkPipeline;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.cluster.RespReader;
import dev.deployclaw.executors.redis.cluster.RespWriter;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.redis.StagedFieldEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the hashes of a share in one pipeline, and finds the tenants whose fields of the epoch are
 * not byte for byte, one after the other, those that were written. It may name one too many, since
 * a large hash has no order, but never one too few.
 */
public final class RuleReader implements BulkPipeline.Exchange<ExpectedFields> {
  private final byte[] prefix;
  private final List<TenantPolicy> suspects = new ArrayList<>();

  private RuleReader(long epoch) {
    this.prefix = RedisKeyLayout.fieldPrefix(epoch).getBytes(StandardCharsets.UTF_8);
  }

  public static List<TenantPolicy> suspects(NodeConnection connection, TenantPartition share) {
    var reads = new RuleReader(share.rules().epoch());
    BulkPipeline.run(connection, share.expected(), reads);
    return reads.suspects;
  }

  @Override
  public void ask(ExpectedFields window, RespWriter commands) {
    window.ask(commands);
  }

  @Override
  public void answer(ExpectedFields window, RespReader answers) {
    var expected = window.begin();
    for (TenantPolicy tenant : window.tenants()) {
      var held = new Held(answers, prefix);
      for (int i = StagedFieldEncoder.count(tenant); i > 0; i--) {
        held.expect(expected);
      }
      if (!held.nothingElse()) {
        suspects.add(tenant);
      }
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

    /** Takes the epoch's next field; where there is none, the cursor goes on all the same. */
    void expect(ExpectedFields.Cursor expected) {
      boolean there = toNextName();
      boolean name = expected.matches(answer);
      if (there) {
        answer.string();
      }
      boolean value = expected.matches(answer);
      same &= there && name && value;
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
