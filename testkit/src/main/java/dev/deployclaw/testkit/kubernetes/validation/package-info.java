/** Whether an object is one that an API server keeps. */
@NullMarked
package dev.deployclaw.testkit.kubernetes.validation;

import org.jspecify.annotations.NullMarked;
