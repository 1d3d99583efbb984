/** A log that is rebuilt from copies of its records after its machine was lost. */
@NullMarked
package dev.deployclaw.audit.reconstruction;

import org.jspecify.annotations.NullMarked;
