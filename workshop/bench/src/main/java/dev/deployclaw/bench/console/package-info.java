/**
 * The console and its API at a hundred thousand tenants, and a crowd that follows one execution.
 */
@NullMarked
package dev.deployclaw.bench.console;

import org.jspecify.annotations.NullMarked;
