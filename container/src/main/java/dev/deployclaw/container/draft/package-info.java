/** Requests that people keep for later. Nothing here is held, approved or carried out. */
@NullMarked
package dev.deployclaw.container.draft;

import org.jspecify.annotations.NullMarked;
