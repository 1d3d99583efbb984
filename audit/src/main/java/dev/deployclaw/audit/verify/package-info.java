/** Offline verification of logs and of the chain between them, with nothing but the JDK. */
@NullMarked
package dev.deployclaw.audit.verify;

import org.jspecify.annotations.NullMarked;
