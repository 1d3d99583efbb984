/** The reference models: the plain definition of what each limit admits. Pure. */
@NullMarked
package dev.deployclaw.policy.decide;

import org.jspecify.annotations.NullMarked;
