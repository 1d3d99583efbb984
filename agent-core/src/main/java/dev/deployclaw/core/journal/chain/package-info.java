/** The hash chain over the ends of all logs: it is written, copied, read back and pruned here. */
@NullMarked
package dev.deployclaw.core.journal.chain;

import org.jspecify.annotations.NullMarked;
