package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test class whose servers run as containers, whatever the property says. Where no Docker daemon
 * can be had, it is skipped and says why.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(OnContainers.ContainerChoice.class)
public @interface OnContainers {

  /** Chooses containers for one class, before it starts its first server. */
  final class ContainerChoice implements ExecutionCondition, BeforeAllCallback, AfterAllCallback {
    private @Nullable String before;

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return TestDockerDaemon.missing()
          .map(ConditionEvaluationResult::disabled)
          .orElseGet(() -> ConditionEvaluationResult.enabled("a Docker daemon can be had"));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
      before = System.setProperty(ServerSource.PROPERTY, ServerSource.CONTAINERS);
    }

    @Override
    public void afterAll(ExtensionContext context) {
      if (before == null) {
        System.clearProperty(ServerSource.PROPERTY);
      } else {
        System.setProperty(ServerSource.PROPERTY, before);
      }
    }
  }
}
