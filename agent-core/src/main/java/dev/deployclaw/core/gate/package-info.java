/** The approval policy: whether a prepared change goes on by itself, and who may approve it. */
@NullMarked
package dev.deployclaw.core.gate;

import org.jspecify.annotations.NullMarked;
