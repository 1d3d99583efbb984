/** Tests of the starters, against the real servers. */
@NullMarked
package dev.deployclaw.testkit;

import org.jspecify.annotations.NullMarked;
