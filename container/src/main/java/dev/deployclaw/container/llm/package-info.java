/**
 * A language model that interprets requests beside the rules and explains records; the only package
 * that knows langchain4j.
 */
@NullMarked
package dev.deployclaw.container.llm;

import org.jspecify.annotations.NullMarked;
