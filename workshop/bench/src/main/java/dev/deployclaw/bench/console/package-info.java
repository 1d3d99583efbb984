/** Pages of the console at a hundred thousand tenants. */
@NullMarked
package dev.deployclaw.bench.console;

import org.jspecify.annotations.NullMarked;
