@NullMarked
package dev.deployclaw.core.plan;

import org.jspecify.annotations.NullMarked;
