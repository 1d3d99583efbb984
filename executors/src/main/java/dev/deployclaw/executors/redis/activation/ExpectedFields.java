package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.executors.redis.cluster.RespReader;
import dev.deployclaw.executors.redis.cluster.RespWriter;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedFieldEncoder;
import dev.deployclaw.policy.text.Utf8Buffer;
import java.util.List;

/**
 * What is asked about some tenants, and the fields that have to be in the answers: encoded once,
 * for a primary and for each of its replicas. Immutable once made; any thread.
 */
final class ExpectedFields {
  private final List<TenantPolicy> tenants;
  private final RespWriter questions = new RespWriter();
  private final Utf8Buffer texts = new Utf8Buffer();

  /** Where each name and each value ends in the texts, one after the other. */
  private final int[] ends;

  private ExpectedFields(List<TenantPolicy> tenants) {
    this.tenants = List.copyOf(tenants);
    this.ends = new int[tenants.stream().mapToInt(t -> 2 * StagedFieldEncoder.count(t)).sum()];
  }

  static ExpectedFields of(List<TenantPolicy> tenants, StagedFieldEncoder fields) {
    var expected = new ExpectedFields(tenants);
    expected.encode(fields);
    return expected;
  }

  List<TenantPolicy> tenants() {
    return tenants;
  }

  /** An {@code HGETALL} for each tenant. */
  void ask(RespWriter commands) {
    commands.add(questions);
  }

  /** The names and values in the order in which they were written. */
  Cursor begin() {
    return new Cursor();
  }

  /** Goes through the texts once. */
  final class Cursor {
    private int next;
    private int from;

    /** Whether the string that the reader took last is the next text. */
    boolean matches(RespReader answer) {
      int to = ends[next++];
      boolean same = answer.is(texts.bytes(), from, to);
      from = to;
      return same;
    }
  }

  private void encode(StagedFieldEncoder fields) {
    var verb = new Utf8Buffer().add("HGETALL");
    int[] at = {0};
    for (TenantPolicy tenant : tenants) {
      questions.command(2);
      questions.word(verb);
      questions.word(fields.key(tenant));
      fields.each(
          tenant,
          (name, value) -> {
            ends[at[0]++] = texts.add(name).length();
            ends[at[0]++] = texts.add(value).length();
          });
    }
  }
}
