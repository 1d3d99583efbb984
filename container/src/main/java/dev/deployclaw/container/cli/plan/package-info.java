/** The plan command: what a request would do, alone, in batches, or without any back end. */
@NullMarked
package dev.deployclaw.container.cli.plan;

import org.jspecify.annotations.NullMarked;
