package dev.deployclaw.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test of the slow tier: {@code ./test} leaves it out, {@code ./test --all} runs it, and CI runs
 * a fifth of them with each commit. See {@code CONTRIBUTING.md}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Tag("slow")
public @interface Slow {
  /**
   * The test of the fast tier that guards the same promise in the meantime: a class by its
   * qualified name, or one of its methods, {@code dev.deployclaw.core.sim.SwarmTest#swarmsEnd}.
   */
  String guard();

  String because();
}
