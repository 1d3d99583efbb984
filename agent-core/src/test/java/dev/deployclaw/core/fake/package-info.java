/** Honest stand-ins for everything outside: strict where the real thing is, and breakable. */
@NullMarked
package dev.deployclaw.core.fake;

import org.jspecify.annotations.NullMarked;
