/** The configuration: one record tree, read from a file, then from the environment. */
@NullMarked
package dev.deployclaw.container.config;

import org.jspecify.annotations.NullMarked;
