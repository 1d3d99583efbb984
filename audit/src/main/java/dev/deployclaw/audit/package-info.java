/** The thought log: sealed records, the synced journal, the way to the stream, the document. */
@NullMarked
package dev.deployclaw.audit;

import org.jspecify.annotations.NullMarked;
