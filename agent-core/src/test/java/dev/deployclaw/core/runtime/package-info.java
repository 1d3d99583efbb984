@NullMarked
package dev.deployclaw.core.runtime;

import org.jspecify.annotations.NullMarked;
