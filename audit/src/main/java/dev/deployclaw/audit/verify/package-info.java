/**
 * Offline verification of an execution log: what the records say, and that nothing in them or in
 * the document was changed. Uses the JDK only, so that it can be shipped as a jar of its own.
 */
@NullMarked
package dev.deployclaw.audit.verify;

import org.jspecify.annotations.NullMarked;
