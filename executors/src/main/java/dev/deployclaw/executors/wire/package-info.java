/** Between the values of a call and the messages that cross to an executor host. */
@NullMarked
package dev.deployclaw.executors.wire;

import org.jspecify.annotations.NullMarked;
