/**
 * The audit command: verifies execution logs, their chain and their copies in the bucket and the
 * stream.
 */
@NullMarked
package dev.deployclaw.container.cli.audit;

import org.jspecify.annotations.NullMarked;
