/** The reference models: the plain definition of what each limit admits. */
@NullMarked
package dev.deployclaw.policy.decision;

import org.jspecify.annotations.NullMarked;
