/** Looks at the estate through the executors and keeps what was seen. Nothing is changed. */
@NullMarked
package dev.deployclaw.core.survey;

import org.jspecify.annotations.NullMarked;
