/**
 * Answers and variations: what a requester says after a question, or after a request that was
 * understood.
 *
 * <p>An answer is spliced into the request so far, and the whole is read like any other request, by
 * the grammar or a model, and judged like any other. So there is one reader and one judge, and a
 * conversation can't come to what no single request can come to. A splice is used only where it is
 * exact: each typed token of the request so far and of the answer is in the whole as it was typed,
 * an answer fills what is open or empty, and all splices that can be read as a plan mean the same.
 * Whatever else is said is a new request where it is whole by itself, and is asked about where it
 * isn't. Times are written as instants at the turn that says them, so that they don't move with the
 * conversation. Pure: the same turns and inventory give the same.
 */
@NullMarked
package dev.deployclaw.core.language.conversation;

import org.jspecify.annotations.NullMarked;
