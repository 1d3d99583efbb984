/** Validation of objects, by the rules of an API server. */
@NullMarked
package dev.deployclaw.testkit.kubernetes.validation;

import org.jspecify.annotations.NullMarked;
