package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyDocumentReader.ParsedPolicy;

/** Small documents for tests. */
public final class DocumentFixtures {
  private DocumentFixtures() {}

  public static String of(String tenant, String limits) {
    return """
    apiVersion: deployclaw.dev/v1
    kind: RateLimitPolicy
    metadata: {tenant: %s}
    spec:
      limits:
        %s
    """
        .formatted(tenant, limits);
  }

  static TenantPolicy parsed(String limits) {
    return PolicyDocumentReader.parse("test", of("acme", limits)).policy().orElseThrow();
  }

  /** A good limit with one field more, or one field otherwise. */
  static ParsedPolicy withLimit(String field) {
    String name = field.substring(0, field.indexOf(':'));
    var limit = new StringBuilder("- " + field);
    for (String good : new String[] {"name: all", "requests: 5", "window: 1s"}) {
      if (!good.startsWith(name + ":")) {
        limit.append("\n      ").append(good);
      }
    }
    return PolicyDocumentReader.parse("test", of("acme", limit.toString()));
  }

  static String problemOf(String field) {
    var problems = withLimit(field).problems();
    assertThat(problems).hasSize(1);
    return problems.getFirst().what();
  }
}
