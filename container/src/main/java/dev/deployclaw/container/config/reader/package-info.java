/**
 * Reads deployclaw.yaml, the environment and the token file into configuration records, section by
 * section.
 */
@NullMarked
package dev.deployclaw.container.config.reader;

import org.jspecify.annotations.NullMarked;
