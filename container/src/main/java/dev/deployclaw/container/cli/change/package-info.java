/** Commands that carry out, approve, reject, undo or finish a change, and the kill switch. */
@NullMarked
package dev.deployclaw.container.cli.change;

import org.jspecify.annotations.NullMarked;
