/** The thought log as the runtime sees it: facts in, sealed bytes out. */
@NullMarked
package dev.deployclaw.core.log;

import org.jspecify.annotations.NullMarked;
