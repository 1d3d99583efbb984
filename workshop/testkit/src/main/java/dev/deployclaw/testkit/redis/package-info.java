/** Real Redis nodes and clusters for tests, and clocks of theirs that are wrong. */
@NullMarked
package dev.deployclaw.testkit.redis;

import org.jspecify.annotations.NullMarked;
