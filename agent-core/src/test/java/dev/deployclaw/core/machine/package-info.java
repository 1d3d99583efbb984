@NullMarked
package dev.deployclaw.core.machine;

import org.jspecify.annotations.NullMarked;
