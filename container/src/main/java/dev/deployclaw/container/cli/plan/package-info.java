/** What requests would do, alone, in batches, or without any back end; how well they are read. */
@NullMarked
package dev.deployclaw.container.cli.plan;

import org.jspecify.annotations.NullMarked;
