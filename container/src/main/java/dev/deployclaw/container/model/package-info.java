/**
 * A language model that reads requests beside the rules. The only place that knows langchain4j. It
 * holds the provider's key and nothing else; what it says is judged by the core.
 */
@NullMarked
package dev.deployclaw.container.model;

import org.jspecify.annotations.NullMarked;
