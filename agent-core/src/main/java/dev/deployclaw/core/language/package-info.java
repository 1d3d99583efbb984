/** From a request in plain language to an intent, a question or a refusal. */
@NullMarked
package dev.deployclaw.core.language;

import org.jspecify.annotations.NullMarked;
