/** Records on their way from the journal to the stream: progress, losses and their repair. */
@NullMarked
package dev.deployclaw.audit.shipping;

import org.jspecify.annotations.NullMarked;
