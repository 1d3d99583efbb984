package dev.deployclaw.executors.kubernetes;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.NamedRuleWithOperations;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;

/**
 * The admission policies of the product's manifests, evaluated by cel-java as an API server would:
 * what a policy is about, whom it concerns, and what it validates.
 */
final class AdmissionPolicies {
  static final Path FOLDER = Path.of("../container/kubernetes");
  static final String AGENT = "system:serviceaccount:edge:deployclaw";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);

  private final List<ValidatingAdmissionPolicy> policies = policies();
  private final CelCompiler compiler =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("object", SimpleType.DYN)
          .addVar("oldObject", SimpleType.DYN)
          .addVar("request", SimpleType.DYN)
          .build();
  private final Map<String, CelRuntime.Program> programs = new HashMap<>();
  private final CelRuntime runtime = CelRuntimeFactory.legacyCelRuntimeBuilder().build();

  /**
   * A write.
   *
   * @param resource with its group, as {@code apps/deployments} and {@code /pods}
   * @param operation {@code CREATE}, {@code UPDATE} or {@code DELETE}
   * @param before missing where there was none
   */
  record Write(String user, String resource, String operation, JsonNode object, JsonNode before) {}

  /** What each policy has against it. */
  List<String> refusals(Write write) {
    var values =
        Map.<String, Object>of(
            "object", value(write.object()),
            "oldObject", value(write.before()),
            "request",
                Map.of(
                    "operation", write.operation(), "userInfo", Map.of("username", write.user())));
    return policies.stream()
        .map(ValidatingAdmissionPolicy::getSpec)
        .filter(spec ->
            spec.getMatchConstraints().getResourceRules().stream()
                .anyMatch(rule -> isAbout(rule, write)))
        .filter(spec ->
            spec.getMatchConditions().stream().allMatch(c -> holds(c.getExpression(), values)))
        .flatMap(spec -> spec.getValidations().stream())
        .filter(validation -> !holds(validation.getExpression(), values))
        .map(validation -> validation.getMessage())
        .toList();
  }

  static List<HasMetadata> manifest(String file) {
    return Failable.get(() ->
        Arrays.stream(Files.readString(FOLDER.resolve(file)).split("(?m)^---$"))
            .filter(document -> document.lines().anyMatch(line -> line.startsWith("kind:")))
            .map(document -> (HasMetadata) new KubernetesSerialization().unmarshal(document))
            .toList());
  }

  private static List<ValidatingAdmissionPolicy> policies() {
    return manifest("admission.yaml").stream()
        .filter(ValidatingAdmissionPolicy.class::isInstance)
        .map(ValidatingAdmissionPolicy.class::cast)
        .toList();
  }

  private static boolean isAbout(NamedRuleWithOperations rule, Write write) {
    return rule.getOperations().contains(write.operation())
        && rule.getApiGroups().stream()
            .flatMap(group -> rule.getResources().stream().map(r -> group + "/" + r))
            .anyMatch(write.resource()::equals);
  }

  /** What can't be evaluated refuses, as {@code failurePolicy: Fail} has it. */
  private boolean holds(String expression, Map<String, Object> values) {
    try {
      return Boolean.TRUE.equals(programs.computeIfAbsent(expression, this::program).eval(values));
    } catch (CelEvaluationException e) {
      return false;
    }
  }

  private CelRuntime.Program program(String expression) {
    try {
      return runtime.createProgram(compiler.compile(expression).getAst());
    } catch (CelValidationException | CelEvaluationException e) {
      throw new IllegalStateException(expression, e);
    }
  }

  private static Object value(JsonNode node) {
    return Failable.get(
        () -> JSON.treeToValue(node.isMissingNode() ? JSON.createObjectNode() : node, Map.class));
  }
}
