/**
 * Where policies come from: source documents, the overlays over them, and how both differ from what
 * is committed.
 */
@NullMarked
package dev.deployclaw.core.overlay;

import org.jspecify.annotations.NullMarked;
