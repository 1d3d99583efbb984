package dev.deployclaw.testkit.kubernetes.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What somebody hears who asks what he may do ({@code authorization.k8s.io}). */
public record AccessReviews(RoleAuthorizer roles) {
  /** Whether one thing is allowed ({@code SelfSubjectAccessReview}). */
  public ObjectNode access(ClientUser user, ObjectNode review) {
    ObjectNode out = review.deepCopy();
    ObjectNode status = out.putObject("status");
    JsonNode asked = review.at("/spec/resourceAttributes");
    if (asked.isMissingNode()) {
      boolean version = review.at("/spec/nonResourceAttributes/path").asText().equals("/version");
      status.put("allowed", version);
      return out;
    }
    var allowed = roles.allowance(user, AccessAttempt.of(asked));
    status.put("allowed", allowed.isPresent());
    allowed.filter(reason -> !reason.isEmpty()).ifPresent(reason -> status.put("reason", reason));
    return out;
  }

  /** All that is allowed in a namespace ({@code SelfSubjectRulesReview}). */
  public ObjectNode rules(ClientUser user, ObjectNode review) {
    ObjectNode out = review.deepCopy();
    ObjectNode status = out.putObject("status");
    ArrayNode rules = status.putArray("resourceRules");
    roles.rules(user, review.at("/spec/namespace").asText()).forEach(rules::add);
    if (user.isMaster()) {
      ObjectNode all = rules.addObject();
      all.putArray("verbs").add("*");
      all.putArray("apiGroups").add("*");
      all.putArray("resources").add("*");
    }
    status.putArray("nonResourceRules");
    status.put("incomplete", false);
    return out;
  }
}
