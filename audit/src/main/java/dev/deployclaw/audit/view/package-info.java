/** An execution log for people: as text, as HTML and as a timeline of decisions. */
@NullMarked
package dev.deployclaw.audit.view;

import org.jspecify.annotations.NullMarked;
