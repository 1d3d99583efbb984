/** Starts real servers for tests and the lab, and makes time and chance repeatable. */
@NullMarked
package dev.deployclaw.testkit;

import org.jspecify.annotations.NullMarked;
