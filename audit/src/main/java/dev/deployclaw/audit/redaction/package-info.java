/** Secrets are masked before a text becomes part of a record or is printed. */
@NullMarked
package dev.deployclaw.audit.redaction;

import org.jspecify.annotations.NullMarked;
