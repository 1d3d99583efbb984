/** The page of a long log in a real browser. */
@NullMarked
package dev.deployclaw.bench.view;

import org.jspecify.annotations.NullMarked;
