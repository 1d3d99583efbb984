/** Plans, and the procedures of skills that they follow. */
@NullMarked
package dev.deployclaw.core.plan;

import org.jspecify.annotations.NullMarked;
