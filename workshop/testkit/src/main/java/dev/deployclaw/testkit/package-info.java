/** Repeatable time, chance and waiting for tests, and the mark of slow tests. */
@NullMarked
package dev.deployclaw.testkit;

import org.jspecify.annotations.NullMarked;
